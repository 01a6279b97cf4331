/* SPDX-License-Identifier: MIT */
/* libcurl's parser takes the proxy apart with the flags that libcurl itself
 * uses for proxies, so what is checked is what will be used. */
#include "proxy.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>

#include "ascii.h"
#include "status.h"

#define ENCODE                                                 \
    "in its user name and password, /, ?, #, @, %, blanks and" \
    " letters beyond ASCII must be percent-encoded"

enum { STARS = 3, ROOM = 256 };

static CURLU *parse(const char *proxy)
{
    CURLU *url = curl_url();

    if (url && curl_url_set(url, CURLUPART_URL, proxy,
                            CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) ==
                   CURLUE_OK)
        return url;
    curl_url_cleanup(url);
    return NULL;
}

/* ---- checking ---------------------------------------------------------- */

static bool is_text(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static const char *scheme_problem(const char *scheme)
{
    static const char *const names[] = {"http",    "socks4", "socks",
                                        "socks4a", "socks5", "socks5h"};
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (ascii_same(scheme, names[i]))
            return NULL;
    if (!ascii_same(scheme, "https"))
        return "must begin with http://, https://, socks4://, socks4a://, "
               "socks5:// or socks5h://";
    return info->features & CURL_VERSION_HTTPS_PROXY
               ? NULL
               : "this libcurl cannot use https:// proxies";
}

/* Decodes a part as libcurl will: where that fails, libcurl would go on
 * without the proxy. */
static bool is_usable(CURLU *url, CURLUPart part, CURLUcode none, bool *there)
{
    char *text = NULL;
    CURLUcode got = curl_url_get(url, part, &text, CURLU_URLDECODE);

    *there = got == CURLUE_OK;
    curl_free(text);
    return got == CURLUE_OK || got == none;
}

static const char *user_problem(CURLU *url, const char *proxy)
{
    const char *at = strchr(proxy, '@');
    bool user, password;

    if (!is_usable(url, CURLUPART_USER, CURLUE_NO_USER, &user) ||
        !is_usable(url, CURLUPART_PASSWORD, CURLUE_NO_PASSWORD, &password))
        return "its user name or password holds control characters";
    if (at && (!(user || password) || strchr(at + 1, '@')))
        return ENCODE;
    if (at && !strstr(proxy, "://"))
        return "with a user name, it must begin with its scheme, such as "
               "http://";
    return NULL;
}

const char *proxy_problem(const char *proxy)
{
    const char *problem;
    char *scheme = NULL;
    CURLU *url;

    if (!*proxy)
        return "must not be empty";
    if (!is_text(proxy))
        return strchr(proxy, '@')
                   ? ENCODE
                   : "must be printable ASCII without spaces or line breaks";
    url = parse(proxy);
    if (!url)
        return strchr(proxy, '@') ? "must be a URL such as "
                                    "http://user:password@host:port; " ENCODE
                                  : "must be a URL such as http://host:port";
    problem = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
                  ? scheme_problem(scheme)
                  : "must be a URL such as http://host:port";
    if (!problem)
        problem = user_problem(url, proxy);
    curl_free(scheme);
    curl_url_cleanup(url);
    return problem;
}

/* ---- hiding ------------------------------------------------------------ */

/* Also the start of a secret, where the message was cut within it. */
static void hide(char *message, const char *secret)
{
    size_t n = strlen(secret), stars = n < STARS ? n : STARS, end;
    char *at = message;

    if (!n)
        return;
    while ((at = strstr(at, secret))) {
        memset(at, '*', stars);
        memmove(at + stars, at + n, strlen(at + n) + 1);
        at += stars;
    }
    end = strlen(message);
    for (n = n - 1 < end ? n - 1 : end; n >= STARS; n--)
        if (memcmp(message + end - n, secret, n) == 0) {
            strcpy(message + end - n, "***");
            return;
        }
}

/* One or two letters stand everywhere, so they are hidden in the URL only. */
static void hide_word(char *message, const char *word)
{
    char clean[ROOM];

    if (!word || strlen(word) < STARS)
        return;
    status_clean(clean, sizeof clean, word, strlen(word), NULL);
    hide(message, word);
    hide(message, clean);
}

/* The part of the URL before the host, '@' included. */
static void hide_user_info(char *message, const char *proxy)
{
    const char *from = strstr(proxy, "://"), *to = strchr(proxy, '@');
    char text[ROOM * 2];
    size_t n;

    from = from ? from + 3 : proxy;
    n = to > from ? (size_t)(to - from) + 1 : 0;
    if (!n || n >= sizeof text)
        return;
    memcpy(text, from, n);
    text[n] = '\0';
    hide(message, text);
}

static void hide_part(CURLU *url, CURLUPart part, char *message, bool *there)
{
    const unsigned flags[] = {0, CURLU_URLDECODE};
    size_t i;

    for (i = 0; i < 2; i++) {
        char *text = NULL;

        if (curl_url_get(url, part, &text, flags[i]) == CURLUE_OK)
            hide_word(message, text);
        *there = *there || (text && *text);
        curl_free(text);
    }
}

void proxy_hide(const char *proxy, char *message)
{
    CURLU *url = proxy && strchr(proxy, '@') ? parse(proxy) : NULL;
    bool password = false, user = false;

    if (!url)
        return;
    hide_user_info(message, proxy);
    hide_part(url, CURLUPART_PASSWORD, message, &password);
    if (!password) /* then the user name is the secret */
        hide_part(url, CURLUPART_USER, message, &user);
    curl_url_cleanup(url);
}
