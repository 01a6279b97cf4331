/* SPDX-License-Identifier: MIT */
/* The proxy of a client: it is checked before it is used, and its user name
 * and password are never shown. Any thread; nothing blocks. */
#ifndef LUMA_PROXY_H
#define LUMA_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/* Checks the option as libcurl reads it. Sets `problem` to NULL, or to the
 * reason why the proxy cannot be used, which contains no part of it. False:
 * out of memory. */
bool proxy_check(const char *proxy, const char **problem);

/* Replaces the user name and password of `proxy` (NULL: none) by asterisks, as
 * they are written in the URL and decoded. For texts from outside only, not
 * for luma's own words. `cut`: the text may end within a secret. The text does
 * not become longer. Without memory, all of it is hidden. */
void proxy_hide(const char *proxy, char *text, bool cut);

/* Copies a text for a message, like text_sanitize, without the secrets of the
 * client and the proxy's user name and password. `cut` as above. False: `out`
 * is not all of the text. */
bool proxy_sanitize(char *out, size_t capacity, const char *text, size_t len,
                    bool cut, const struct luma_options *options);

#endif
