/* SPDX-License-Identifier: MIT */
/* Which connection an exchange gets, and what happens when that fails: the
 * rules that exchange.h promises.
 *
 * The loop's thread only. Nothing blocks. */
#ifndef LUMA_REUSE_H
#define LUMA_REUSE_H

#include "http/exchange.h"

/* For an exchange that begins. `now` is in ms. False: out of memory. */
bool reuse_prepare(struct exchange *x, int64_t now);

/* Counts a send on the connection of x->ports; or says why it must not be. */
enum exchange_refusal reuse_count_send(struct exchange *x);

/* The exchange, which libcurl does not have any more, begins again, and gets a
 * new connection. It has waited on another one in vain, or it has REFUSED_STALE
 * and nothing was sent. False: out of memory. */
bool reuse_renew(struct exchange *x);

/* How the exchange ended: the next connections depend on it. */
void reuse_note_end(struct exchange *x, CURLcode result,
                    enum luma_code abort_code, int64_t now);

/* True: the exchange, which ends so, has waited in vain on an HTTP/2
 * connection. Unless another one hears more there, nobody uses it further. */
bool reuse_is_unheard(const struct exchange *x, CURLcode result,
                      enum luma_code abort_code);

/* True: `other` has got bytes on the same connection since `x` has. */
bool reuse_hears_more(const struct exchange *other, const struct exchange *x);

/* True: `other` waits on the same connection, and may be sent on a new one
 * without the cost of an attempt. */
bool reuse_waits_with(const struct exchange *other, const struct exchange *x);

/* The exchange is stopped before its end: its connection is not used again,
 * unless others use it. */
void reuse_leave(struct exchange *x);

#endif
