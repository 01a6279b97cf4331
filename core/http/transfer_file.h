/* SPDX-License-Identifier: MIT */
/* One exchange for a file: a link is asked, and what comes goes to the file's
 * part. Follows no redirect by itself, and shows the token to nobody but the
 * gateway.
 *
 * The thread of the downloads only; waits for the disk, never for the network.
 * Used for one exchange. */
#ifndef LUMA_TRANSFER_FILE_H
#define LUMA_TRANSFER_FILE_H

#include "file/resume.h"
#include "http/exchange.h"
#include "luma.h"

struct transfer_file {
    struct exchange x; /* first: a message of libcurl's leads to it */
    struct resume *download;
    char *url;
    bool begun;     /* resume_begin has given its verdict */
    bool stopped;   /* by us, as nothing more of it is wanted */
    size_t ignored; /* bytes of a body that is no file */
    uint64_t bytes; /* of one that is */
    enum resume_verdict verdict;
    struct luma_error trouble; /* of the file; LUMA_OK for none */
};

/* Ready to be given to libcurl: asks `url` for what `download` lacks. Both it
 * and the options must live longer. NULL: out of memory. */
struct transfer_file *transfer_file_new(const struct luma_options *options,
                                        struct resume *download,
                                        const char *url, bool allow_private,
                                        unsigned allowed);

/* The exchange must have ended. NULL is fine. */
void transfer_file_free(struct transfer_file *transfer);

/* Says how it ended: with `result`, or as `ours`, when it is not LUMA_OK and
 * the exchange was taken from libcurl before its end. */
void transfer_file_finish(struct transfer_file *transfer, CURLcode result,
                          enum luma_code ours, struct file_end *end);

#endif
