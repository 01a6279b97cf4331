/* SPDX-License-Identifier: MIT */
/* What reply.h makes of a body, as one line of text, however it is cut. The
 * tests that use it call alloc_spare(true) first: only the core's memory runs
 * out. */
#ifndef LUMA_HEARD_H
#define LUMA_HEARD_H

#include "luma.h"
#include "gateway/reply.h"
#include "http/failure.h"

enum { MAX_TASK = 400, MAX_REPLY = 4000 };

#define SECRET "sk-0123456789-secret"

/* Options whose token is SECRET. */
extern const struct luma_options secret_options;

/* Reads the body in two pieces, or byte by byte where `cut` is (size_t)-1.
 * Tells it as `id state, id state; code: message`. Does not reset. */
void hear_reply(struct reply *reply, long http, const char *body, size_t len,
                size_t cut, struct buf *told);

/* The body must be told so; `want` may end in '*' for anything. And every cut
 * of it must come to the same verdict. */
void check_reply(long http, const char *body, size_t len, const char *want);

#endif
