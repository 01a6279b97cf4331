/* SPDX-License-Identifier: MIT */
/* Tests of url.h, file_url.h, address.h and media.h: which links and
 * addresses are asked, and what files are called. */
#include "http/url.h"

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif
#include <stdlib.h>

#include "http/address.h"
#include "check.h"
#include "http/file_url.h"
#include "file/media.h"
#include "file/path.h"

static const char *const blocked[] = {
    "0.0.0.0",
    "0.255.0.1",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.255",
    "192.0.2.1",
    "192.0.2.255",
    "198.51.100.255",
    "203.0.113.255",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "::ffff:172.31.255.255",
    "64:ff9b::c0a8:101",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "4000::1",
    "",
    "localhost",
    "1.2.3",
    "fe80::1%eth0",
};
static const char *const public[] = {
    "1.1.1.1",          "9.255.255.255",   "11.0.0.0",
    "100.63.255.255",   "100.128.0.0",     "126.255.255.255",
    "128.0.0.1",        "169.253.255.255", "169.255.0.0",
    "172.15.255.255",   "172.32.0.0",      "192.0.1.1",
    "192.167.255.255",  "192.169.0.0",     "198.17.255.255",
    "198.20.0.0",       "198.51.101.0",    "198.51.99.255",
    "203.0.114.0",      "203.0.112.255",   "192.0.3.0",
    "223.255.255.255",  "2606:4700::1111", "::ffff:8.8.8.8",
    "64:ff9b::808:808", "2002:808:808::",  "2001:4860:4860::8888",
    "3fff:ffff::",
};

static void test_addresses(void)
{
    size_t i;

    for (i = 0; i < COUNT(blocked); i++) {
        check_case = blocked[i];
        CHECK(!address_text_is_public(blocked[i]));
    }
    for (i = 0; i < COUNT(public); i++) {
        check_case = public[i];
        CHECK(address_text_is_public(public[i]));
    }
    check_case = "";
}

static void test_sockets(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr other = {.sa_family = AF_UNIX};

    CHECK(!address_is_public((struct sockaddr *)&v4));
    CHECK(!address_is_public((struct sockaddr *)&v6));
    CHECK(!address_is_public(&other));
    inet_pton(AF_INET, "8.8.8.8", &v4.sin_addr);
    inet_pton(AF_INET6, "2606:4700::1111", &v6.sin6_addr);
    CHECK(address_is_public((struct sockaddr *)&v4));
    CHECK(address_is_public((struct sockaddr *)&v6));
}

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

static void test_names(void)
{
    static const char *const made[] = {"a_b-e63f991904833892", "a-thumbnail",
                                       "a-last_frame"};
    char stem[MEDIA_BASENAME_SIZE], longest[400];
    size_t i, n;

    media_basename(stem, "a-b_9.x", 7, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem, "a-b_9.x");
    media_basename(stem, "Con", 3, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem,
               path_name_is_unique("Con") ? "Con" : "Con-0c0e1119aaba708b");
    media_basename(stem, "nul.tar", 7, LUMA_MEDIA_VIDEO);
    CHECK(path_name_problem(stem) == NULL);
    CHECK_TEXT(stem, path_name_is_unique("nul.tar")
                         ? "nul.tar"
                         : "nul_tar-5627770c2cd1ff69");
    media_basename(stem, "a", 1, LUMA_MEDIA_LAST_FRAME);
    CHECK_TEXT(stem, "a-last_frame");
    media_basename(stem, "../a", 4, LUMA_MEDIA_VIDEO);
    CHECK(strncmp(stem, "_._a-", 5) == 0 && strlen(stem) == 21);
    media_basename(stem, "-rf", 3, LUMA_MEDIA_VIDEO);
    CHECK(strncmp(stem, "_rf-", 4) == 0 && strlen(stem) == 20);
    media_basename(stem, "a b", 3, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem, "a_b-e63f991904833892");
    for (i = 0; i < COUNT(made); i++) {
        n = strlen(made[i]);
        media_basename(stem, made[i], n, LUMA_MEDIA_VIDEO);
        check_case = made[i];
        CHECK(!strncmp(stem, made[i], n) && strlen(stem) == n + 17);
    }
    check_case = "";
    media_basename(stem, "a-rf", 4, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem, "a-rf");
    memset(longest, '.', sizeof longest);
    media_basename(stem, longest, sizeof longest, LUMA_MEDIA_LAST_FRAME);
    CHECK(*stem == '_' && strlen(stem) == 100 + 17 + 11);
    CHECK_TEXT(media_extension("image/PNG; x", LUMA_MEDIA_VIDEO), ".png");
    CHECK_TEXT(media_extension("image/pngx", LUMA_MEDIA_VIDEO), ".mp4");
    CHECK_TEXT(media_extension(NULL, LUMA_MEDIA_THUMBNAIL), ".jpg");
}

