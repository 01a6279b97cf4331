/* SPDX-License-Identifier: MIT */
/* What all exchanges have in common, those for tasks (transfer.h) and those for
 * files (transfer_file.h): libcurl's options, counting sends, noticing silence,
 * and what an end without a readable response means. The loops own the multi
 * handles.
 *
 * The thread of the loop only. Nothing blocks. */
#ifndef LUMA_EXCHANGE_H
#define LUMA_EXCHANGE_H

#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "luma needs libcurl 7.85 or later, and these headers are older"
#endif

#include "http/exchange_end.h"
#include "options.h"

/* Not in libcurl before 7.83. The module is loaded nevertheless, so that it can
 * say in luma_init what it needs. */
#pragma weak curl_easy_header
#pragma weak curl_easy_nextheader

struct exchange {
    /* set at creation */
    const struct luma_options *options; /* the client's, complete */
    CURL *easy;
    struct curl_slist *headers; /* of the request */
    bool public_only;           /* private addresses are not connected to */
    /* of the present request */
    unsigned sends;    /* times it went on the wire */
    unsigned allowed;  /* of them, libcurl's own resends included */
    bool refused;      /* one more was refused */
    bool blocked;      /* an address was */
    bool answered;     /* the first byte of the response was seen */
    bool in_head;      /* but not yet the empty line after its headers */
    bool active;       /* since exchange_stalls_at looked */
    int64_t progress;  /* bytes of both bodies so far, as on the wire */
    int64_t last_byte; /* ms; 0 until the request is sent */
    size_t header_bytes;
    int socket_error; /* errno of the last socket that could not be made */
    long http;        /* the status; 0 until it was asked for */
    char text[CURL_ERROR_SIZE]; /* libcurl's own words for its failure */
};

/* Sets what is the same for all exchanges of `url`'s scheme; `on_body` is
 * called with `x`, which stays where it is, and counts as activity. Headers are
 * added before the exchange begins. False: out of memory; exchange_free all the
 * same. */
bool exchange_init(struct exchange *x, const struct luma_options *options,
                   const char *url, curl_write_callback on_body);

/* The exchange must have ended. Zero-filled is fine. */
void exchange_free(struct exchange *x);

/* Ready for a request that may be sent `allowed` times. False: out of memory.
 */
bool exchange_begin(struct exchange *x, unsigned allowed);

/* Adds "name" and "value" to the request's headers; no copy of them is left in
 * memory. False: out of memory. */
bool exchange_add_header(struct exchange *x, const char *name,
                         const char *value);

/* For CURLOPT_OPENSOCKETFUNCTION: `user` is the exchange, whose socket_error is
 * set. */
curl_socket_t exchange_open_socket(void *user, curlsocktype purpose,
                                   struct curl_sockaddr *address);

/* When the exchange stalls unless a byte comes, in ms; 0 while it cannot. */
int64_t exchange_stalls_at(struct exchange *x, int64_t now);

/* A response header, the first of that name, or NULL; and NULL also where there
 * are several that differ. */
const char *exchange_header(const struct exchange *x, const char *name);
const char *exchange_only_header(const struct exchange *x, const char *name);

/* libcurl's result, but CURLE_PARTIAL_FILE for a head that was cut, which
 * libcurl takes for whole. */
CURLcode exchange_result(const struct exchange *x, CURLcode result);

/* Sets `error` for an exchange without a response that could be read to its
 * end: ended by `ours`, when it is not LUMA_OK, or by libcurl. */
void exchange_failed(const struct exchange *x, CURLcode result,
                     enum luma_code ours, struct luma_error *error);

/* Adds to `end`, whose error is set, what is the same for all: the phase, how
 * often it was sent, what Retry-After asks for. */
void exchange_finish(const struct exchange *x, struct exchange_end *end);

#endif
