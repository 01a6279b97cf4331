/* SPDX-License-Identifier: MIT */
/* How often an exchange sends its request, and on which connection:
 *
 * - libcurl sends a request again by itself when a connection that was used
 *   before ends without a byte of the response. The peer may have processed it.
 *   It also does so when an HTTP/2 peer refuses a stream.
 * - A request that is not idempotent therefore gets a new connection, which it
 *   shares with no other (so HTTP/1.1). There libcurl does not send it again.
 * - Any other may get a connection that was used before. There the first
 *   resend of an exchange costs no attempt, since a connection that has died in
 *   the pool says nothing about the request. Before any other one libcurl is
 *   stopped: the exchange fails, and its retry waits. So an exchange is one
 *   attempt, of at most two sends.
 * - A resend, and a request whose last exchange broke, gets a new connection.
 * - When an exchange breaks, what is older is in doubt: connections that have
 *   been idle since then are not used, and addresses are looked up anew.
 * - An HTTP/2 connection on which nothing comes any more is left by all.
 * - A connection in which bytes wait, or that the peer has closed, gets no
 *   request. libcurl does not always check this. Over HTTP/2, luma leaves the
 *   check to libcurl: the bytes may be for any request on the connection.
 *
 * The loop's thread only. Nothing blocks. */
#ifndef LUMA_REUSE_H
#define LUMA_REUSE_H

#include "http/exchange.h"

/* For an exchange that begins. `now` is in ms. False: out of memory. */
bool reuse_prepare(struct exchange *x, int64_t now);

/* Counts a send on the connection of x->ports; or says why it must not be. */
enum exchange_refusal reuse_count_send(struct exchange *x);

/* A response has begun. */
void reuse_note_response(const struct exchange *x);

/* The exchange, which libcurl does not have any more, begins again, and gets a
 * new connection. It has waited on another one without a response, or it has
 * REFUSED_STALE and nothing was sent. False: out of memory. */
bool reuse_renew(struct exchange *x);

/* How the exchange ended: the next connections depend on it. */
void reuse_note_end(struct exchange *x, CURLcode result,
                    enum luma_code abort_code, int64_t now);

/* True: the exchange, which ends so, has waited on an HTTP/2
 * connection without a response. Unless another one hears more there, nobody
 * uses it further. */
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
