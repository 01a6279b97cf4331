/* SPDX-License-Identifier: MIT */
/* Turns failures of libcurl and of the system into luma's errors. Any thread;
 * nothing blocks; nothing fails. */
#ifndef LUMA_FAILURE_H
#define LUMA_FAILURE_H

#include <curl/curl.h>

#include "options.h"
#include "gateway/reply.h"
#include "error.h"

/* An exchange that ended without a readable response. */
struct failure {
    CURLcode result;
    const char *text; /* libcurl's error text, or "" */
    int socket_error; /* errno of the last failed socket(), or 0 */
    int system_error; /* CURLINFO_OS_ERRNO */
    bool sent;        /* the request was sent */
    bool answered;    /* the first line of a response was received */
    bool overtime;    /* the attempt's time is up, not the connection's */
};

/* Sets `error` to the code and message of the failure. The message shows
 * neither the token nor the user name and password of any URL. Words of libcurl
 * or the TLS library differ between versions: they may decide between
 * LUMA_ERR_TLS and LUMA_ERR_NETWORK, but nothing else. */
void failure_set(struct luma_error *error, const struct failure *failure,
                 const struct luma_options *options);

/* How to retry after the failure that `error` was set to. A TLS connection that
 * failed may succeed later, but not if a certificate is refused. */
enum retry_class failure_retry_class(CURLcode result,
                                     const struct luma_error *error);

/* Whether libcurl has refused something for its size. Some versions report that
 * as a lack of memory. */
bool failure_is_of_size(CURLcode result);

/* Sets `error` for headers that are too large: they were `counted`, or libcurl
 * has ended with `result`, which may mean something else as well. */
void failure_set_headers(struct luma_error *error, CURLcode result,
                         bool counted);

/* Whether a SOCKS proxy would refuse the same again. `code` is a CURLproxycode.
 */
bool failure_is_refusal(long code);

/* A reply_clean: hides the token, and the user name and password of the proxy
 * and of each URL. `options` is a struct luma_options. */
void failure_clean(const void *options, char *out, size_t capacity,
                   const struct reply_words *words);

/* Sets the message of a LUMA_ERR_REDIRECT, after reply_end: the target of the
 * Location header (NULL: none) of the response to `url`, and the base_url that
 * may be right. Without memory the message does not change. */
void failure_set_redirect(struct luma_error *error, const struct reply *reply,
                          const struct luma_options *options, const char *url,
                          const char *location);

/* If `number`, a value of errno, is a lack of descriptors, memory or threads,
 * appends this to the message. */
void failure_add_errno(struct luma_error *error, int number);

#endif
