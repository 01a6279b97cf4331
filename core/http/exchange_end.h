/* SPDX-License-Identifier: MIT */
/* How an exchange ended: what the exchange tells the job. */
#ifndef LUMA_EXCHANGE_END_H
#define LUMA_EXCHANGE_END_H

#include "http/retry.h"

enum exchange_outcome {
    EXCHANGE_DONE,       /* tasks: a real answer; file: the whole body */
    EXCHANGE_FAILED,     /* `error` says how */
    EXCHANGE_REDIRECTED, /* the file is at `location` */
    EXCHANGE_NOT_FILE,   /* the link does not return the file */
    EXCHANGE_RESTART     /* the whole file has to be requested */
};

struct exchange_end {
    enum exchange_outcome outcome;
    struct luma_error error;      /* its code is LUMA_OK for EXCHANGE_DONE */
    enum retry_class retry_class; /* to retry it */
    struct retry_after retry_after;
    unsigned sends;                 /* times it was sent */
    uint64_t bytes;                 /* of the response's body, decoded */
    int64_t time;                   /* ms from its start */
    uint32_t unreadable;            /* tasks over a limit, or not JSON */
    enum luma_code unreadable_code; /* the last of them is unreadable */
    uint32_t skipped_rows;          /* values that are no tasks */
    uint32_t delivered; /* documents that were delivered only at the end */
    bool listed;        /* ids that a real answer leaves out are missing */
    bool foreign;       /* the response's body is no JSON object or list */
    bool page;          /* likewise, but it has text, and a status of success */
    bool progressed;    /* set by the job's kind: the attempt failed, but
                           brought a part of what it was to bring */
    char *location;     /* a URL, the receiver's to free(), or NULL */
};

#endif
