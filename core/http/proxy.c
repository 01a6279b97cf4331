/* SPDX-License-Identifier: MIT */
/* libcurl's parser takes the proxy apart with the flags that libcurl itself
 * uses for proxies, so what is checked is what will be used. */
#include "http/proxy.h"

#include <curl/curl.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

#define ENCODE                                                 \
    "in its user name and password, /, ?, #, @, %, blanks and" \
    " letters beyond ASCII must be percent-encoded"

#define NO_URL "must be a URL such as http://host:port"

enum { STAR_COUNT = 3, WORD_SIZE = 256 };

/* libcurl takes the path of socks5h://localhost/run/x for that of a socket. */
static bool is_unix_socket(const char *proxy)
{
    static const char host[] = "localhost";
    const char *at = strstr(proxy, "://");

    if (!at || !ascii_starts(proxy, "socks"))
        return false;
    at += strlen("://");
    if (strcspn(at, "@") < strcspn(at, "/?#"))
        at = strchr(at, '@') + 1;
    if (!ascii_starts(at, host))
        return false;
    at += strlen(host);
    if (*at == ':' && ascii_is_digit(at[1]))
        for (at++; ascii_is_digit(*at); at++)
            ;
    return *at == '/';
}

/* The end of the user name and password, or NULL: there are none. An "@" that
 * comes later than the host is a sign that they are not percent-encoded, unless
 * it is in the path of a socket. */
static const char *find_at_sign(const char *proxy)
{
    const char *scheme = strstr(proxy, "://");
    const char *from = scheme ? scheme + strlen("://") : proxy;
    const char *at = strchr(from, '@');

    return at && is_unix_socket(proxy) && at > from + strcspn(from, "/") ? NULL
                                                                         : at;
}

/* Sets `url`, to be cleaned up, or to NULL. */
static CURLUcode parse(const char *proxy, CURLU **url)
{
    CURLUcode code = CURLUE_OUT_OF_MEMORY;

    *url = curl_url();
    if (*url)
        code = curl_url_set(*url, CURLUPART_URL, proxy,
                            CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
    if (code) {
        curl_url_cleanup(*url);
        *url = NULL;
    }
    return code;
}

/* ---- checking ---------------------------------------------------------- */

static bool is_printable(const char *text)
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
static CURLUcode decode(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(url, part, &text, CURLU_URLDECODE);

    curl_free(text);
    return code;
}

static CURLUcode check_user(CURLU *url, const char *proxy, const char **problem)
{
    const char *at = find_at_sign(proxy);
    CURLUcode user = decode(url, CURLUPART_USER);
    CURLUcode password = decode(url, CURLUPART_PASSWORD);
    bool none = user == CURLUE_NO_USER && password == CURLUE_NO_PASSWORD;

    if (user == CURLUE_OUT_OF_MEMORY || password == CURLUE_OUT_OF_MEMORY)
        return CURLUE_OUT_OF_MEMORY;
    if ((user && user != CURLUE_NO_USER) ||
        (password && password != CURLUE_NO_PASSWORD))
        *problem = "its user name or password holds control characters";
    else if (at && (none || (strchr(at + 1, '@') && !is_unix_socket(proxy))))
        *problem = ENCODE;
    else if (at && !strstr(proxy, "://"))
        *problem = "with a user name, it must begin with its scheme, such as "
                   "http://";
    return CURLUE_OK;
}

/* What libcurl makes of it. */
static CURLUcode check_url(CURLU *url, const char *proxy, const char **problem)
{
    char *scheme = NULL;
    CURLUcode code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);

    if (code)
        *problem = NO_URL;
    else
        *problem = scheme_problem(scheme);
    if (!*problem)
        code = check_user(url, proxy, problem);
    curl_free(scheme);
    return code;
}

static bool check_once(const char *proxy, const char **problem)
{
    CURLUcode code = CURLUE_OK;
    CURLU *url = NULL;

    *problem = NULL;
    if (!*proxy)
        *problem = "must not be empty";
    else if (!is_printable(proxy))
        *problem = find_at_sign(proxy)
                       ? ENCODE
                       : "must be printable ASCII without spaces or "
                         "line breaks";
    else if ((code = parse(proxy, &url)))
        *problem = find_at_sign(proxy)
                       ? "must be a URL such as "
                         "http://user:password@host:port; " ENCODE
                       : NO_URL;
    else
        code = check_url(url, proxy, problem);
    curl_url_cleanup(url);
    return code != CURLUE_OUT_OF_MEMORY;
}

