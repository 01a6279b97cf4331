/* SPDX-License-Identifier: MIT */
/* What libcurl is told for every exchange, whatever it sends: safety, proxy,
 * TLS and the connection. */
#include "http/exchange.h"
#include "http/library.h"

/* libcurl copies strings. It has these options (library_init), so whatever
 * fails here fails for want of memory. */
#define SET(option, value) \
    (curl_easy_setopt(x->easy, option, value) == CURLE_OK)

/* The same for an option that not every libcurl has. */
#define SET_IF_KNOWN(option, value) \
    (curl_easy_setopt(x->easy, option, value) != CURLE_OUT_OF_MEMORY)

/* Headers before 7.87 do not have it. */
static const CURLoption OPT_QUICK_EXIT = (CURLoption)(CURLOPTTYPE_LONG + 322);

/* Whatever the system's own settings allow. */
static bool set_versions(struct exchange *x)
{
    const long least = CURL_SSLVERSION_TLSv1_2;

    return SET(CURLOPT_SSLVERSION, least) &&
           SET_IF_KNOWN(CURLOPT_PROXY_SSLVERSION, least);
}

/* Schannel refuses a certificate if it cannot ask whether it was revoked, as
 * with a company's own issuer. Other TLS libraries do not ask. */
static bool set_revocation(struct exchange *x)
{
    const long lenient = CURLSSLOPT_REVOKE_BEST_EFFORT;

    return SET_IF_KNOWN(CURLOPT_SSL_OPTIONS, lenient) &&
           SET_IF_KNOWN(CURLOPT_PROXY_SSL_OPTIONS, lenient);
}

/* A directory of issuers beside the file would be read for every connection;
 * where there is only the directory, it has to be. Some TLS libraries have no
 * such directories. */
static bool set_issuers(struct exchange *x)
{
    const char *file = x->options->ca_file;

    if (!file && !library_has_issuers())
        return true;
    return SET_IF_KNOWN(CURLOPT_CAPATH, NULL) &&
           SET_IF_KNOWN(CURLOPT_PROXY_CAPATH, NULL) &&
           (!file || (SET(CURLOPT_CAINFO, file) &&
                      SET_IF_KNOWN(CURLOPT_PROXY_CAINFO, file)));
}

/* What could surprise a host, its user or the gateway is off: signals, the
 * wait for a resolver, redirects, environment proxies, other protocols. */
static bool set_safety(struct exchange *x)
{
    const char *proxy = x->options->proxy;

    return SET(CURLOPT_NOSIGNAL, 1L) && SET_IF_KNOWN(OPT_QUICK_EXIT, 1L) &&
           SET(CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(CURLOPT_PROTOCOLS_STR, x->tls ? "https" : "http") &&
           SET(CURLOPT_PROXY, proxy ? proxy : "") && SET(CURLOPT_NOPROXY, "") &&
           SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) && set_versions(x) &&
           set_revocation(x) && set_issuers(x);
}

/* A URL is asked for as it is written: versions of libcurl do not agree on what
 * a dot segment is, and a link may be signed. */
static bool set_connection(struct exchange *x)
{
    const struct luma_options *o = x->options;

    return SET(CURLOPT_HEADEROPT, CURLHEADER_SEPARATE) &&
           SET(CURLOPT_USERAGENT, o->user_agent) &&
           SET(CURLOPT_PATH_AS_IS, 1L) && SET(CURLOPT_TCP_KEEPALIVE, 1L) &&
           SET(CURLOPT_BUFFERSIZE, 128L * 1024);
}

bool exchange_set_options(struct exchange *x)
{
    return set_safety(x) && set_connection(x);
}
