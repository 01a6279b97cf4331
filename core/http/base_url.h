/* SPDX-License-Identifier: MIT */
/* Where requests go: to base_url, and nowhere else. Any thread; nothing
 * blocks. */
#ifndef LUMA_BASE_URL_H
#define LUMA_BASE_URL_H

#include "base/buf.h"
#include "luma.h"

/* Looks at base_url, and at the rest that libcurl will have to like. False:
 * `error` is a LUMA_ERR_ARGUMENT about that option. */
bool base_url_check(const struct luma_options *options,
                    struct luma_error *error);

/* Whether base_url and the path make a URL of the same origin; else `error` is
 * a LUMA_ERR_ARGUMENT about the path. */
bool base_url_check_path(const struct luma_options *options, const char *path,
                         struct luma_error *error);

/* Appends base_url without the slashes at its end. False: out of memory. */
bool base_url_append(struct buf *url, const char *base_url);

#endif
