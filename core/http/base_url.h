/* SPDX-License-Identifier: MIT */
/* base_url and the paths behind it: the URLs of requests to the gateway. Any
 * thread; nothing blocks. */
#ifndef LUMA_BASE_URL_H
#define LUMA_BASE_URL_H

#include "base/buf.h"
#include "luma.h"

/* Checks base_url and ca_file. False: `error` is a LUMA_ERR_ARGUMENT about the
 * option, or LUMA_ERR_MEMORY. */
bool base_url_check(const struct luma_options *options,
                    struct luma_error *error);

/* Checks that base_url and the path are a URL of the same origin. False:
 * `error` is a LUMA_ERR_ARGUMENT about the path, or LUMA_ERR_MEMORY. */
bool base_url_check_path(const struct luma_options *options, const char *path,
                         struct luma_error *error);

/* Appends base_url without its trailing slashes. False: out of memory. */
bool base_url_append(struct buf *url, const char *base_url);

#endif
