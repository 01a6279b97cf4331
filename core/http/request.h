/* SPDX-License-Identifier: MIT */
/* A request of a job, from its first send until it is settled: what is sent,
 * how often it may be sent, and when. The job's kind makes it and fills in what
 * is sent, the schedule counts, an exchange sends it.
 *
 * It belongs to the thread of its job's loop. Where its ids fail or are
 * missing, it travels to the caller as the event which says so. An error
 * therefore needs no memory. */
#ifndef LUMA_REQUEST_H
#define LUMA_REQUEST_H

#include "luma.h"

struct resume;
struct job;

enum request_target {
    REQUEST_TASKS,    /* POST {base_url}/luma/tasks: a list of tasks */
    REQUEST_ENDPOINT, /* any other endpoint of the gateway: one value */
    REQUEST_FILE      /* a link: a file */
};

struct request {
    struct luma_settled settled; /* first; its event also links lists */
    struct job *job;
    enum request_target target;
    /* how often and when */
    bool idempotent; /* sending it twice does no harm; false is always safe */
    bool broke;      /* the last exchange was not read to its end */
    bool complete;   /* the kind says: all that is wanted has come */
    struct luma_limits limits; /* complete */
    unsigned tries;    /* so far, libcurl's own resends included; one that sent
                          nothing counts as well */
    unsigned attempts; /* those that brought nothing new */
    int64_t due;       /* ms: not to be sent before; 0: this is no retry */
    bool postponed;    /* it waits for memory, and not for its retry */
    int64_t attempt_timeout; /* ms; a retry wants a tenth of it before the
                                deadline */
    /* what is sent; the pointers must stay valid until the exchange ends */
    const char *method, *path; /* not of a file */
    const char *body;          /* NULL: the request has none */
    size_t body_len;
    const char *url;     /* of a file */
    struct resume *file; /* likewise: where the body goes */
    bool allow_private;  /* likewise: `url` may lead to a private address */
    bool foreign; /* likewise: this URL, or one that has led to it, is not
                     of the gateway's origin, so it gets no token */
};

#endif
