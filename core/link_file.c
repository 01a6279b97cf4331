/* SPDX-License-Identifier: MIT */
/* Links are made absolute here and nowhere else. */
#include "link_file.h"

#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "buf.h"
#include "link.h"
#include "origin.h"

/* NULL: it leads nowhere, or out of memory. */
static char *resolve(const char *base_url, const char *link)
{
    struct buf base = {0};
    char *url = NULL;

    if (origin_append_base(&base, base_url) && buf_append(&base, "/", 2))
        url = link_follow(base.data, link);
    buf_free(&base);
    return url;
}

bool link_file_read(char **url, const char *link, size_t len,
                    const char *base_url)
{
    char *text, *found;

    *url = NULL;
    while (len && ascii_is_space(link[len - 1]))
        len--;
    for (; len && ascii_is_space(*link); link++)
        len--;
    if (!len || memchr(link, '\0', len))
        return true;
    text = buf_copy(link, len);
    found = text && strchr(text, '/') ? resolve(base_url, text) : NULL;
    *url = found ? found : text;
    if (found)
        free(text);
    return *url != NULL;
}

bool link_file_check(const char *url, bool redirected, bool allow_private,
                     const struct luma_options *options,
                     struct luma_error *error)
{
    const char *wrong = link_problem(url, options->plain_http);

    if (wrong) {
        status_set(error, LUMA_LINK);
        status_detail(error, redirected ? "redirected: %s" : "%s", wrong);
        return false;
    }
    if (!options->proxy || allow_private || !link_is_closed(url))
        return true;
    status_set(error, LUMA_ADDRESS);
    return false;
}
