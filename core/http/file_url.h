/* SPDX-License-Identifier: MIT */
/* The link of a download, from the text that somebody wrote to a URL that may
 * be asked. Any thread; nothing blocks. */
#ifndef LUMA_FILE_URL_H
#define LUMA_FILE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "error.h"

/* Sets `*url` to what a link leads to, the caller's to free(): blanks around it
 * are left out, blanks in it and bytes that are not ASCII are percent-encoded,
 * and a relative link leads from `base_url`, which counts as a folder. A text
 * without a slash is no link; this and what is no URL stay as they are, so that
 * file_url_check can refuse them. NULL: there are only blanks, or there is a
 * NUL byte. False: out of memory. */
bool file_url_read(char **url, const char *link, size_t len,
                   const char *base_url);

/* Whether the URL may be asked. `redirected`: it is not the link itself, but
 * where that has led. `allow_private` as in struct luma_download. False:
 * `error` says why not: LUMA_ERR_LINK, LUMA_ERR_ADDRESS or LUMA_ERR_MEMORY. */
bool file_url_check(const char *url, bool redirected, bool allow_private,
                    const struct luma_options *options,
                    struct luma_error *error);

#endif
