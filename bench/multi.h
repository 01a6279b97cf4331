/* SPDX-License-Identifier: MIT */
/* Posts bodies to one address, eight at a time on kept-alive connections, as
 * libcurl's multi interface is meant to be used. For the C contestants. */
#ifndef BENCH_MULTI_H
#define BENCH_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

enum { MULTI_CONNECTIONS = 8 };

struct multi_reply {
    CURL *easy;
    size_t request; /* index of the body it answers */
    char *data;     /* NULL unless `keep` */
    size_t len;
    size_t room;
    bool keep;
};

struct multi {
    CURLM *handle;
    const char *const *bodies;
    size_t count; /* of bodies */
    size_t next;  /* to send */
    struct multi_reply replies[MULTI_CONNECTIONS];
    struct multi_reply *last; /* the one multi_next gave */
    const char *error;
};

/* An easy handle that posts to `url` and writes into `reply`. */
CURL *multi_easy(struct multi_reply *reply, const char *url, const char *ca);

/* Sends the first requests; `keep`: keep the replies' bytes. */
bool multi_start(struct multi *m, const char *url, const char *ca,
                 const char *const *bodies, size_t count, bool keep);

/* Waits for the next reply, valid until the next call. NULL: that was the
 * last, or `error` says what went wrong. */
const struct multi_reply *multi_next(struct multi *m);

/* The same in two steps that do not wait. Lets libcurl do what can be done now;
 * false: nothing is on its way. */
bool multi_work(struct multi *m);

/* The next reply that is whole, or NULL. Sends the next request in place of
 * the last one that was taken. */
const struct multi_reply *multi_take(struct multi *m);

void multi_end(struct multi *m);

#endif
