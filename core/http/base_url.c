/* SPDX-License-Identifier: MIT */
/* URLs are parsed by libcurl, so the URL that is checked is the one requested.
 */
#include "http/base_url.h"

#include <curl/curl.h>
#include <string.h>

#include "base/ascii.h"
#include "file/path.h"
#include "http/address.h"
#include "http/url.h"

bool base_url_append(struct buf *url, const char *base_url)
{
    size_t len = strlen(base_url);

    while (len && base_url[len - 1] == '/')
        len--;
    return buf_append(url, base_url, len);
}

static bool refuse(struct luma_error *error, const char *option,
                   const char *problem)
{
    luma_error_set_argument(error, option, problem);
    return false;
}

static bool refuse_memory(struct luma_error *error)
{
    luma_error_set(error, LUMA_ERR_MEMORY);
    return false;
}

/* Plain http to this host. */
static bool refuse_plain(const char *host, struct luma_error *error)
{
    return refuse(error, "base_url",
                  address_is_loopback(host)
                      ? "plain http would send the token unencrypted to the "
                        "proxy; use https, or set plain_http = true"
                      : "plain http would send the token unencrypted; use "
                        "https, or set plain_http = true");
}

static bool check_parts(const struct url_parts *p,
                        const struct luma_options *options,
                        struct luma_error *error)
{
    bool plain = ascii_same(p->scheme, "http");
    CURLUcode user = url_find_user(p->url);

    if (!plain && !ascii_same(p->scheme, "https"))
        return refuse(error, "base_url", "must be an https URL");
    if (user == CURLUE_OUT_OF_MEMORY)
        return refuse_memory(error);
    if (user == CURLUE_OK)
        return refuse(error, "base_url", "must not hold a user or password");
    return !plain || url_may_be_plain(p->host, options) ||
           refuse_plain(p->host, error);
}

bool base_url_check(const struct luma_options *options,
                    struct luma_error *error)
{
    struct url_parts p;
    CURLUcode code = url_parse(&p, options->base_url);
    bool good = false;

    if (code == CURLUE_OUT_OF_MEMORY)
        refuse_memory(error);
    else if (code)
        refuse(error, "base_url",
               "must be a URL such as " LUMA_BASE_URL ", with a host in ASCII");
    else if (strpbrk(options->base_url, "?#")) /* even an empty one */
        refuse(error, "base_url", "must not hold a query or a fragment");
    else
        good = check_parts(&p, options, error);
    url_free_parts(&p);
    if (good && options->ca_file && !path_is_readable(options->ca_file))
        good = refuse(error, "ca_file", "cannot be read");
    return good;
}

bool base_url_check_path(const struct luma_options *options, const char *path,
                         struct luma_error *error)
{
    struct url_parts p = {0};
    struct buf text = {0};
    bool good = base_url_append(&text, options->base_url) &&
                buf_append(&text, path, strlen(path) + 1);
    CURLUcode code = good ? url_parse(&p, text.data) : CURLUE_OUT_OF_MEMORY;
    CURLUcode user = code ? CURLUE_NO_USER : url_find_user(p.url);
    bool same = false;

    if (!code && !url_compare_origins(text.data, options->base_url, &same))
        code = CURLUE_OUT_OF_MEMORY;
    if (code == CURLUE_OUT_OF_MEMORY || user == CURLUE_OUT_OF_MEMORY)
        good = refuse_memory(error);
    else if (code || user == CURLUE_OK || !same)
        good = refuse(error, "path", "would lead to another host");
    buf_free(&text);
    url_free_parts(&p);
    return good;
}
