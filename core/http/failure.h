/* SPDX-License-Identifier: MIT */
/* What the failures of libcurl and of the system mean, as luma's errors. Any
 * thread; nothing blocks; nothing fails. */
#ifndef LUMA_FAILURE_H
#define LUMA_FAILURE_H

#include <curl/curl.h>

#include "options.h"
#include "gateway/reply.h"
#include "error.h"

/* An exchange that libcurl has ended without a readable response. */
struct failure {
    CURLcode result;
    const char *text; /* libcurl's own words, "" for none */
    int socket_error; /* errno of the last socket that was not made, or 0 */
    bool sent;        /* the request was sent */
    bool answered;    /* a status line came back */
};

/* Sets `error` to the code and message of the failure. The message shows
 * neither the token nor the user name and password of any URL. */
void failure_set(struct luma_error *error, const struct failure *failure,
                 const struct luma_options *options);

/* A reply_clean: hides the token, and the user name and password of the proxy
 * and of each URL. `options` is a struct luma_options. */
void failure_clean(const void *options, char *out, size_t capacity,
                   const struct reply_words *words);

/* Makes the message of a LUMA_ERR_REDIRECT that reply_end has set: where the
 * Location header (NULL: none) of the response to `url` leads, and what
 * base_url may have to be. Without memory the message stays as it is. */
void failure_set_redirect(struct luma_error *error, const struct reply *reply,
                          const struct luma_options *options, const char *url,
                          const char *location);

/* Adds to the message of `error` what the system lacked, if `number`, a value
 * of errno, says so: descriptors, memory or threads. */
void failure_add_errno(struct luma_error *error, int number);

#endif
