/* SPDX-License-Identifier: MIT */
/* Tests of base_url.h, and of what url.h and address.h say of hosts and of
 * redirects of the gateway. */
#include "http/base_url.h"

#include "check.h"
#include "http/address.h"
#include "http/url.h"

/* As the host of a URL may be written. */
static void test_hosts(void)
{
    static const struct {
        const char *host;
        bool public;
    } rows[] = {
        {"a.example", true},
        {"a.example.", true},
        {"8.8.8.8", true},
        {"2606:4700::1", true},
        {"8.8.8.8.", false},
        {"a.1example", false},
        {"loc\xEF\xBD\x81lhost.example", false},
        {"", false},
        {".", false},
        {"a", false},
        {"a..", false},
        {"2001:1::", true},
        {"2001:0:5::", false},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].host;
        CHECK_INT(address_host_is_public(rows[i].host), rows[i].public);
    }
    check_case = "";
}

/* What stands behind base_url stays on its host. */
static void test_paths(void)
{
    static const struct {
        const char *base, *path;
        bool stays;
    } rows[] = {
        {"https://a.example", "/x", true},
        {"https://a.example/", "/x?y=z@b.example", true},
        {"https://a.example/v1//", "/@b.example/", true},
        {"https://a.example", "@b.example/", false},
        {"https://a.example", ":80/", false},
        {"https://a.example", ".b.example/", false},
        {"https://a.example", " /", false},
    };
    struct luma_error error;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct luma_options options = {.base_url = rows[i].base};

        check_case = rows[i].path;
        CHECK_INT(base_url_check_path(&options, rows[i].path, &error),
                  rows[i].stays);
        CHECK(rows[i].stays || (error.code == LUMA_ERR_ARGUMENT &&
                                strcmp(error.field, "path") == 0));
    }
    check_case = "";
}

/* What is said of a redirect of the gateway. */
static void test_redirects(void)
{
    static const struct {
        const char *base, *path, *location, *display, *better;
    } rows[] = {
        {"https://a.example", "/tasks", "https://a.example/v1/tasks",
         "https://a.example/v1/tasks", "https://a.example/v1"},
        {"http://a.example/", "/tasks", "https://a.example/tasks",
         "https://a.example/tasks", "https://a.example"},
        {"https://a.example", "/tasks?x=y", "/v1/tasks?x=y#z",
         "https://a.example/v1/tasks", "https://a.example/v1"},
        {"https://a.example/v1", "/tasks", "/v1/tasks?again",
         "https://a.example/v1/tasks", ""},
        {"https://a.example/v1//", "/tasks", "/v2/tasks",
         "https://a.example/v2/tasks", "https://a.example/v2"},
        {"https://a.example", "/tasks", "https://b.example/v1/tasks",
         "https://b.example/v1/tasks", ""},
        {"https://a.example", "/tasks", "https://jane:x@a.example/login?a#b",
         "https://a.example/login", ""},
        {"https://a.example", "/tasks", "https://a.example",
         "https://a.example/", ""},
        {"https://a.example", "/tasks", "http://[", "", ""},
    };
    char url[100];
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct luma_options options = {.base_url = rows[i].base, .token = "t"};
        struct redirect_target to;
        size_t len = strlen(rows[i].base);

        check_case = rows[i].location;
        while (rows[i].base[len - 1] == '/')
            len--;
        snprintf(url, sizeof url, "%.*s%s", (int)len, rows[i].base,
                 rows[i].path);
        CHECK(url_read_redirect(&to, url, rows[i].location, &options));
        CHECK(!to.cut);
        CHECK_TEXT(to.display, rows[i].display);
        CHECK_TEXT(to.base, rows[i].better);
    }
    check_case = "";
}

/* One whose address is too long has no base_url. */
static void test_long_redirect(void)
{
    struct luma_options options = {.base_url = "https://a.example",
                                   .token = "t"};
    struct redirect_target to;
    char location[URL_DISPLAY_SIZE + 20] = "/";

    memset(location + 1, 'x', URL_DISPLAY_SIZE);
    strcpy(location + URL_DISPLAY_SIZE + 1, "/tasks");
    CHECK(
        url_read_redirect(&to, "https://a.example/tasks", location, &options));
    CHECK(to.cut && !*to.base);
    CHECK(strncmp(to.display, "https://a.example/xxx", 21) == 0);
}

int main(void)
{
    test_hosts();
    test_paths();
    test_redirects();
    test_long_redirect();
    return check_done();
}
