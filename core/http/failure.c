/* SPDX-License-Identifier: MIT */
/* One table for libcurl's results, one for system resources that ran out. */
#include "http/failure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/descriptor.h"
#include "base/text.h"
#include "http/headers.h"
#include "http/proxy.h"
#include "http/url.h"

enum {
    TOO_LARGE = 100,          /* CURLE_TOO_LARGE, which is of libcurl 8.6 */
    SIZE_OF_LINE = 128 * 1024 /* a header of that size needs this much */
};

/* ---- missing resources -------------------------------------------------- */

/* Replaces strerror, whose language depends on the locale. */
static const char *shortage(int number)
{
    switch (number) {
    case EMFILE:
        return "too many open files in this process (ulimit -n)";
    case ENFILE:
        return "too many open files in the whole system";
    case ENOMEM:
    case ENOBUFS:
        return "the system has no memory left for it";
    case EAGAIN:
        return "no more threads are allowed (ulimit -u)";
    default:
        return NULL;
    }
}

void failure_add_errno(struct luma_error *error, int number)
{
    const char *what = shortage(number);

    if (what)
        luma_error_append(error, "%s", what);
}

/* Before the request is sent, the cause may be a lack of resources. */
static const char *shortage_of(const struct failure *f)
{
    if (f->sent)
        return NULL;
    switch (f->result) {
    case CURLE_COULDNT_CONNECT:
        return shortage(f->socket_error);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_OUT_OF_MEMORY:
        return shortage(descriptor_try());
    default:
        return NULL;
    }
}

/* ---- libcurl's results ------------------------------------------------- */

/* A lack of memory is none if there is some. */
static bool has_memory(void)
{
    char *block = malloc(SIZE_OF_LINE);

    free(block);
    return block != NULL;
}

static bool has_any(const char *text, const char *const *words)
{
    while (*words && !strstr(text, *words))
        words++;
    return *words != NULL;
}

/* libcurl does not say that a lookup had no memory. */
static enum luma_code code_of_lookup(void)
{
    return has_memory() ? LUMA_ERR_RESOLVE : LUMA_ERR_MEMORY;
}

/* Some versions of libcurl do not tell an error of the system in a handshake,
 * or have none where the peer just ends it. Then the words say which of the two
 * codes fits better. Both are retried. */
static enum luma_code code_of_handshake(const struct failure *f)
{
    static const char *const broken[] = {"SSL_connect: ",
                                         "Recv failure: ",
                                         "Send failure: ",
                                         "unexpected eof while reading",
                                         "non-properly terminated",
                                         "Error in the pull function",
                                         "Error in the push function",
                                         NULL};

    if (!has_memory())
        return LUMA_ERR_MEMORY;
    return socket_is_break(f->system_error) || has_any(f->text, broken)
               ? LUMA_ERR_NETWORK
               : LUMA_ERR_TLS;
}

/* Since TLS 1.3 a server refuses the client's certificate, or the lack of it,
 * when the handshake is over. libcurl then has the same result as for a
 * connection that broke, and only the words differ. Both are retried. */
static enum luma_code code_of_break(const struct failure *f)
{
    if (f->answered)
        return LUMA_ERR_TRUNCATED;
    return strstr(f->text, " alert ") ? LUMA_ERR_TLS : LUMA_ERR_NETWORK;
}

static enum luma_code code_of(const struct failure *f)
{
    switch (f->result) {
    case CURLE_OUT_OF_MEMORY:
        return LUMA_ERR_MEMORY;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_URL_MALFORMAT: /* the name has no form that DNS knows */
        return code_of_lookup();
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
        return LUMA_ERR_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return f->overtime ? LUMA_ERR_ATTEMPT_TIMEOUT
                           : LUMA_ERR_CONNECT_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
        return code_of_handshake(f);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
        return LUMA_ERR_TLS;
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
    case CURLE_WRITE_ERROR:
        return LUMA_ERR_REPLY;
    default:
        return code_of_break(f);
    }
}

void failure_set(struct luma_error *error, const struct failure *failure,
                 const struct luma_options *options)
{
    const char *lacks = shortage_of(failure);
    char text[CURL_ERROR_SIZE];

    luma_error_set(error, lacks ? LUMA_ERR_CONNECT : code_of(failure));
    if (lacks) {
        luma_error_append(error, "%s", lacks);
    } else if (*failure->text) {
        size_t len = strlen(failure->text);

        proxy_sanitize(text, sizeof text, failure->text, len,
                       len == sizeof text - 1, options);
        luma_error_append(error, "%s", text);
    }
}

enum retry_class failure_retry_class(CURLcode result,
                                     const struct luma_error *error)
{
    switch (result) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
        break;
    default:
        if (error->code == LUMA_ERR_TLS)
            return RETRY_CLASS_TRANSIENT;
    }
    return retry_class_of(error->code, error->http_status);
}

bool failure_is_of_size(CURLcode result)
{
    return (int)result == TOO_LARGE ||
           (result == CURLE_OUT_OF_MEMORY && has_memory());
}

void failure_set_headers(struct luma_error *error, CURLcode result,
                         bool counted)
{
    bool known = counted || result != CURLE_OUT_OF_MEMORY;

    luma_error_set(error, LUMA_ERR_TOO_LARGE);
    luma_error_append(error, "the headers are over 64 KiB%s",
                      known ? "" : ", or memory ran out for a moment");
}

bool failure_is_refusal(long code)
{
    return code == CURLPX_NO_AUTH || code == CURLPX_USER_REJECTED ||
           code == CURLPX_REPLY_NOT_ALLOWED;
}

/* ---- text of responses -------------------------------------------------- */

void failure_clean(const void *options, char *out, size_t capacity,
                   const struct reply_words *words)
{
    const struct luma_options *o = options;
    const char *secrets[HEADERS_SECRETS];
    size_t len = words->len;

    headers_list_secrets(o, secrets);
    if (words->extent != REPLY_COMPLETE)
        len = text_length_before(words->text, len, secrets);
    proxy_sanitize(out, capacity, words->text, len, words->extent == REPLY_CUT,
                   o);
}

void failure_set_redirect(struct luma_error *error, const struct reply *reply,
                          const struct luma_options *options, const char *url,
                          const char *location)
{
    char text[512] = "";
    struct redirect_target to;
    struct reply_words words;

    if (location && !url_read_redirect(&to, url, location, options))
        return;
    if (location && *to.display) {
        snprintf(error->message, sizeof error->message,
                 "the gateway redirected the request to %s%s; check "
                 "base_url%s%s",
                 to.display, to.cut ? "..." : "",
                 *to.base ? ", it may have to be " : "", to.base);
        return;
    }
    if (reply_find_words(reply, &words))
        failure_clean(options, text, sizeof text, &words);
    snprintf(error->message, sizeof error->message,
             "the gateway redirected the request; %s%s%s",
             location ? "its Location cannot be read" : "it has no Location",
             *text ? ": " : "", text);
}
