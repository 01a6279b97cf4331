/* SPDX-License-Identifier: MIT */
/* The server behind every address: it is on the loopback, on a thread of its
 * own, and each request gets the next of the answers that it was given. */
#ifndef LUMA_FUZZ_PEER_H
#define LUMA_FUZZ_PEER_H

#include <stddef.h>

#include "base/buf.h"

/* What follows the bytes of an answer. */
enum peer_end {
    PEER_CLOSES,
    PEER_RESETS,
    PEER_WAITS /* for the next request on this connection */
};

struct peer_answer {
    struct buf bytes;
    enum peer_end end;
};

/* Starts it. It is never stopped. */
void peer_start(void);

/* From now on it has these answers, and gives the last one again and again.
 * They stay the caller's, until the next call. What was before is forgotten:
 * connections are closed. 0: each request gets a reset. */
void peer_set(const struct peer_answer *answers, size_t count);

/* How many whole requests came since peer_set. */
size_t peer_requests(void);

/* The text of one of them, valid until peer_set; or NULL, for one of too many.
 */
const char *peer_request(size_t number);

/* "http://127.0.0.1:PORT" */
const char *peer_url(void);
int peer_port(void);

#endif
