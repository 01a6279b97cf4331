/* SPDX-License-Identifier: MIT */
/* Requests to the gateway, and their replies. */
#include "http/transfer.h"

#include <stdlib.h>

#include "http/failure.h"
#include "http/base_url.h"
#include "http/proxy.h"

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer *t = user;

    if (!t->x.http) {
        curl_easy_getinfo(t->x.easy, CURLINFO_RESPONSE_CODE, &t->x.http);
        reply_reset(&t->reply, t->x.http / 100 == 2);
    }
    t->x.answered = t->x.active = true;
    return reply_feed(&t->reply, bytes, size * n) ? size * n : 0;
}

/* ---- the request ------------------------------------------------------- */

/* libcurl copies strings; whatever fails here fails for want of memory. */
#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool set_post(CURL *easy, const char *url, const char *body, size_t len)
{
    return SET(CURLOPT_NOBODY, 0L) && SET(CURLOPT_CUSTOMREQUEST, NULL) &&
           SET(CURLOPT_URL, url) && SET(CURLOPT_POST, 1L) &&
           SET(CURLOPT_POSTFIELDS, body) &&
           SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
}

static bool set_request(struct transfer *t, const struct request *r)
{
    CURL *easy = t->x.easy;

    buf_clear(&t->target);
    if (!base_url_append(&t->target, t->x.options->base_url) ||
        !buf_append(&t->target, r->path, strlen(r->path) + 1))
        return false;
    if (r->sends_body)
        return set_post(easy, t->target.data, r->body, r->len) &&
               SET(CURLOPT_CUSTOMREQUEST, r->method);
    return SET(CURLOPT_URL, t->target.data) && SET(CURLOPT_HTTPGET, 1L) &&
           SET(CURLOPT_NOBODY, strcmp(r->method, "HEAD") == 0 ? 1L : 0L) &&
           SET(CURLOPT_CUSTOMREQUEST, r->method);
}

bool transfer_prepare(struct transfer *t, const struct request *request,
                      int64_t timeout, unsigned allowed)
{
    CURL *easy = t->x.easy;

    t->reply.single_value = request != NULL;
    reply_reset(&t->reply, false);
    t->sends_told = 0;
    t->bytes_told = 0;
    return exchange_begin(&t->x, allowed) &&
           SET(CURLOPT_TIMEOUT_MS, (long)timeout) &&
           (request ? set_request(t, request)
                    : set_post(easy, t->url, t->body.data, t->body.len));
}

/* ---- life -------------------------------------------------------------- */

static bool set_options(struct transfer *t)
{
    CURL *easy = t->x.easy;

    return SET(CURLOPT_ACCEPT_ENCODING, "gzip") &&
           SET(CURLOPT_PIPEWAIT, t->x.options->http2 ? 1L : 0L) &&
           SET(CURLOPT_TCP_NODELAY, 1L);
}

static bool add_headers(struct exchange *x)
{
    return exchange_add_header(x, "Accept: application/json", "") &&
           exchange_add_header(x, "Content-Type: application/json", "") &&
           exchange_add_header(x, "Expect:", "") &&
           exchange_add_header(x, "Authorization: Bearer ", x->options->token);
}

static char *endpoint(const char *base_url)
{
    static const char path[] = "/luma/tasks";
    struct buf url = {0};

    if (base_url_append(&url, base_url) && buf_append(&url, path, sizeof path))
        return url.data; /* the caller's */
    buf_free(&url);
    return NULL;
}

struct transfer *transfer_new(const struct luma_options *options)
{
    struct transfer *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    reply_init(&t->reply, options->max_task, options->max_reply,
               options->keep_text);
    t->url = endpoint(options->base_url);
    if (t->url && exchange_init(&t->x, options, t->url, on_body) &&
        set_options(t) && add_headers(&t->x))
        return t;
    transfer_free(t);
    return NULL;
}

void transfer_free(struct transfer *t)
{
    if (!t)
        return;
    exchange_free(&t->x);
    reply_free(&t->reply);
    buf_free(&t->body);
    buf_free(&t->target);
    free(t->url);
    free(t);
}

/* ---- the end ----------------------------------------------------------- */

static void read_request_id(const struct transfer *t, struct luma_error *error)
{
    const char *id = exchange_header(&t->x, "X-Oneapi-Request-Id");

    if (!id)
        id = exchange_header(&t->x, "X-Request-Id");
    if (id)
        proxy_sanitize(error->request_id, sizeof error->request_id, id,
                       strlen(id), false, t->x.options);
}

/* What the reply says, which was read as far as it was wanted. */
static void read_reply(struct transfer *t, struct luma_error *error)
{
    reply_end(&t->reply, t->x.http, failure_clean, t->x.options, error);
    if (error->code == LUMA_ERR_REDIRECT)
        failure_set_redirect(error, &t->reply, t->x.options,
                             t->reply.single_value ? t->target.data : t->url,
                             exchange_header(&t->x, "Location"));
}

void transfer_finish(struct transfer *t, CURLcode result, enum luma_code ours,
                     struct exchange_end *end)
{
    struct exchange *x = &t->x;
    struct luma_error *error = &end->error;
    bool good, stopped = result == CURLE_WRITE_ERROR && t->reply.rejected;

    result = exchange_result(x, result);
    *end = (struct exchange_end){.sends = 0};
    if (!x->http && x->answered) /* else it would be the last exchange's */
        curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &x->http);
    good = t->reply.wants_tasks = x->http / 100 == 2;
    if (!ours && (result == CURLE_OK || stopped ||
                  (result == CURLE_PARTIAL_FILE && !good)))
        read_reply(t, error);
    else
        exchange_failed(x, result, ours, error);
    if (x->answered)
        read_request_id(t, error);
    exchange_finish(x, end);
    end->unreadable = (uint32_t)t->reply.unreadable;
    end->why = t->reply.unreadable_code;
    end->skipped_rows = (uint32_t)t->reply.skipped_rows;
    end->listed = t->reply.listed;
    end->foreign = !t->reply.is_json && x->http && !good;
    end->how = retry_class_of(error->code, good ? 0 : x->http);
    error->retryable = end->how != RETRY_CLASS_NEVER;
}
