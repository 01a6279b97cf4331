/* SPDX-License-Identifier: MIT */
/* Defaults, limits and copies. */
#include "loop/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "http/base_url.h"
#include "http/headers.h"
#include "http/library.h"
#include "http/proxy.h"
#include "http/retry.h"

static bool wrong(struct luma_error *error, const char *option,
                  const char *detail)
{
    luma_error_set_argument(error, option, detail);
    return false;
}

/* What goes into a header: printable ASCII, so that no second one can hide. */
static bool check_header(const char *option, const char *value, char first,
                         struct luma_error *error)
{
    const char *c;

    if (!*value)
        return wrong(error, option, "must not be empty");
    for (c = value; *c; c++)
        if (*c < first || *c > '~')
            return wrong(error, option,
                         first == ' ' ? "must be printable ASCII"
                                      : "must be printable ASCII without "
                                        "spaces or line breaks");
    return true;
}

static bool check_range(const char *option, uint64_t value, uint64_t most,
                        struct luma_error *error)
{
    char detail[64];

    if (value >= 1 && value <= most)
        return true;
    snprintf(detail, sizeof detail, "must be from 1 to %llu, not %lld",
             (unsigned long long)most, (long long)value);
    return wrong(error, option, detail);
}

static bool check_proxy(const char *proxy, struct luma_error *error)
{
    const char *problem = NULL;

    if (proxy && !proxy_check(proxy, &problem)) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return false;
    }
    return !problem || wrong(error, "proxy", problem);
}

static bool check_headers(const struct luma_options *o,
                          struct luma_error *error)
{
    char problem[160];

    return headers_check(o->headers, problem, sizeof problem) ||
           wrong(error, "headers", problem);
}

static bool check_http2(bool wanted, struct luma_error *error)
{
    return !wanted || library_has_http2() ||
           wrong(error, "http2",
                 "needs a libcurl with HTTP/2, and this one was built without");
}

static void complete(struct luma_options *o)
{
#define DEFAULT(field, value) o->field = o->field ? o->field : (value)
    DEFAULT(base_url, LUMA_BASE_URL);
    DEFAULT(user_agent, "luma/" LUMA_VERSION);
    DEFAULT(batch_size, 100);
    DEFAULT(connections, 8);
    DEFAULT(limits.attempts, 3);
    DEFAULT(max_reply, 64u << 20);
    DEFAULT(max_task, 256u << 10);
    DEFAULT(max_undelivered, 4u << 20);
    DEFAULT(limits.connect_timeout, 10000);
    DEFAULT(limits.attempt_timeout, 30000);
    DEFAULT(limits.stall_timeout, 15000);
#undef DEFAULT
}

bool options_check_limits(const struct luma_limits *l, struct luma_error *error)
{
    const uint64_t day = 86400000;

    return check_range("attempts", l->attempts, RETRY_MAX_ATTEMPTS, error) &&
           check_range("timeout.connect", (uint64_t)l->connect_timeout, day,
                       error) &&
           check_range("timeout.attempt", (uint64_t)l->attempt_timeout, day,
                       error) &&
           check_range("timeout.stall", (uint64_t)l->stall_timeout, day, error);
}

static bool check(const struct luma_options *o, struct luma_error *error)
{
    if (!o->token)
        return wrong(error, "token", "must be given");
    return check_header("token", o->token, '!', error) &&
           check_header("base_url", o->base_url, '!', error) &&
           check_header("user_agent", o->user_agent, ' ', error) &&
           check_headers(o, error) && check_proxy(o->proxy, error) &&
           check_http2(o->http2, error) &&
           check_range("batch_size", o->batch_size, 10000, error) &&
           check_range("connections", o->connections, 256, error) &&
           check_range("max_reply", o->max_reply, 1u << 31, error) &&
           check_range("max_task", o->max_task, 16u << 20, error) &&
           check_range("max_undelivered", o->max_undelivered, 1u << 31,
                       error) &&
           options_check_limits(&o->limits, error) && base_url_check(o, error);
}

static bool copy(const char **text)
{
    char *own;

    if (!*text)
        return true;
    own = malloc(strlen(*text) + 1);
    if (own)
        strcpy(own, *text);
    *text = own;
    return own != NULL;
}

/* Copies every string, even after one failed, so that all can be freed. */
static bool own_strings(struct luma_options *o)
{
    const char **strings[] = {&o->base_url, &o->token, &o->proxy, &o->ca_file,
                              &o->user_agent};
    bool headers = o->headers, good = true;
    size_t i;

    for (i = 0; i < sizeof strings / sizeof *strings; i++)
        good = copy(strings[i]) && good;
    if (o->headers)
        o->headers = headers_copy(o->headers);
    return good && (o->headers || !headers);
}

bool options_copy(struct luma_options *options, const struct luma_options *from,
                  struct luma_error *error)
{
    struct luma_options complete_ones = *from;

    complete(&complete_ones);
    if (!check(&complete_ones, error))
        return false;
    *options = complete_ones;
    if (own_strings(options))
        return true;
    options_free(options);
    luma_error_set(error, LUMA_ERR_MEMORY);
    return false;
}

void options_free(struct luma_options *o)
{
    secret_clear_text(o->token);
    secret_clear_text(o->proxy);
    free((char *)o->base_url);
    free((char *)o->token);
    free((char *)o->proxy);
    free((char *)o->ca_file);
    free((char *)o->user_agent);
    headers_free(o->headers);
}
