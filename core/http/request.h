/* SPDX-License-Identifier: MIT */
/* A request to any endpoint of the gateway, as its job carries it. Pure. */
#ifndef LUMA_REQUEST_H
#define LUMA_REQUEST_H

#include "luma.h"

struct request {
    bool repeats;    /* it may be sent again */
    bool sends_body; /* be it of no bytes */
    size_t len;      /* of it */
    const char *method, *path, *body;
    char text[]; /* all three */
};

/* A copy, to be given to free(). False: `error` says what is wrong with method
 * or path, or that memory is out. */
struct request *request_new(const struct luma_request *request,
                            struct luma_error *error);

#endif
