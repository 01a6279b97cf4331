/* SPDX-License-Identifier: MIT */
/* Requests to the gateway, and what their responses say. */
#include "http/task_exchange.h"

#include <stdlib.h>

#include "gateway/reply.h"
#include "http/failure.h"
#include "http/base_url.h"
#include "http/proxy.h"

struct task_exchange {
    struct exchange x; /* first */
    struct buf url;
    struct reply reply;
};

static struct task_exchange *of(struct exchange *x)
{
    return (struct task_exchange *)x;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct task_exchange *t = user;
    bool good;

    if (!t->x.http_status) {
        curl_easy_getinfo(t->x.easy, CURLINFO_RESPONSE_CODE, &t->x.http_status);
        reply_reset(&t->reply, t->x.http_status / 100 == 2);
    }
    t->x.active_since_check = true;
    good = reply_feed(&t->reply, bytes, size * n);
    t->x.bytes = t->reply.bytes;
    return good ? size * n : 0;
}

static struct luma_doc *next_doc(struct exchange *x)
{
    return reply_take(&of(x)->reply);
}

/* ---- the request ------------------------------------------------------- */

/* libcurl copies strings but for the body; whatever fails here fails for want
 * of memory. */
#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool set_url(struct task_exchange *t, const char *path)
{
    CURL *easy = t->x.easy;

    buf_clear(&t->url);
    return base_url_append(&t->url, t->x.options->base_url) &&
           buf_append(&t->url, path, strlen(path) + 1) &&
           SET(CURLOPT_URL, t->url.data);
}

static bool set_method(CURL *easy, const struct request *r)
{
    if (r->body)
        return SET(CURLOPT_NOBODY, 0L) && SET(CURLOPT_POST, 1L) &&
               SET(CURLOPT_POSTFIELDS, r->body) &&
               SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len) &&
               SET(CURLOPT_CUSTOMREQUEST, r->method);
    return SET(CURLOPT_HTTPGET, 1L) &&
           SET(CURLOPT_NOBODY, strcmp(r->method, "HEAD") == 0 ? 1L : 0L) &&
           SET(CURLOPT_CUSTOMREQUEST, r->method);
}

static bool prepare(struct exchange *x, const struct request *request)
{
    struct task_exchange *t = of(x);
    CURL *easy = x->easy;

    t->reply.single_value = request->target == REQUEST_ENDPOINT;
    reply_reset(&t->reply, false);
    return SET(CURLOPT_TIMEOUT_MS, (long)x->options->attempt_timeout) &&
           set_url(t, request->path) && set_method(easy, request);
}

/* ---- the end ----------------------------------------------------------- */

static void read_request_id(const struct exchange *x, struct luma_error *error)
{
    const char *id = exchange_header(x, "X-Oneapi-Request-Id");

    if (!id)
        id = exchange_header(x, "X-Request-Id");
    if (id)
        proxy_sanitize(error->request_id, sizeof error->request_id, id,
                       strlen(id), false, x->options);
}

/* What the response says, which was read as far as it was wanted. */
static void read_reply(struct task_exchange *t, struct luma_error *error)
{
    const char *location = exchange_header(&t->x, "Location");

    reply_end(&t->reply, t->x.http_status, failure_clean, t->x.options, error);
    t->x.bytes = t->reply.bytes;
    if (error->code == LUMA_ERR_REDIRECT)
        failure_set_redirect(error, &t->reply, t->x.options, t->url.data,
                             location);
}

static void finish(struct exchange *x, CURLcode result,
                   enum luma_code abort_code, struct exchange_end *end)
{
    struct reply *reply = &of(x)->reply;
    struct luma_error *error = &end->error;
    bool good, stopped = result == CURLE_WRITE_ERROR && reply->rejected;
    bool answered = x->phase >= EXCHANGE_HEAD;

    if (!x->http_status &&
        answered) /* else it would be that of the last exchange */
        curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &x->http_status);
    good = reply->wants_tasks = x->http_status / 100 == 2;
    if (!abort_code && (result == CURLE_OK || stopped ||
                        (result == CURLE_PARTIAL_FILE && !good)))
        read_reply(of(x), error);
    else
        exchange_failed(x, result, abort_code, error);
    if (answered)
        read_request_id(x, error);
    end->unreadable = (uint32_t)reply->unreadable;
    end->unreadable_code = reply->unreadable_code;
    end->skipped_rows = (uint32_t)reply->skipped_rows;
    end->listed = reply->listed;
    end->foreign = !reply->is_json && x->http_status && !good;
    end->retry_class = retry_class_of(error->code, good ? 0 : x->http_status);
    end->outcome = error->code == LUMA_OK ? EXCHANGE_DONE : EXCHANGE_FAILED;
}

/* ---- life -------------------------------------------------------------- */

static void free_exchange(struct exchange *x)
{
    struct task_exchange *t = of(x);

    exchange_free(x);
    reply_free(&t->reply);
    buf_free(&t->url);
    free(t);
}

static bool set_options(struct exchange *x)
{
    CURL *easy = x->easy;

    return SET(CURLOPT_ACCEPT_ENCODING, "gzip") &&
           SET(CURLOPT_PIPEWAIT, x->options->http2 ? 1L : 0L) &&
           SET(CURLOPT_TCP_NODELAY, 1L);
}

static bool add_headers(struct exchange *x)
{
    return exchange_add_header(x, "Accept: application/json", "") &&
           exchange_add_header(x, "Content-Type: application/json", "") &&
           exchange_add_header(x, "Expect:", "") &&
           exchange_add_header(x, "Authorization: Bearer ", x->options->token);
}

static const struct exchange_type type = {
    .reusable = true,
    .prepare = prepare,
    .next_doc = next_doc,
    .finish = finish,
    .free = free_exchange,
};

struct exchange *task_exchange_new(const struct luma_options *options,
                                   struct connections *connections)
{
    struct task_exchange *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    reply_init(&t->reply, options->max_task, options->max_reply,
               options->keep_text);
    t->x.type = &type;
    t->x.options = options;
    t->x.connections = connections;
    if (exchange_init(&t->x, options->base_url, on_body) &&
        set_options(&t->x) && add_headers(&t->x))
        return &t->x;
    free_exchange(&t->x);
    return NULL;
}
