/* SPDX-License-Identifier: MIT */
/* What the failures of libcurl and of the system mean, as luma's errors. Any
 * thread; nothing blocks; nothing fails. */
#ifndef LUMA_FAILURE_H
#define LUMA_FAILURE_H

#include <curl/curl.h>

#include "options.h"
#include "status.h"

/* An exchange that libcurl has ended without a readable response. */
struct failure {
    CURLcode result;
    const char *text; /* libcurl's own words, "" for none */
    int socket_error; /* errno of the last socket that could not be made, or 0
                       */
    bool sent;        /* the request was sent */
    bool answered;    /* a status line came back */
};

/* Sets `error` to the code and message of the failure. The message shows
 * neither the token nor the user name and password of any URL. */
void failure_set(struct luma_error *error, const struct failure *failure,
                 const struct luma_options *options);

/* Adds to the message of `error` what the system lacked, if `number`, a value
 * of errno, says so: descriptors, memory or threads. */
void failure_add_errno(struct luma_error *error, int number);

#endif
