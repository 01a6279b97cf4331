/* SPDX-License-Identifier: MIT */
/* libcurl parses the proxy, with the flags that it uses for proxies itself. So
 * the proxy that is checked is the one used. */
#include "http/proxy.h"

#include <curl/curl.h>
#include <string.h>

#include "base/ascii.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/headers.h"
#include "http/library.h"

#define ENCODE                                                 \
    "in its user name and password, /, ?, #, @, %, blanks and" \
    " letters beyond ASCII must be percent-encoded"

#define NO_URL "must be a URL such as http://host:port"

enum { STAR_COUNT = 3, WORD_SIZE = 256 };

/* Whether libcurl uses a Unix socket: for example, socks5h://localhost/run/x
 * is the socket /run/x. */
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

/* Returns the "@" that ends the user name and password, or NULL if there are
 * none. An "@" behind the host means that they are not percent-encoded, unless
 * it is in the path of a Unix socket. */
static const char *find_at_sign(const char *proxy)
{
    const char *scheme = strstr(proxy, "://");
    const char *from = scheme ? scheme + strlen("://") : proxy;
    const char *at = strchr(from, '@');

    return at && is_unix_socket(proxy) && at > from + strcspn(from, "/") ? NULL
                                                                         : at;
}

/* Sets `url` for curl_url_cleanup, or to NULL. */
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
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (ascii_same(scheme, names[i]))
            return NULL;
    if (!ascii_same(scheme, "https"))
        return "must begin with http://, https://, socks4://, socks4a://, "
               "socks5:// or socks5h://";
    return library_has_https_proxies()
               ? NULL
               : "this libcurl cannot use https:// proxies";
}

/* Decodes a part like libcurl. If decoding failed later, libcurl would not use
 * the proxy. */
static CURLUcode decode(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(url, part, &text, CURLU_URLDECODE);

    secret_clear_text(text);
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

/* Checks the parsed URL. */
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

/* Without memory, libcurl reports some URLs as invalid. So a problem counts
 * only if a second check finds the same one. */
bool proxy_check(const char *proxy, const char **problem)
{
    const char *again = NULL;

    return check_once(proxy, problem) &&
           (!*problem || (check_once(proxy, &again) && again == *problem));
}

/* ---- hiding ------------------------------------------------------------ */

/* A text from outside. */
struct display {
    char *text;
    bool cut; /* it may end within a secret */
};

/* Hides the whole text. */
static void hide_all(struct display *display)
{
    size_t len = strlen(display->text);

    secret_clear(display->text, len);
    memcpy(display->text, "***", len < STAR_COUNT ? len : STAR_COUNT);
}

/* Hides the start of a secret at the end of the text. */
static void hide_end(char *text, const char *secret)
{
    size_t n = strlen(secret) - 1, end = strlen(text);

    for (n = n < end ? n : end; n >= STAR_COUNT; n--)
        if (memcmp(text + end - n, secret, n) == 0) {
            secret_clear(text + end - n, n);
            memcpy(text + end - n, "***", STAR_COUNT);
            return;
        }
}

/* The secret is not empty. */
static void hide(struct display *display, const char *secret)
{
    size_t n = strlen(secret), stars = n < STAR_COUNT ? n : STAR_COUNT;
    char *at = display->text;

    while ((at = strstr(at, secret))) {
        size_t left = strlen(at + n);

        memset(at, '*', stars);
        memmove(at + stars, at + n, left);
        at += stars;
        secret_clear(at + left, n - stars); /* the text has become shorter */
    }
    if (display->cut)
        hide_end(display->text, secret);
}

/* Words of one or two letters are too common to be hidden outside of URLs. */
static void hide_word(struct display *display, const char *word)
{
    char clean[WORD_SIZE];

    if (!word || strlen(word) < STAR_COUNT)
        return;
    text_sanitize(clean, sizeof clean, word, strlen(word), NULL);
    hide(display, word);
    hide(display, clean);
    secret_clear(clean, sizeof clean);
}

/* Hides the part of the URL before the host, with the "@". */
static void hide_user_info(struct display *display, const char *proxy)
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
    hide(display, text);
    secret_clear(text, n);
}

static void hide_part(CURLU *url, CURLUPart part, struct display *display,
                      bool *found)
{
    const unsigned flags[] = {0, CURLU_URLDECODE};
    size_t i;

    for (i = 0; i < 2; i++) {
        char *text = NULL;
        CURLUcode got = curl_url_get(url, part, &text, flags[i]);

        if (got == CURLUE_OK)
            hide_word(display, text);
        else if (got != CURLUE_NO_USER && got != CURLUE_NO_PASSWORD)
            hide_all(display); /* no memory; other errors were found by
                                  proxy_check */
        *found = *found || (text && *text);
        secret_clear_text(text);
        curl_free(text);
    }
}

void proxy_hide(const char *proxy, char *text, bool cut)
{
    struct display display = {text, cut};
    bool password = false, user = false;
    CURLU *url;

    if (!proxy || !find_at_sign(proxy))
        return;
    if (parse(proxy,
              &url)) { /* no memory; other errors were found by proxy_check */
        hide_all(&display);
        return;
    }
    hide_user_info(&display, proxy);
    hide_part(url, CURLUPART_PASSWORD, &display, &password);
    if (!password) /* the user name is the secret then */
        hide_part(url, CURLUPART_USER, &display, &user);
    curl_url_cleanup(url);
}

bool proxy_sanitize(char *out, size_t capacity, const char *text, size_t len,
                    bool cut, const struct luma_options *options)
{
    const char *secrets[HEADERS_SECRETS];
    bool complete;

    headers_list_secrets(options, secrets);
    complete = text_sanitize(out, capacity, text, len, secrets);
    proxy_hide(options->proxy, out, cut || !complete);
    return complete && !cut;
}