static void test_types(void)
{
    static const struct {
        const char *type;
        enum media_kind kind;
    } rows[] = {
        {"text/html; charset=utf-8", MEDIA_MARKUP},
        {"Application/JSON", MEDIA_MARKUP},
        {"application/problem+json", MEDIA_MARKUP},
        {"application/xhtml+xml;x", MEDIA_MARKUP},
        {"application/soap+XML", MEDIA_MARKUP},
        {"application/vnd.apple.mpegurl", MEDIA_PLAYLIST},
        {"Application/X-MpegURL; charset=utf-8", MEDIA_PLAYLIST},
        {"audio/mpegurl", MEDIA_PLAYLIST},
        {"audio/x-mpegurl", MEDIA_PLAYLIST},
        {"application/dash+xml", MEDIA_PLAYLIST},
        {"VIDEO/vnd.mpeg.dash.mpd\t;x", MEDIA_PLAYLIST},
        {"application/octet-stream", MEDIA_FILE},
        {"video/mp4", MEDIA_FILE},
        {"audio/mpegurlx", MEDIA_FILE},
        {"+xml", MEDIA_FILE},
        {"", MEDIA_FILE},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].type;
        CHECK_INT(media_kind_of_type(rows[i].type), rows[i].kind);
    }
    check_case = "";
}

/* What media_sniff says of a text, however it is cut. */
static void check_start(const char *text, enum media_kind kind)
{
    size_t n = strlen(text) + !*text, cut;

    for (cut = 0; cut <= n; cut++) {
        struct media_sniffer start = {0};
        enum media_kind first = media_sniff(&start, text, cut);

        if (first == MEDIA_UNKNOWN)
            first = media_sniff(&start, text + cut, n - cut);
        CHECK_INT(first, kind);
    }
}

static void test_starts(void)
{
    static const struct {
        const char *text;
        enum media_kind kind;
    } rows[] = {
        {" \r\n\t", MEDIA_UNKNOWN},
        {"\xEF\xBB\xBF", MEDIA_UNKNOWN},
        {"#EXTM3", MEDIA_UNKNOWN},
        {" <", MEDIA_MARKUP},
        {"[1", MEDIA_MARKUP},
        {"\xEF\xBB\xBF [", MEDIA_MARKUP},
        {"\xFF\xFE<", MEDIA_MARKUP},
        {"\xFE\xFF{", MEDIA_MARKUP},
        {"\xFF", MEDIA_UNKNOWN},
        {"\xFE", MEDIA_UNKNOWN},
        {"\xFF\xFF", MEDIA_FILE},
        {"\xFE\xFE", MEDIA_FILE},
        {" \xFF\xFE", MEDIA_FILE},
        {"\xEF\xBB\xBF{", MEDIA_MARKUP},
        {"\xEF\xBB\xBF\n<MPD>", MEDIA_MARKUP},
        {"#EXTM3U\n", MEDIA_PLAYLIST},
        {"\xEF\xBB\xBF#EXTM3U", MEDIA_PLAYLIST},
        {" \n#EXTM3U", MEDIA_PLAYLIST},
        {"#EXTM4V", MEDIA_FILE},
        {"##", MEDIA_FILE},
        {"\xEF\xBB<", MEDIA_FILE},
        {"\xFF\xD8", MEDIA_FILE},
        {"\x01\x1c", MEDIA_FILE},
        {" \xEF\xBB\xBF<", MEDIA_FILE},
    };
    struct media_sniffer start = {0};
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].text;
        check_start(rows[i].text, rows[i].kind);
    }
    check_case = "";
    CHECK_INT(media_sniff(&start, "\0\0\0\x1c", 4), MEDIA_FILE);
}

static void test_loopback(void)
{
    static const char *const here[] = {"localhost",   "LOCALHOST", "127.0.0.1",
                                       "127.255.0.9", "::1",       "[::1]"};
    static const char *const elsewhere[] = {"",
                                            "localhost.example",
                                            "127.evil.example",
                                            "127.0.0.1.5",
                                            "128.0.0.1",
                                            "::2"};
    size_t i;

    for (i = 0; i < COUNT(here); i++)
        CHECK(address_is_loopback(here[i]));
    for (i = 0; i < COUNT(elsewhere); i++)
        CHECK(!address_is_loopback(elsewhere[i]));
}

int main(void)
{
    test_addresses();
    test_loopback();
    test_sockets();
    test_problems();
    test_plain_proxy();
    test_following();
    test_origins();
    test_private();
    test_names();
    test_types();
    test_starts();
    test_links();
    return check_done();
}
