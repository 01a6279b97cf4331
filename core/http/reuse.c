/* SPDX-License-Identifier: MIT */
/* What libcurl is told about its pool. */
#include "http/reuse.h"

/* libcurl has these options, so what fails here fails for want of memory. */
#define SET(option, value) \
    (curl_easy_setopt(x->easy, option, value) == CURLE_OK)

/* ---- the beginning ----------------------------------------------------- */

/* Which connections of the pool are good enough, and which addresses. Without
 * a break the limits are libcurl's own. An age of 0 is no limit in newer
 * versions; what it would exclude over HTTP/1.1, is_stale does. */
bool reuse_prepare(struct exchange *x, int64_t now)
{
    const struct request *r = x->request;
    const struct connections *c = x->connections;
    bool http2 = x->tls && x->options->http2;
    long sound = connections_sound_for(c, now, 118);

    x->connected = false;
    x->resent = false;
    x->sends = 0;
    x->multiplexes = http2 && r->idempotent;
    return SET(CURLOPT_HTTP_VERSION, x->multiplexes ? CURL_HTTP_VERSION_2TLS
                                                    : CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_FRESH_CONNECT, r->broke || !r->idempotent ? 1L : 0L) &&
           SET(CURLOPT_FORBID_REUSE, http2 && !r->idempotent ? 1L : 0L) &&
           SET(CURLOPT_MAXAGE_CONN, sound ? sound : 1L) &&
           SET(CURLOPT_DNS_CACHE_TIMEOUT, connections_sound_for(c, now, 60));
}

bool reuse_renew(struct exchange *x)
{
    x->refused = REFUSED_NOTHING;
    x->phase = EXCHANGE_CONNECT;
    return SET(CURLOPT_FRESH_CONNECT, 1L) && SET(CURLOPT_FORBID_REUSE, 0L);
}

/* ---- sends ------------------------------------------------------------- */

/* Bytes on an idle connection are no answer to what is sent next. Over HTTP/2
 * they are frames, which libcurl reads; and other requests may be on it. */
static bool is_stale(const struct exchange *x)
{
    return !x->connected &&
           (connections_is_in_doubt(x->connections, x->ports) ||
            connections_is_readable(x->connections, x->ports));
}

/* Over HTTP/2, several exchanges may begin on a connection that one of them has
 * made. */
static bool is_pooled(const struct exchange *x)
{
    return !x->connected && (!x->multiplexes || connections_has_responded(
                                                    x->connections, x->ports));
}

enum exchange_refusal reuse_count_send(struct exchange *x)
{
    if (x->sends)
        x->resent = x->request->idempotent;
    else
        x->pooled = is_pooled(x);
    if (is_stale(x))
        return REFUSED_STALE;
    if (x->sends > (x->resent && x->pooled))
        return REFUSED_SEND;
    x->sends++;
    curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, 1L); /* of a resend */
    return REFUSED_NOTHING;
}

void reuse_note_response(const struct exchange *x)
{
    if (x->multiplexes)
        connections_note_response(x->connections, x->ports);
}

/* ---- the end ----------------------------------------------------------- */

/* After a resend, the connection that answered was used later than the break.
 * A response that luma did not want to its end broke nothing. One that is
 * complete and does not end says nothing about other connections. */
void reuse_note_end(struct exchange *x, CURLcode result,
                    enum luma_code abort_code, int64_t now)
{
    long version = 0;

    curl_easy_getinfo(x->easy, CURLINFO_HTTP_VERSION, &version);
    x->request->broke = abort_code ||
                        (result != CURLE_OK && result != CURLE_WRITE_ERROR);
    if ((x->request->broke && !x->ends_by) || x->resent)
        connections_note_break(x->connections, now);
    if (x->sends && (!x->multiplexes || version < CURL_HTTP_VERSION_2))
        connections_note_http1(x->connections, x->ports);
}

bool reuse_is_unheard(const struct exchange *x, CURLcode result,
                      enum luma_code abort_code)
{
    return x->multiplexes && x->sends && !x->ends_by &&
           (abort_code == LUMA_ERR_STALL_TIMEOUT ||
            (result == CURLE_OPERATION_TIMEDOUT && x->phase == EXCHANGE_WAIT));
}

static bool shares(const struct exchange *other, const struct exchange *x)
{
    return other != x && other->multiplexes &&
           other->ports.near_port == x->ports.near_port &&
           other->ports.far_port == x->ports.far_port;
}

bool reuse_hears_more(const struct exchange *other, const struct exchange *x)
{
    return shares(other, x) && other->phase >= EXCHANGE_HEAD &&
           (other->active_since_check || other->last_byte > x->last_byte);
}

bool reuse_waits_with(const struct exchange *other, const struct exchange *x)
{
    return shares(other, x) && other->phase == EXCHANGE_WAIT && !other->resent;
}

/* Only over HTTP/2 would libcurl keep it. */
void reuse_leave(struct exchange *x)
{
    curl_easy_setopt(x->easy, CURLOPT_FORBID_REUSE, 1L);
}