/* libcurl calls some URLs bad that it had no memory for: so what is bad is
 * looked at twice, and must be so for the same reason. */
bool proxy_check(const char *proxy, const char **problem)
{
    const char *again = NULL;

    return check_once(proxy, problem) &&
           (!*problem || (check_once(proxy, &again) && again == *problem));
}

/* ---- hiding ------------------------------------------------------------ */

/* A text from elsewhere. */
struct shown {
    char *text;
    bool cut; /* it may end within a secret */
};

/* Nothing of it is shown. */
static void hide_all(struct shown *shown)
{
    size_t len = strlen(shown->text);

    memcpy(shown->text, "***", len < STAR_COUNT ? len : STAR_COUNT);
    shown->text[len < STAR_COUNT ? len : STAR_COUNT] = '\0';
}

/* The start of a secret that the text ends in. */
static void hide_end(char *text, const char *secret)
{
    size_t n = strlen(secret) - 1, end = strlen(text);

    for (n = n < end ? n : end; n >= STAR_COUNT; n--)
        if (memcmp(text + end - n, secret, n) == 0) {
            strcpy(text + end - n, "***");
            return;
        }
}

static void hide(struct shown *shown, const char *secret)
{
    size_t n = strlen(secret), stars = n < STAR_COUNT ? n : STAR_COUNT;
    char *at = shown->text;

    if (!n)
        return;
    while ((at = strstr(at, secret))) {
        memset(at, '*', stars);
        memmove(at + stars, at + n, strlen(at + n) + 1);
        at += stars;
    }
    if (shown->cut)
        hide_end(shown->text, secret);
}

/* One or two letters stand everywhere, so they are hidden in the URL only. */
static void hide_word(struct shown *shown, const char *word)
{
    char clean[WORD_SIZE];

    if (!word || strlen(word) < STAR_COUNT)
        return;
    text_sanitize(clean, sizeof clean, word, strlen(word), NULL);
    hide(shown, word);
    hide(shown, clean);
}

/* The part of the URL before the host, '@' included. */
static void hide_user_info(struct shown *shown, const char *proxy)
{
    const char *from = strstr(proxy, "://"), *to = find_at_sign(proxy);
    char text[WORD_SIZE * 2];
    size_t n;

    from = from ? from + 3 : proxy;
    n = to > from ? (size_t)(to - from) + 1 : 0;
    if (!n || n >= sizeof text)
        return;
    memcpy(text, from, n);
    text[n] = '\0';
    hide(shown, text);
}

static void hide_part(CURLU *url, CURLUPart part, struct shown *shown,
                      bool *found)
{
    const unsigned flags[] = {0, CURLU_URLDECODE};
    size_t i;

    for (i = 0; i < 2; i++) {
        char *text = NULL;
        CURLUcode got = curl_url_get(url, part, &text, flags[i]);

        if (got == CURLUE_OK)
            hide_word(shown, text);
        else if (got != CURLUE_NO_USER && got != CURLUE_NO_PASSWORD)
            hide_all(shown); /* out of memory: it was checked */
        *found = *found || (text && *text);
        curl_free(text);
    }
}

void proxy_hide(const char *proxy, char *text, bool cut)
{
    struct shown shown = {text, cut};
    bool password = false, user = false;
    CURLU *url;

    if (!proxy || !find_at_sign(proxy))
        return;
    if (parse(proxy, &url)) { /* out of memory: it was checked */
        hide_all(&shown);
        return;
    }
    hide_user_info(&shown, proxy);
    hide_part(url, CURLUPART_PASSWORD, &shown, &password);
    if (!password) /* then the user name is the secret */
        hide_part(url, CURLUPART_USER, &shown, &user);
    curl_url_cleanup(url);
}

bool proxy_sanitize(char *out, size_t capacity, const char *text, size_t len,
                    bool cut, const struct luma_options *options)
{
    bool complete = text_sanitize(out, capacity, text, len, options->token);

    proxy_hide(options->proxy, out, cut || !complete);
    return complete && !cut;
}
