/* SPDX-License-Identifier: MIT */
/* How an exchange ended: what the I/O threads hand from libcurl to jobs. */
#ifndef LUMA_EXCHANGE_END_H
#define LUMA_EXCHANGE_END_H

#include "http/retry.h"

/* How an exchange ended; error.code is LUMA_OK for a real answer. */
struct exchange_end {
    struct luma_error error;
    enum retry_class how; /* to repeat it */
    struct retry_after retry_after;
    unsigned sends;        /* times it went on the wire */
    uint64_t bytes;        /* of the reply, decoded */
    uint32_t unreadable;   /* tasks over a limit, or not JSON */
    enum luma_code why;    /* the last of them is */
    uint32_t skipped_rows; /* values that are no tasks */
    bool listed;           /* ids that a real answer leaves out are missing */
    bool foreign;          /* not 2xx, its body no JSON object or list */
};

enum file_result {
    FILE_DONE,   /* the whole body is in the part */
    FILE_MOVED,  /* the file is somewhere else */
    FILE_NOT_IT, /* the link does not give the file; `end` says what it gives */
    FILE_AGAIN,  /* RESUME_AGAIN */
    FILE_FAILED  /* see `end` */
};

/* How an exchange for a file ended. */
struct file_end {
    enum file_result what;
    char *location; /* with FILE_MOVED: a URL, or NULL for one that is none; the
                       receiver's to free() */
    struct exchange_end end;
};

#endif
