/* SPDX-License-Identifier: MIT */
/* The proxy of a client: it is checked before it is used, and its user name
 * and password are never shown. Any thread; nothing blocks. */
#ifndef LUMA_PROXY_H
#define LUMA_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/* Checks the option as libcurl will read it. Sets `problem` to NULL where it
 * can be used, else to what is wrong with it, in words that hold no part of it.
 * False: out of memory. */
bool proxy_check(const char *proxy, const char **problem);

/* Replaces the user name and password of `proxy` (NULL for none) by asterisks,
 * as they stand in the URL and decoded, in a text from elsewhere; luma's own
 * words are not to be given. `cut`: the text is only the beginning of one, and
 * may end within a secret. The text does not become longer. Without memory, all
 * of it is replaced. */
void proxy_hide(const char *proxy, char *text, bool cut);

/* Makes a text from elsewhere fit to show, as text_sanitize does, without the
 * client's token and the user name and password of its proxy. `cut` as above.
 * False: `out` is not all of it. */
bool proxy_sanitize(char *out, size_t capacity, const char *text, size_t len,
                    bool cut, const struct luma_options *options);

#endif
