/* SPDX-License-Identifier: MIT */
/* The URL of a file: from the text of a link to a checked URL. Any thread;
 * nothing blocks. */
#ifndef LUMA_FILE_URL_H
#define LUMA_FILE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "error.h"

/* Sets `*url` to the URL of a link, which the caller must free(). White space
 * around the link is removed; spaces in it and non-ASCII bytes are
 * percent-encoded. A relative link is resolved against `base_url`, taken as a
 * folder. A text without a slash, or an invalid URL, is copied unchanged, so
 * that file_url_check rejects it. Sets NULL for a text that is blank or has a
 * NUL byte. False: out of memory. */
bool file_url_read(char **url, const char *link, size_t len,
                   const char *base_url);

/* Checks whether luma may request the URL. `redirected`: it is the target of a
 * redirect. `allow_private` as in struct luma_download_options. False: `error`
 * says why: LUMA_ERR_LINK, LUMA_ERR_ADDRESS or LUMA_ERR_MEMORY. */
bool file_url_check(const char *url, bool redirected, bool allow_private,
                    const struct luma_options *options,
                    struct luma_error *error);

#endif
