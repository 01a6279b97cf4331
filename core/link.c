/* SPDX-License-Identifier: MIT */
/* libcurl takes the URLs apart, so that what is checked is what is asked. */
#include "link.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "ascii.h"
#include "buf.h"
#include "status.h"

struct parts {
    CURLU *url;
    char *scheme, *host, *port;
};

static void free_parts(struct parts *p)
{
    curl_free(p->scheme);
    curl_free(p->host);
    curl_free(p->port);
    curl_url_cleanup(p->url);
}

/* False: it is no URL, or there is no memory. To be freed in any case. */
static bool take_apart(struct parts *p, const char *url)
{
    *p = (struct parts){.url = curl_url()};
    return p->url && curl_url_set(p->url, CURLUPART_URL, url, 0) == CURLUE_OK &&
           curl_url_get(p->url, CURLUPART_SCHEME, &p->scheme, 0) == CURLUE_OK &&
           curl_url_get(p->url, CURLUPART_HOST, &p->host, 0) == CURLUE_OK &&
           curl_url_get(p->url, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT) ==
               CURLUE_OK;
}

static bool has_user(const struct parts *p)
{
    char *user = NULL, *password = NULL;
    bool has = curl_url_get(p->url, CURLUPART_USER, &user, 0) == CURLUE_OK;

    has = curl_url_get(p->url, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK ||
          has;
    curl_free(user);
    curl_free(password);
    return has;
}

/* The host without the brackets of an IPv6 address. */
static const char *bare(struct parts *p)
{
    size_t n = strlen(p->host);

    if (*p->host != '[' || p->host[n - 1] != ']')
        return p->host;
    p->host[n - 1] = '\0';
    return p->host + 1;
}

static bool has_controls(const char *url)
{
    for (; *url; url++)
        if ((unsigned char)*url <= ' ' || *url == 0x7F)
            return true;
    return false;
}

const char *link_problem(const char *url, bool plain_http)
{
    const char *problem = NULL;
    struct parts p;

    if (has_controls(url))
        return "it holds spaces or control characters";
    if (!take_apart(&p, url))
        problem = "it is no URL";
    else if (has_user(&p))
        problem = "it holds a user name or password";
    else if (strcmp(p.scheme, "http") == 0)
        problem = plain_http || address_is_loopback(bare(&p))
                      ? NULL
                      : "it is plain http; see plain_http";
    else if (strcmp(p.scheme, "https") != 0)
        problem = "it is neither https nor http";
    free_parts(&p);
    return problem;
}

char *link_follow(const char *url, const char *location)
{
    CURLU *base = curl_url();
    char *found = NULL, *copy = NULL;

    if (base && curl_url_set(base, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_set(base, CURLUPART_URL, location,
                     CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_get(base, CURLUPART_URL, &found, 0) == CURLUE_OK)
        copy = buf_copy(found, strlen(found));
    curl_free(found);
    curl_url_cleanup(base);
    return copy;
}

/* What a message may show of a URL, libcurl's to free; NULL: nothing. */
static char *public_part(const char *url)
{
    static const CURLUPart hidden[] = {
        CURLUPART_USER,   CURLUPART_PASSWORD, CURLUPART_OPTIONS,
        CURLUPART_ZONEID, CURLUPART_QUERY,    CURLUPART_FRAGMENT,
    };
    CURLU *parts = curl_url();
    char *text = NULL;
    bool good = parts && curl_url_set(parts, CURLUPART_URL, url,
                                      CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    size_t i;

    for (i = 0; good && i < sizeof hidden / sizeof *hidden; i++)
        good = curl_url_set(parts, hidden[i], NULL, 0) == CURLUE_OK;
    if (good)
        curl_url_get(parts, CURLUPART_URL, &text, 0);
    curl_url_cleanup(parts);
    return text;
}

static bool same_host(const char *url, const char *other)
{
    struct parts a, b;
    bool same = take_apart(&a, url);

    same = take_apart(&b, other) && same && ascii_same(a.host, b.host);
    free_parts(&a);
    free_parts(&b);
    return same;
}

/* The base_url that would have asked `to`, where `url` follows `base`. */
static void find_base(struct link_target *to, const char *url, const char *base)
{
    size_t base_len = strlen(base), len = strlen(to->shown), path;

    while (base_len && base[base_len - 1] == '/')
        base_len--;
    url += base_len;
    path = strcspn(url, "?");
    if (!path || path >= len || !same_host(to->shown, base) ||
        memcmp(to->shown + len - path, url, path) != 0)
        return;
    if (len - path != base_len || memcmp(to->shown, base, base_len) != 0)
        memcpy(to->base, to->shown, len - path); /* zero-filled before */
}

bool link_redirect(struct link_target *to, const char *url,
                   const char *location, const char *base, const char *token)
{
    char *next = link_follow(url, location);
    char *text = next ? public_part(next) : NULL;
    bool good = text != NULL;

    *to = (struct link_target){{0}, {0}};
    if (good) {
        size_t len = strlen(text);

        status_clean(to->shown, LINK_SHOWN - 3, text, len, token);
        if (len < LINK_SHOWN - 3)
            find_base(to, url, base);
        else
            strcat(to->shown, "...");
    }
    curl_free(text);
    free(next);
    return good;
}

bool link_same_origin(const char *url, const char *other)
{
    struct parts a, b;
    bool same = take_apart(&a, url);

    same = take_apart(&b, other) && same;
    same = same && ascii_same(a.scheme, b.scheme) &&
           ascii_same(a.host, b.host) && strcmp(a.port, b.port) == 0;
    free_parts(&a);
    free_parts(&b);
    return same;
}

void link_host(const char *url, char host[LINK_HOST])
{
    struct parts p;

    *host = '\0';
    if (take_apart(&p, url))
        status_clean(host, LINK_HOST, p.host, strlen(p.host), NULL);
    free_parts(&p);
}

bool link_is_closed(const char *url)
{
    struct parts p;
    bool closed = false;

    if (take_apart(&p, url)) {
        const char *host = bare(&p);

        closed =
            address_is_loopback(host) ||
            (!address_text_is_public(host) &&
             (strchr(host, ':') || host[strspn(host, "0123456789.")] == '\0'));
    }
    free_parts(&p);
    return closed;
}
