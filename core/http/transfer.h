/* SPDX-License-Identifier: MIT */
/* One exchange: a request goes out, the reply is read as it comes, and its end
 * is told apart. io.c owns the multi handle.
 *
 * The I/O thread only. Nothing blocks. A transfer is used for one exchange
 * after the other. */
#ifndef LUMA_TRANSFER_H
#define LUMA_TRANSFER_H

#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "luma needs libcurl 7.85 or later, and these headers are older"
#endif

#include "luma.h"
#include "gateway/reply.h"
#include "http/request.h"
#include "http/exchange.h"

/* Not in libcurl before 7.83. The module is loaded nevertheless, so that it can
 * say in luma_init what it needs. */
#pragma weak curl_easy_header

struct transfer {
    /* set at creation */
    const struct luma_options *options; /* the client's, complete */
    CURL *easy;
    struct curl_slist *headers;
    char *url;
    /* of the present exchange */
    struct buf body;
    struct buf target; /* URL of a request */
    struct reply reply;
    bool active;
    unsigned sends;    /* times the request went on the wire */
    unsigned allowed;  /* of them, libcurl's own resends included */
    bool refused;      /* one more was refused */
    bool answered;     /* the first byte of the reply was seen */
    bool in_head;      /* but not yet the empty line after its headers */
    bool moved;        /* since transfer_watch looked */
    int64_t progress;  /* bytes of both bodies so far, as on the wire */
    int64_t last_byte; /* ms; 0 until the request is sent */
    size_t header_bytes;
    int socket_error; /* errno of the last socket that could not be made */
    long http;
    char trouble[CURL_ERROR_SIZE];
    /* for the owner; of them, the counts are reset by transfer_prepare */
    void *user;
    unsigned sends_told;
    size_t bytes_told;
};

/* What all exchanges have in common, those for files (transfer_file.h) too.
 * False: out of memory. */
bool transfer_set_safety(CURL *easy, const struct luma_options *options,
                         const char *url);

/* Adds "name" and "value" to a request's headers; no copy of them is left in
 * memory. False: out of memory. The second forgets and frees them all. */
bool transfer_add_header(struct curl_slist **headers, const char *name,
                         const char *value);
void transfer_free_headers(struct curl_slist *headers);

/* For CURLOPT_OPENSOCKETFUNCTION; `user` is an int, set to errno where there is
 * no socket, else to 0. */
curl_socket_t transfer_open_socket(void *user, curlsocktype purpose,
                                   struct curl_sockaddr *address);

/* NULL: out of memory. The options stay the caller's and must live longer. */
struct transfer *transfer_new(const struct luma_options *options);

/* The exchange must have ended. NULL is fine. */
void transfer_free(struct transfer *transfer);

/* Makes the easy handle ready to send `request` or, where that is NULL, to ask
 * for the tasks that transfer->body names. `timeout` in ms, for the whole
 * exchange; `allowed` sends. False: out of memory. */
bool transfer_prepare(struct transfer *transfer, const struct request *request,
                      int64_t timeout, unsigned allowed);

/* When the exchange stalls unless a byte comes, in ms; 0 while it cannot. */
int64_t transfer_watch(struct transfer *transfer, int64_t now);

/* Says how it ended: with `result`, or as `ours`, when it is not LUMA_OK and
 * the exchange was taken from libcurl before its end. */
void transfer_finish(struct transfer *transfer, CURLcode result,
                     enum luma_status ours, struct exchange_end *end);

#endif
