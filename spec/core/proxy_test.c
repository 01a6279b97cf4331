/* SPDX-License-Identifier: MIT */
/* Tests of proxy.h, and of proxy.h and url.h when memory runs out, in libcurl
 * too: nothing secret is shown then, nothing closed is open, and nobody says
 * that an argument is wrong. */
#include "http/proxy.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "http/library.h"
#include "http/url.h"
#include "http/base_url.h"
#include "http/file_url.h"
#include "loop/options.h"

#define PROXY   "http://jane:s3cret@proxy.example:1"
#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG    HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define CODED   "http://jane:s3%63ret@proxy.example:1"

/* libcurl's calls go where those of the core go. */
static char *copy(const char *text)
{
    char *made = malloc(strlen(text) + 1);

    return made ? strcpy(made, text) : NULL;
}

static void *make(size_t n)
{
    return malloc(n);
}

static void *make_zeros(size_t count, size_t size)
{
    return calloc(count, size);
}

static void *make_longer(void *old, size_t n)
{
    return realloc(old, n);
}

/* ---- with memory ------------------------------------------------------- */

static void test_proxies(void)
{
    static const struct {
        const char *proxy;
        bool good;
    } rows[] = {
        {"http://jane:x@host:80", true},
        {"socks5h://localhost/run/tor@default/socks", true},
        {"SOCKS5://LOCALHOST:1/run/a@b@c", true},
        {"socks5://jane:x@localhost/run/a@b", true},
        {"socks5://jane@localhost/run/x", true},
        {"http://localhost/run/a@b", false},
        {"socks5://localhost.example/run/a@b", false},
        {"socks5://localhost:/x@host", false},
        {"socks5://localhost:x/x@host", false},
        {"socks5://jane:x@y@localhost/run/x", false},
        {"socks5://jane:/x@localhost/run/x", false},
        {"http://jane:x/y@host:80", false},
        {"http://jane:x@y@host:80", false},
    };
    const char *problem;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].proxy;
        CHECK(proxy_check(rows[i].proxy, &problem));
        CHECK_INT(problem == NULL, rows[i].good);
    }
    check_case = "";
}

static void test_hiding(void)
{
    static const struct {
        const char *proxy, *text;
        bool cut;
        const char *shown;
    } rows[] = {
        {PROXY, "no s3cret here", false, "no *** here"},
        {PROXY, "at jane:s3cret@host", false, "at ***host"},
        {PROXY, "it ends in s3c", false, "it ends in s3c"},
        {PROXY, "it ends in s3c", true, "it ends in ***"},
        {PROXY, "it ends in s3", true, "it ends in s3"},
        {"http://host:1", "s3cret", true, "s3cret"},
        {"http://jane:%20%20%20@host:1", "a   b", false, "a***b"},
        {"http://jane:" LONG "@host:1", "jane, " LONG, false, "jane, ***"},
        {"socks5h://localhost/a@b", "localhost/a@b", true, "localhost/a@b"},
        {NULL, "s3cret", true, "s3cret"},
    };
    char text[800];
    size_t i, n;

    for (i = 0; i < COUNT(rows); i++) {
        memset(text, 0, sizeof text);
        strcpy(text, rows[i].text);
        proxy_hide(rows[i].proxy, text, rows[i].cut);
        CHECK_TEXT(text, rows[i].shown);
        for (n = strlen(text); n < sizeof text; n++)
            insist(!text[n], "nothing is left behind the text");
    }
}

static void test_cleaning(void)
{
    struct luma_options options = {.token = "t0ken", .proxy = PROXY};
    char out[20];

    CHECK(
        proxy_sanitize(out, sizeof out, "t0ken, s3cret", 13, false, &options));
    CHECK_TEXT(out, "***, ***");
    CHECK(!proxy_sanitize(out, sizeof out, "t0ken, s3cr", 11, true, &options));
    CHECK_TEXT(out, "***, ***");
    CHECK(!proxy_sanitize(out, sizeof out, "0123456789abcds3cret", 20, false,
                          &options));
    CHECK_TEXT(out, "0123456789abcd***");
}

/* ---- without memory ---------------------------------------------------- */

static void look_at_proxy(void)
{
    const char *problem;
    char text[] = "no s3cret here";

    if (proxy_check(CODED, &problem))
        insist(!problem, "a good proxy is good");
    proxy_hide(CODED, text, false);
    insist(!strstr(text, "s3cret"), "a password is hidden");
}

static void look_at_links(void)
{
    static const struct luma_options options,
        proxied = {.token = "t0ken", .proxy = PROXY};
    struct luma_options copied;
    struct luma_error error;
    const char *problem;
    char *url = NULL;
    bool found;

    if (url_check("https://jane@a.example/", &options, &problem))
        insist(problem && strstr(problem, "user name"), "a user name is seen");
    if (url_check("https://a.example/", &options, &problem))
        insist(!problem, "a good link is good");
    if (url_check("https://a\xE2\x89\xA0"
                  "b.example/",
                  &options, &problem))
        insist(problem && strstr(problem, "xn--"), "no name for DNS");
    if (url_follow("https://a.example/b", "c", &url))
        insist(url && strcmp(url, "https://a.example/c") == 0,
               "it is followed");
    free(url);
    if (file_url_read(&url, "a b/c", 5, "https://a.example"))
        insist(strcmp(url, "https://a.example/a%20b/c") == 0, "it is absolute");
    free(url);
    if (!file_url_check("https://a.example/", false, false, &proxied, &error))
        insist(error.code == LUMA_ERR_MEMORY, "the link is good");
    if (options_copy(&copied, &proxied, &error))
        options_free(&copied);
    else
        insist(error.code == LUMA_ERR_MEMORY, "the options are good");
    if (url_find_private("https://127.0.0.1/", &found))
        insist(found, "it stays closed");
    if (url_compare_origins("https://a.example/", "https://a.example/b",
                            &found))
        insist(found, "the same origin is the same");
    if (url_compare_origins("https://a.example/", "https://b.example/", &found))
        insist(!found, "another origin is another one");
}

/* The caller is not blamed for it. */
static void look_at_base_url(void)
{
    struct luma_options options = {.base_url = "https://a.example/v1"},
                        named = {.base_url = "https://jane@a.example/v1"};
    struct luma_error error;

    if (!base_url_check(&options, &error))
        insist(error.code == LUMA_ERR_MEMORY, "base_url is good");
    insist(!base_url_check(&named, &error), "a user name is seen");
    if (!base_url_check_path(&options, "/x?y", &error))
        insist(error.code == LUMA_ERR_MEMORY, "the path is good");
}

static void test_shortage(void (*look)(void))
{
    unsigned n = 0, calls;
    int for_ever;

    do {
        n++;
        for (for_ever = 0; for_ever <= 1; for_ever++) {
            alloc_fail_at(n, for_ever);
            look();
            calls = alloc_stop();
        }
    } while (n < 1000 && calls >= n);
    CHECK(n > 15 && n < 1000); /* newer versions of libcurl need less */
}

int main(void)
{
    must(curl_global_init_mem(CURL_GLOBAL_DEFAULT, make, free, make_longer,
                              copy, make_zeros) == CURLE_OK);
    must(library_init() == NULL);
    test_proxies();
    test_hiding();
    test_cleaning();
    test_shortage(look_at_proxy);
    test_shortage(look_at_base_url);
    test_shortage(look_at_links);
    return check_done();
}
