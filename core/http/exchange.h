/* SPDX-License-Identifier: MIT */
/* One exchange: a request goes out, and its response comes in. This file has
 * what all exchanges share: libcurl's options, noticing a stall, and what an
 * end without a readable response means. What differs is a type: the response
 * is read as JSON (task_exchange.h) or written to a file (file_exchange.h). The
 * loop owns the multi handle.
 *
 * reuse.h says how often a request is sent, and on which connection.
 *
 * The loop's thread only. Only writing a file waits, for the disk. */
#ifndef LUMA_EXCHANGE_H
#define LUMA_EXCHANGE_H

#include <curl/curl.h>

#include "http/library.h"

#if LIBCURL_VERSION_NUM < LIBRARY_LEAST
#error "luma needs libcurl 7.85 or later, and these headers are older"
#endif

#include "base/os.h"
#include "file/head.h"
#include "http/connections.h"
#include "http/exchange_end.h"
#include "http/request.h"

/* Not in libcurl before 7.83. The module is loaded nevertheless, so that it can
 * say in luma_init what it needs. */
OS_OPTIONAL(curl_easy_header)
OS_OPTIONAL(curl_easy_nextheader)

struct exchange;

struct exchange_type {
    bool reusable; /* for one request after the other */
    /* Makes `easy` ready for the request. False: out of memory. */
    bool (*prepare)(struct exchange *x, const struct request *request);
    /* The next document of the response, the caller's to free(); NULL: none
     * yet. The member is NULL where there are never any. */
    struct luma_doc *(*next_doc)(struct exchange *x);
    /* exchange_finish without what all have in common: sets `outcome`, the
     * error, `retry_class` and what a response of this type says besides. The
     * time is set. */
    void (*finish)(struct exchange *x, CURLcode result,
                   enum luma_code abort_code, struct exchange_end *end);
    void (*free)(struct exchange *x);
};

enum exchange_phase {
    EXCHANGE_CONNECT, /* the request is not sent yet */
    EXCHANGE_WAIT,    /* it is sent; interim responses (1xx) may have come */
    EXCHANGE_HEAD,    /* the headers have begun, and not ended */
    EXCHANGE_BODY     /* the headers have ended: the status counts, whatever
                         becomes of the body */
};

/* Why libcurl was told to stop. */
enum exchange_refusal {
    REFUSED_NOTHING,
    REFUSED_ADDRESS, /* the address is private, and no other was tried */
    REFUSED_STALE,   /* the connection is not fit for a request */
    REFUSED_SEND     /* it was sent as often as it may be */
};

struct exchange {
    /* set at creation */
    const struct exchange_type *type;
    const struct luma_options *options; /* the client's, complete */
    struct connections *connections;    /* the loop's */
    bool tls;
    CURL *easy;
    struct curl_slist *headers; /* of the request */
    bool public_only;           /* private addresses are not connected to */
    /* the loop's */
    void (*hand_on)(struct exchange *x); /* call it when many documents are
                                            ready, also within libcurl */
    struct transfers *transfers;         /* for hand_on */
    struct request *request;
    struct exchange *next, **link;
    unsigned counted_sends;
    uint64_t counted_bytes;
    /* of the present request */
    enum exchange_phase phase;
    enum exchange_refusal refused;
    bool multiplexes;        /* over HTTP/2, if the peer supports it */
    bool connected;          /* has tried to make a connection of its own */
    struct ports ports;      /* of the connection, once it is sent */
    unsigned sends;          /* times it was sent */
    bool pooled;             /* first on a connection that was not new */
    bool resent;             /* libcurl has begun to send it again */
    bool active_since_check; /* by exchange_stalls_at */
    int64_t started;         /* ms */
    int64_t progress;        /* bytes of both bodies so far, as on the wire */
    int64_t last_byte;       /* ms; 0 until the request is sent */
    int64_t ends_by;         /* ms; 0 until the request is complete */
    uint64_t bytes;          /* of the response's body, decoded */
    size_t header_bytes;
    bool folded;      /* a header of the response has several lines */
    int socket_error; /* errno of the last socket that could not be made */
    long http_status; /* of the response; 0 until its first line has come */
    char curl_error[CURL_ERROR_SIZE]; /* libcurl's own words */
};

/* Makes the exchange ready for `request`, which must outlive it, as must the
 * pointers in it. `now` is in ms. False: out of memory. */
bool exchange_prepare(struct exchange *x, struct request *request, int64_t now);

/* When the exchange stalls unless a byte comes, in ms; 0 while it cannot. A
 * response that is complete for its job has only a moment to end, so that its
 * connection can be used again. */
int64_t exchange_stalls_at(struct exchange *x, int64_t now);

/* Says how the exchange ended: with `result`, or stopped by luma with
 * `abort_code`, when that is not LUMA_OK. `now` is in ms. */
void exchange_finish(struct exchange *x, CURLcode result,
                     enum luma_code abort_code, int64_t now,
                     struct exchange_end *end);

/* ---- for the types ----------------------------------------------------- */

/* Sets what is the same for all exchanges of `url`'s scheme; type, options and
 * connections are set already. `on_body` is called with `x`, which must not
 * move, and counts as activity. False: out of memory; exchange_free all the
 * same. */
bool exchange_init(struct exchange *x, const char *url,
                   curl_write_callback on_body);

/* A part of exchange_init: the options that do not depend on the type. False:
 * out of memory. */
bool exchange_set_options(struct exchange *x);

/* The exchange must have ended. Zero-filled is fine. */
void exchange_free(struct exchange *x);

/* Adds "name" and "value" to the request's headers; no copy of them is left in
 * memory. False: out of memory. */
bool exchange_add_header(struct exchange *x, const char *name,
                         const char *value);

/* Adds what only the gateway may see: the token, and the caller's own headers.
 * False: out of memory. */
bool exchange_add_private_headers(struct exchange *x);

/* For CURLOPT_OPENSOCKETFUNCTION: `user` is the exchange, whose socket_error is
 * set. */
curl_socket_t exchange_open_socket(void *user, curlsocktype purpose,
                                   struct curl_sockaddr *address);

/* A response header, the first of that name, or NULL; and NULL also where there
 * are several that differ. */
const char *exchange_header(const struct exchange *x, const char *name);
const char *exchange_only_header(const struct exchange *x, const char *name);

/* Reads the headers about the response's body. `head` must not outlive the
 * response. */
void exchange_read_head(const struct exchange *x, struct head *head);

/* True: libcurl knows the status, and has refused the rest of the head because
 * a header is not valid, or contradicts another. Which ones it refuses depends
 * on its version; with others, the exchanges look themselves. */
bool exchange_head_is_refused(const struct exchange *x, CURLcode result);

/* Sets the error and the retry class for an exchange without a response that
 * counts: it broke off before its head or, with a status that needs the body,
 * before its end. end->time is set. */
void exchange_failed(const struct exchange *x, CURLcode result,
                     enum luma_code abort_code, struct exchange_end *end);

#endif
