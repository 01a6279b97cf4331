/* SPDX-License-Identifier: MIT */
/* Posts bodies to one URL with libcurl's multi interface, eight at a time, on
 * kept-alive connections. The programs in C use it. */
#ifndef BENCH_MULTI_H
#define BENCH_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

enum { MULTI_CONNECTIONS = 8 };

struct multi_reply {
    CURL *easy;
    size_t request; /* index of its body */
    char *data;     /* NULL unless `keep` */
    size_t len;
    size_t room;
    bool keep;
};

struct multi {
    CURLM *handle;
    const char *const *bodies;
    size_t count; /* number of bodies */
    size_t next;  /* the next body to send */
    struct multi_reply replies[MULTI_CONNECTIONS];
    struct multi_reply *last; /* last result of multi_next or multi_take */
    const char *error;
};

/* Returns an easy handle that posts to `url` and writes into `reply`. */
CURL *multi_easy(struct multi_reply *reply, const char *url, const char *ca);

/* Sends the first requests. If `keep` is false, the bytes are discarded. */
bool multi_start(struct multi *m, const char *url, const char *ca,
                 const char *const *bodies, size_t count, bool keep);

/* Waits for the next response, which is valid until the next call. Returns NULL
 * after the last one, or after a failure, which `error` describes. */
const struct multi_reply *multi_next(struct multi *m);

/* multi_work and multi_take do the same without waiting. This one lets libcurl
 * work; false: no request is in flight. */
bool multi_work(struct multi *m);

/* Returns the next complete response, or NULL. Sends the next request on the
 * handle of the last response. */
const struct multi_reply *multi_take(struct multi *m);

void multi_end(struct multi *m);

#endif
