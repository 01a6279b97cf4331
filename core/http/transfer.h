/* SPDX-License-Identifier: MIT */
/* One exchange with the gateway: a request goes out, and the reply is read as
 * it comes.
 *
 * The I/O thread only. Nothing blocks. A transfer is used for one exchange
 * after the other. */
#ifndef LUMA_TRANSFER_H
#define LUMA_TRANSFER_H

#include "luma.h"
#include "gateway/reply.h"
#include "http/exchange.h"
#include "http/request.h"

struct transfer {
    struct exchange x; /* first: a message of libcurl's leads to it */
    char *url;         /* of the tasks */
    /* of the present exchange */
    struct buf body;
    struct buf target; /* URL of a request */
    struct reply reply;
    bool active;
    /* for the owner; the counts are reset by transfer_prepare */
    void *user;
    unsigned sends_told;
    size_t bytes_told;
};

/* NULL: out of memory. The options stay the caller's and must live longer. */
struct transfer *transfer_new(const struct luma_options *options);

/* The exchange must have ended. NULL is fine. */
void transfer_free(struct transfer *transfer);

/* Makes the easy handle ready to send `request` or, where that is NULL, to ask
 * for the tasks that transfer->body names. `timeout` in ms, for the whole
 * exchange; `allowed` sends. False: out of memory. */
bool transfer_prepare(struct transfer *transfer, const struct request *request,
                      int64_t timeout, unsigned allowed);

/* Says how it ended: with `result`, or as `ours`, when it is not LUMA_OK and
 * the exchange was taken from libcurl before its end. */
void transfer_finish(struct transfer *transfer, CURLcode result,
                     enum luma_code ours, struct exchange_end *end);

#endif
