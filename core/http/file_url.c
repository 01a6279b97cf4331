/* SPDX-License-Identifier: MIT */
/* A relative link is resolved against base_url; libcurl parses all links. */
#include "http/file_url.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "http/url.h"
#include "http/base_url.h"

/* Sets `url` to the absolute URL, or to NULL if the link is invalid. False:
 * out of memory. */
static bool resolve(const char *base_url, const char *link, char **url)
{
    struct buf base = {0};
    bool good = base_url_append(&base, base_url) && buf_append(&base, "/", 2) &&
                url_follow(base.data, link, url);

    buf_free(&base);
    return good;
}

bool file_url_read(char **url, const char *link, size_t len,
                   const char *base_url)
{
    char *text, *found = NULL;
    bool good;

    *url = NULL;
    while (len && ascii_is_space(link[len - 1]))
        len--;
    for (; len && ascii_is_space(*link); link++)
        len--;
    if (!len || memchr(link, '\0', len))
        return true;
    text = buf_copy(link, len);
    good = text && (!strchr(text, '/') || resolve(base_url, text, &found));
    if (good)
        *url = found ? found : text;
    if (!good || found)
        free(text);
    return good;
}

bool file_url_check(const char *url, bool redirected, bool allow_private,
                    const struct luma_options *options,
                    struct luma_error *error)
{
    bool asks = options->proxy && !allow_private, is_private = false;
    const char *problem;

    if (!url_check(url, options, &problem) ||
        (asks && !url_find_private(url, &is_private))) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return false;
    }
    if (problem) {
        luma_error_set(error, LUMA_ERR_LINK);
        luma_error_append(error, redirected ? "redirected: %s" : "%s", problem);
        return false;
    }
    if (is_private)
        luma_error_set(error, LUMA_ERR_ADDRESS);
    return !is_private;
}
