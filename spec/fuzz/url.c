/* SPDX-License-Identifier: MIT */
/* No URL that luma may request has a user or a scheme of its own, wherever a
 * redirect leads. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "http/url.h"
#include "spec/core/check.h"

#define BASE "https://a.b/v1"

static const struct luma_options options = {.token = "token-of-the-gateway",
                                            .base_url = BASE};

/* Whether luma may request it. */
static bool check(const char *url)
{
    const char *problem = NULL;
    struct url_parts parts;
    char host[URL_HOST_SIZE];
    bool is_private;

    fuzz_insist(url_check(url, &options, &problem), "there is memory");
    if (!problem) {
        fuzz_insist(url_parse(&parts, url) == CURLUE_OK,
                    "a good URL is parsed");
        fuzz_insist(url_find_user(parts.url) == CURLUE_NO_USER,
                    "it has no user");
        fuzz_insist(strcmp(parts.scheme, "https") == 0 ||
                        strcmp(parts.scheme, "http") == 0,
                    "it is https or http");
        fuzz_insist(url_find_private(url, &is_private), "there is memory");
        url_free_parts(&parts);
    }
    url_read_host(url, &options, host);
    fuzz_insist(strlen(host) < sizeof host, "a host fits");
    return !problem;
}

static void check_pair(const char *url, const char *location)
{
    struct redirect_target target;
    bool one, other;
    char *to = NULL;

    fuzz_insist(url_compare_origins(url, location, &one) &&
                    url_compare_origins(location, url, &other) && one == other,
                "origins are the same both ways");
    fuzz_insist(url_follow(url, location, &to), "there is memory");
    if (to)
        (void)check(to);
    free(to);
    fuzz_insist(
        url_read_redirect(&target, BASE "/luma/tasks", location, &options),
        "there is memory");
    fuzz_insist(strlen(target.display) < sizeof target.display, "it fits");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input in = {bytes, len};
    char *url = fuzz_line(&in), *location = fuzz_line(&in);

    if (check(url))
        check_pair(url, location);
    free(url);
    free(location);
    return 0;
}
