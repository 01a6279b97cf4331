/* SPDX-License-Identifier: MIT */
/* One exchange for a file: a link is asked, and what comes goes to the file's
 * part. Follows no redirect by itself, and shows the token to nobody but the
 * gateway.
 *
 * The thread of the downloads only; waits for the disk, never for the network.
 * Used for one exchange. */
#ifndef LUMA_TRANSFER_FILE_H
#define LUMA_TRANSFER_FILE_H

#include <curl/curl.h>

#include "file/download.h"
#include "http/exchange.h"
#include "luma.h"

struct transfer_file {
    /* set at creation */
    const struct luma_options *options; /* the client's, complete */
    struct download *download;
    CURL *easy;
    struct curl_slist *headers;
    char *url;
    bool allow_private;
    unsigned allowed; /* sends, libcurl's own resends included */
    /* of the exchange */
    unsigned sends;
    bool refused;      /* one more was refused */
    bool closed;       /* an address was */
    bool answered;     /* the first byte of the reply was seen */
    bool in_head;      /* but not yet the empty line after its headers */
    bool begun;        /* download_begin has given its verdict */
    bool stopped;      /* by us, as nothing more of it is wanted */
    bool moved;        /* since transfer_file_watch looked */
    int64_t progress;  /* bytes so far, as on the wire */
    int64_t last_byte; /* ms; 0 until the request is sent */
    size_t header_bytes;
    int socket_error; /* errno of the last socket that could not be made */
    size_t ignored;   /* bytes of a body that is no file */
    uint64_t bytes;   /* of one that is */
    long http;
    enum download_verdict verdict;
    struct luma_error trouble; /* of the file; LUMA_OK for none */
    char detail[CURL_ERROR_SIZE];
};

/* Ready to be given to libcurl: asks `url` for what `download` lacks. Both it
 * and the options must live longer. NULL: out of memory. */
struct transfer_file *transfer_file_new(const struct luma_options *options,
                                        struct download *download,
                                        const char *url, bool allow_private,
                                        unsigned allowed);

/* The exchange must have ended. NULL is fine. */
void transfer_file_free(struct transfer_file *transfer);

/* When the exchange stalls unless a byte comes, in ms; 0 while it cannot. */
int64_t transfer_file_watch(struct transfer_file *transfer, int64_t now);

/* Says how it ended: with `result`, or as `ours`, when it is not LUMA_OK and
 * the exchange was taken from libcurl before its end. */
void transfer_file_finish(struct transfer_file *transfer, CURLcode result,
                          enum luma_status ours, struct file_end *end);

#endif
