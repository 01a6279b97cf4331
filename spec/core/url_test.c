/* SPDX-License-Identifier: MIT */
/* Tests of url.h and file_url.h: which links are asked, and where they lead. */
#include "http/url.h"

#include <stdlib.h>

#include "check.h"
#include "http/file_url.h"

static void test_problems(void)
{
    static const struct {
        const char *url;
        bool good, plain; /* with plain_http */
    } rows[] = {
        {"https://a.example/x", true, true},
        {"HTTPS://a.example", true, true},
        {"https://[::1]:8080/", true, true},
        {"http://127.0.0.1/", true, true},
        {"http://127.8.8.8:1/", true, true},
        {"http://localhost:1/", true, true},
        {"http://[::1]/", true, true},
        {"http://a.example/", false, true},
        {"http://localhost.evil.example/", false, true},
        {"http://127.0.0.1.evil.example/", false, true},
        {"http://10.0.0.1/", false, true},
        {"https://user@a.example/", false, false},
        {"https://u:p@a.example/", false, false},
        {"https://:p@a.example/", false, false},
        {"https://a.example/a b", false, false},
        {"https://a.example/\r\nX: y", false, false},
        {"https://a.example/\x7f", false, false},
        {"ftp://a.example/", false, false},
        {"file:///etc/passwd", false, false},
        {"a.example/x", false, false},
        {"", false, false},
        {"https://", false, false},
    };
    static const struct luma_options none, plain = {.plain_http = true};
    const char *problem;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].url;
        CHECK(url_check(rows[i].url, &none, &problem));
        CHECK_INT(problem == NULL, rows[i].good);
        CHECK(url_check(rows[i].url, &plain, &problem));
        CHECK_INT(problem == NULL, rows[i].plain);
    }
    check_case = "";
}

/* Behind a proxy, "localhost" is the proxy's host. */
static void test_plain_proxy(void)
{
    static const char proxy[] = "http://127.0.0.1:3128";
    static const char *const urls[] = {"http://localhost/", "http://127.0.0.1/",
                                       "http://[::1]/"};
    struct luma_options options = {.proxy = proxy};
    const char *problem;
    size_t i;

    for (i = 0; i < COUNT(urls); i++) {
        check_case = urls[i];
        options.plain_http = false;
        CHECK(url_check(urls[i], &options, &problem) && problem);
        options.plain_http = true;
        CHECK(url_check(urls[i], &options, &problem) && !problem);
    }
    check_case = "";
}

static void test_following(void)
{
    static const struct {
        const char *location, *to; /* from https://a.example/b/c?d */
    } rows[] = {
        {"/x", "https://a.example/x"},
        {"x", "https://a.example/b/x"},
        {"../x", "https://a.example/x"},
        {"?x", "https://a.example/b/c?x"},
        {"//b.example/x", "https://b.example/x"},
        {"http://b.example/", "http://b.example/"},
        {"file:///x", "file:///x"},
        {"/x y", "https://a.example/x%20y"},
        {"http://[", NULL},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        char stale[] = "", *to = stale;

        check_case = rows[i].location;
        CHECK(url_follow("https://a.example/b/c?d", rows[i].location, &to));
        CHECK_INT(to != NULL, rows[i].to != NULL);
        if (to && rows[i].to)
            CHECK_TEXT(to, rows[i].to);
        free(to);
    }
    check_case = "";
}

/* Newer versions of libcurl write their letters as capitals. */
static void lower_escapes(char *url)
{
    size_t i;

    while (url && (url = strchr(url, '%')))
        for (i = 1, url++; i <= 2 && *url; i++, url++)
            if (*url >= 'A' && *url <= 'F')
                *url = (char)(*url + 'a' - 'A');
}

