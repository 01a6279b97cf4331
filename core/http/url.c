/* SPDX-License-Identifier: MIT */
/* URLs are parsed by libcurl, so the URL that is checked is the one requested.
 */
#include "http/url.h"

#include <stdlib.h>
#include <string.h>

#include "http/address.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "http/proxy.h"

void url_free_parts(struct url_parts *p)
{
    curl_free(p->scheme);
    curl_free(p->host);
    curl_free(p->port);
    curl_url_cleanup(p->url);
}

/* Whether libcurl converts an international name depends on the locale, so luma
 * takes none. */
static CURLUcode read_host(CURLU *url, char **host)
{
    CURLUcode code = curl_url_get(url, CURLUPART_HOST, host, 0);
    const char *c;

    for (c = code ? "" : *host; *c; c++)
        if ((unsigned char)*c >= 0x80)
            return CURLUE_BAD_HOSTNAME;
    return code;
}

static CURLUcode parse_once(struct url_parts *p, const char *url)
{
    CURLUcode code;

    *p = (struct url_parts){.url = curl_url()};
    code = p->url ? curl_url_set(p->url, CURLUPART_URL, url, 0)
                  : CURLUE_OUT_OF_MEMORY;
    if (!code)
        code = curl_url_get(p->url, CURLUPART_SCHEME, &p->scheme, 0);
    if (!code)
        code = read_host(p->url, &p->host);
    if (!code)
        code =
            curl_url_get(p->url, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT);
    return code;
}

/* Without memory, libcurl reports some URLs as invalid. So a problem counts
 * only if a second try finds the same one. */
CURLUcode url_parse(struct url_parts *p, const char *url)
{
    CURLUcode code = parse_once(p, url), again;

    if (!code || code == CURLUE_OUT_OF_MEMORY)
        return code;
    url_free_parts(p);
    again = parse_once(p, url);
    return !again || again == code ? again : CURLUE_OUT_OF_MEMORY;
}

CURLUcode url_find_user(CURLU *url)
{
    char *user = NULL, *password = NULL;
    CURLUcode first = curl_url_get(url, CURLUPART_USER, &user, 0);
    CURLUcode second = curl_url_get(url, CURLUPART_PASSWORD, &password, 0);

    curl_free(user);
    curl_free(password);
    if (first == CURLUE_OUT_OF_MEMORY || second == CURLUE_OUT_OF_MEMORY)
        return CURLUE_OUT_OF_MEMORY;
    return first == CURLUE_OK || second == CURLUE_OK ? CURLUE_OK
                                                     : CURLUE_NO_USER;
}

/* Returns the host without the brackets of an IPv6 address. */
static const char *bare_host(struct url_parts *p)
{
    size_t n = strlen(p->host);

    if (*p->host != '[' || p->host[n - 1] != ']')
        return p->host;
    p->host[n - 1] = '\0';
    return p->host + 1;
}

static bool has_control(const char *url)
{
    for (; *url; url++)
        if ((unsigned char)*url <= ' ' || *url == 0x7F)
            return true;
    return false;
}

bool url_may_be_plain(const char *host, const struct luma_options *options)
{
    return options->plain_http ||
           (!options->proxy && address_is_loopback(host));
}

/* Returns the problem of a parsed URL, or NULL. */
static const char *problem_of(struct url_parts *p,
                              const struct luma_options *options)
{
    if (strcmp(p->scheme, "http") == 0)
        return url_may_be_plain(bare_host(p), options)
                   ? NULL
                   : "it is plain http; see plain_http";
    return strcmp(p->scheme, "https") == 0 ? NULL
                                           : "it is neither https nor http";
}

bool url_check(const char *url, const struct luma_options *options,
               const char **problem)
{
    struct url_parts p;
    CURLUcode code, user;

    *problem = "it holds spaces or control characters";
    if (has_control(url))
        return true;
    code = url_parse(&p, url);
    user = code ? CURLUE_NO_USER : url_find_user(p.url);
    if (code == CURLUE_BAD_HOSTNAME)
        *problem = "its host name is not valid; an international one has to "
                   "be in its xn-- form";
    else if (code)
        *problem = "it is no URL";
    else if (user == CURLUE_OK)
        *problem = "it holds a user name or password";
    else
        *problem = problem_of(&p, options);
    url_free_parts(&p);
    return code != CURLUE_OUT_OF_MEMORY && user != CURLUE_OUT_OF_MEMORY;
}

enum {
    LENIENT = CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME | CURLU_ALLOW_SPACE
};

static CURLUcode get_url(CURLU *url, CURLUcode code, char **text)
{
    char *found = NULL;

    if (!code)
        code = curl_url_get(url, CURLUPART_URL, &found, 0);
    *text = code ? NULL : buf_copy(found, strlen(found));
    curl_free(found);
    return code || *text ? code : CURLUE_OUT_OF_MEMORY;
}

static bool is_plain(const char *url)
{
    while (*url > ' ' && *url < 0x7F)
        url++;
    return !*url;
}

/* An absolute URL stays as it is written: it may be signed, and versions of
 * libcurl change different parts of it. When they send it, newer ones still
 * make the letters of escapes capitals. */
static CURLUcode follow_absolute(const char *location, char **to)
{
    CURLU *url = curl_url();
    CURLUcode code = url ? curl_url_set(url, CURLUPART_URL, location,
                                        LENIENT | CURLU_PATH_AS_IS)
                         : CURLUE_OUT_OF_MEMORY;

    if (!code && is_plain(location)) {
        *to = buf_copy(location, strlen(location));
        code = *to ? CURLUE_OK : CURLUE_OUT_OF_MEMORY;
    } else {
        code = get_url(url, code, to);
    }
    curl_url_cleanup(url);
    return code;
}

static CURLUcode follow(const char *url, const char *location, char **to)
{
    CURLUcode code = follow_absolute(location, to);
    CURLU *base;

    if (!code || code == CURLUE_OUT_OF_MEMORY)
        return code;
    base = curl_url();
    code = base ? curl_url_set(base, CURLUPART_URL, url, 0)
                : CURLUE_OUT_OF_MEMORY;
    if (!code)
        code = curl_url_set(base, CURLUPART_URL, location, LENIENT);
    code = get_url(base, code, to);
    curl_url_cleanup(base);
    return code;
}

/* Control characters, which only some versions of libcurl refuse. */
static bool has_junk(const char *url)
{
    while ((unsigned char)*url >= ' ' && *url != 0x7F)
        url++;
    return *url;
}

/* Two tries, as in url_parse. An empty location leads nowhere. */
bool url_follow(const char *url, const char *location, char **to)
{
    CURLUcode code;

    *to = NULL;
    if (!*location || has_junk(location))
        return true;
    code = follow(url, location, to);
    if (!code || code == CURLUE_OUT_OF_MEMORY)
        return !code;
    return follow(url, location, to) == code || *to;
}

/* Sets `text` to the part of a URL that messages may show; free with
 * curl_free. */
static CURLUcode read_display(const char *url, char **text)
{
    static const CURLUPart hidden[] = {
        CURLUPART_USER,   CURLUPART_PASSWORD, CURLUPART_OPTIONS,
        CURLUPART_ZONEID, CURLUPART_QUERY,    CURLUPART_FRAGMENT,
    };
    CURLU *parts = curl_url();
    CURLUcode code = parts ? curl_url_set(parts, CURLUPART_URL, url,
                                          CURLU_NON_SUPPORT_SCHEME)
                           : CURLUE_OUT_OF_MEMORY;
    size_t i;

    for (i = 0; !code && i < sizeof hidden / sizeof *hidden; i++)
        code = curl_url_set(parts, hidden[i], NULL, 0);
    if (!code)
        code = curl_url_get(parts, CURLUPART_URL, text, 0);
    curl_url_cleanup(parts);
    return code;
}

/* Without memory: false. */
static bool same_host(const char *url, const char *other)
{
    struct url_parts a, b;
    bool same = url_parse(&a, url) == CURLUE_OK;

    same = url_parse(&b, other) == CURLUE_OK && same &&
           ascii_same(a.host, b.host);
    url_free_parts(&a);
    url_free_parts(&b);
    return same;
}

/* Finds the base_url for which the request would have gone to `to`. `url` is
 * `base` and a path. */
static void find_base(struct redirect_target *to, const char *url,
                      const char *base)
{
    size_t base_len = strlen(base), len = strlen(to->display), path;

    while (base_len && base[base_len - 1] == '/')
        base_len--;
    url += base_len;
    path = strcspn(url, "?");
    if (!path || path >= len || !same_host(to->display, base) ||
        memcmp(to->display + len - path, url, path) != 0)
        return;
    if (len - path != base_len || memcmp(to->display, base, base_len) != 0)
        memcpy(to->base, to->display, len - path); /* it was zero-filled */
}

bool url_read_redirect(struct redirect_target *to, const char *url,
                       const char *location, const struct luma_options *options)
{
    char *next, *text = NULL;
    CURLUcode code = url_follow(url, location, &next) ? CURLUE_OK
                                                      : CURLUE_OUT_OF_MEMORY;

    *to = (struct redirect_target){.cut = false};
    if (next)
        code = read_display(next, &text);
    if (text) {
        to->cut = !proxy_sanitize(to->display, URL_DISPLAY_SIZE, text,
                                  strlen(text), false, options);
        if (!to->cut)
            find_base(to, url, options->base_url);
    }
    curl_free(text);
    free(next);
    return code != CURLUE_OUT_OF_MEMORY;
}

bool url_compare_origins(const char *url, const char *other, bool *same)
{
    struct url_parts a, b;
    CURLUcode first = url_parse(&a, url), second = url_parse(&b, other);

    *same = !first && !second && ascii_same(a.scheme, b.scheme) &&
            ascii_same(a.host, b.host) && strcmp(a.port, b.port) == 0;
    url_free_parts(&a);
    url_free_parts(&b);
    return first != CURLUE_OUT_OF_MEMORY && second != CURLUE_OUT_OF_MEMORY;
}

void url_read_host(const char *url, const struct luma_options *options,
                   char host[URL_HOST_SIZE])
{
    struct url_parts p;

    *host = '\0';
    if (url_parse(&p, url) == CURLUE_OK)
        proxy_sanitize(host, URL_HOST_SIZE, p.host, strlen(p.host), false,
                       options);
    url_free_parts(&p);
}

bool url_find_private(const char *url, bool *is_private)
{
    struct url_parts p;
    CURLUcode code = url_parse(&p, url);

    *is_private = code || !address_host_is_public(bare_host(&p));
    url_free_parts(&p);
    return code != CURLUE_OUT_OF_MEMORY;
}