/* Links of downloads as they are written, and where they lead. */
static void test_links(void)
{
    static const struct {
        const char *link, *to; /* from https://a.example/v1/ */
    } rows[] = {
        {"https://b.example/x.mp4?s=a%20b&t=+", NULL},
        {"https://b.example/x.mp4#t=1", NULL},
        {" \r\n\thttps://b.example/x \n", "https://b.example/x"},
        {"/files/x.mp4", "https://a.example/files/x.mp4"},
        {"files/x.mp4", "https://a.example/v1/files/x.mp4"},
        {"./x.mp4", "https://a.example/v1/x.mp4"},
        {"../x.mp4", "https://a.example/x.mp4"},
        {"//b.example/x", "https://b.example/x"},
        {"https://b.example/a cat.mp4?x=a b",
         "https://b.example/a%20cat.mp4?x=a+b"},
        {"/k\xC3\xA4.mp4", "https://a.example/k%c3%a4.mp4"},
        {"https://b.example/k\xC3\xA4", "https://b.example/k%c3%a4"},
        {"clip.mp4", NULL},
        {"4665a07c-7641-4809-a133-10786201bb56", NULL},
        {"https://b exa.example/", NULL},
        {"https://b.example/a\nb", NULL},
        {"//", NULL},
        {"ftp://b.example/x", NULL},
        {"file:///etc/passwd", NULL},
    };
    char *url;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].link;
        CHECK(file_url_read(&url, rows[i].link, strlen(rows[i].link),
                            "https://a.example/v1//"));
        lower_escapes(url);
        CHECK_TEXT(url, rows[i].to ? rows[i].to : rows[i].link);
        free(url);
    }
    check_case = "";
    CHECK(file_url_read(&url, " \t\n ", 4, "https://a.example") && !url);
    CHECK(file_url_read(&url, "/x\0y", 4, "https://a.example") && !url);
}

static bool is_same(const char *url, const char *other)
{
    bool same;

    must(url_compare_origins(url, other, &same));
    return same;
}

static bool is_private(const char *url)
{
    bool found;

    must(url_find_private(url, &found));
    return found;
}

static void test_origins(void)
{
    static const char base[] = "https://api.example/v1";
    struct luma_options options = {.token = "t0ken"};
    char host[URL_HOST_SIZE];

    CHECK(is_same(base, "https://API.example:443/x?y"));
    CHECK(!is_same(base, "http://api.example/v1"));
    CHECK(!is_same(base, "https://api.example:8443/v1"));
    CHECK(!is_same(base, "https://api.example.evil.example/v1"));
    CHECK(!is_same(base, "https://evil.example/@api.example"));
    CHECK(!is_same(base, "nothing"));
    url_read_host("https://a.example:1/x?secret", &options, host);
    CHECK_TEXT(host, "a.example");
    url_read_host("https://t0ken.example/", &options, host);
    CHECK_TEXT(host, "***.example");
    url_read_host("https://", &options, host);
    CHECK_TEXT(host, "");
}

static void test_private(void)
{
    static const char *const closed[] = {
        "https://10.0.0.1/",
        "https://10.0.0.1./",
        "https://0x7f.1/",
        "https://0x7f.1./",
        "https://127.1/",
        "https://0177.0.0.1./",
        "https://2130706433/",
        "https://1.2.3.4.5/",
        "https://127.0.0.1./", /* an address in newer versions of libcurl */
        "https://localhost/",
        "https://LOCALHOST./",
        "https://%6cocalhost/",
        "https://x.localhost/",
        "https://X.Y.LocalHost./",
        "https://ip6-localhost/",
        "https://localhost.localdomain/",
        "https://localhost6.localdomain6/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://nas.home.arpa./",
        "https://router/",
        "https://router./",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1%25eth0]/",
        "https://loc\xEF\xBD\x81lhost/",
        "https://a.loca\xEF\xBD\x8C/",
        "https://\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1/",
        "nothing",
    };
    static const char *const open[] = {
        "https://8.8.8.8/",
        "https://[2606:4700::1]/",
        "https://a.example/",
        "https://a.example./",
        "https://localhost.example/",
        "https://notlocalhost.com/",
        "https://10.0.0.1.example/",
        "https://xn--bcher-kva.ch/",
        "https://internal.example.com/",
    };
    size_t i;

    for (i = 0; i < COUNT(closed); i++) {
        check_case = closed[i];
        CHECK(is_private(closed[i]));
    }
    for (i = 0; i < COUNT(open); i++) {
        check_case = open[i];
        CHECK(!is_private(open[i]));
    }
    check_case = "";
}

int main(void)
{
    test_problems();
    test_plain_proxy();
    test_following();
    test_origins();
    test_private();
    test_links();
    return check_done();
}
