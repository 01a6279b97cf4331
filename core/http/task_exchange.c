/* SPDX-License-Identifier: MIT */
/* Requests to the gateway, and what their responses say. */
#include "http/task_exchange.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/reply.h"
#include "http/failure.h"
#include "http/base_url.h"
#include "http/library.h"
#include "http/proxy.h"

enum { MANY = 32 }; /* documents; fewer are handed on when libcurl returns */

struct task_exchange {
    struct exchange x; /* first */
    struct buf url;
    struct reply reply;
    size_t handed_on; /* tasks of this response */
    bool begun;       /* a byte of its body has come */
    bool lengths_differ;
};

static struct task_exchange *of(struct exchange *x)
{
    return (struct task_exchange *)x;
}

static bool is_good(const struct exchange *x)
{
    return x->http_status / 100 == 2;
}

/* Where its body ends cannot be known then. */
static bool lengths_differ(const struct exchange *x)
{
    return exchange_header(x, "Content-Length") &&
           !exchange_only_header(x, "Content-Length");
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct task_exchange *t = user;
    bool good;

    t->x.active_since_check = true;
    if (!t->begun)
        t->lengths_differ = lengths_differ(&t->x);
    t->begun = true;
    if (t->lengths_differ)
        return 0;
    t->reply.wants_tasks = is_good(&t->x);
    good = reply_feed(&t->reply, bytes, size * n);
    t->x.bytes = t->reply.bytes;
    if (t->reply.tasks - t->handed_on >= MANY) {
        t->handed_on = t->reply.tasks;
        t->x.hand_on(&t->x);
    }
    return good ? size * n : 0;
}

static struct luma_doc *next_doc(struct exchange *x)
{
    return reply_take(&of(x)->reply);
}

/* ---- the request ------------------------------------------------------- */

/* libcurl copies strings but for the body. It has these options, so whatever
 * fails here fails for want of memory. */
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
    t->handed_on = 0;
    t->begun = t->lengths_differ = false;
    return SET(CURLOPT_TIMEOUT_MS, (long)request->limits.attempt_timeout) &&
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

/* What the response says, which was read as far as it was wanted or, of an
 * error, as far as it came. */
static void read_reply(struct task_exchange *t, struct exchange_end *end)
{
    const char *location = exchange_header(&t->x, "Location");
    struct luma_error *error = &end->error;
    long http = t->x.http_status;

    reply_end(&t->reply, http, failure_clean, t->x.options, error);
    if (error->code == LUMA_ERR_REDIRECT)
        failure_set_redirect(error, &t->reply, t->x.options, t->url.data,
                             location);
    end->retry_class = retry_class_of(error->code, is_good(&t->x) ? 0 : http);
}

static CURLcode refuse_lengths(struct exchange *x)
{
    snprintf(x->curl_error, sizeof x->curl_error,
             "its Content-Length is not one number");
    return CURLE_WEIRD_SERVER_REPLY;
}

/* libcurl takes a Content-Length that is no number for 0, and a coded body that
 * is cut for an empty one. */
static CURLcode check_empty(struct exchange *x)
{
    struct head head;
    curl_off_t received = 0;

    curl_easy_getinfo(x->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    if (received > 0)
        return CURLE_PARTIAL_FILE;
    exchange_read_head(x, &head);
    return head.length_presence == HEAD_INVALID ? refuse_lengths(x) : CURLE_OK;
}

/* A body that luma has refused ends where its length says, or goes on. Where
 * that is not known, it may go on. */
static bool goes_on(const struct exchange *x, const struct reply *reply)
{
    curl_off_t length = -1;

    curl_easy_getinfo(x->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return reply->rejected && (curl_off_t)reply->bytes != length;
}

static void finish(struct exchange *x, CURLcode result,
                   enum luma_code abort_code, struct exchange_end *end)
{
    struct reply *reply = &of(x)->reply;
    struct luma_error *error = &end->error;
    bool good = is_good(x), whole;

    if (of(x)->lengths_differ)
        result = refuse_lengths(x);
    else if (result == CURLE_OK && good && !reply->start_len)
        result = check_empty(x);
    whole = !abort_code && (result == CURLE_OK ||
                            (result == CURLE_WRITE_ERROR && reply->rejected));
    reply->wants_tasks = good;
    reply->cut = !whole || goes_on(x, reply);
    if ((x->phase == EXCHANGE_BODY && (whole || !good)) ||
        (exchange_head_is_refused(x, result) && !good))
        read_reply(of(x), end);
    else
        exchange_failed(x, result, abort_code, end);
    reply_release_value(reply);
    if (x->http_status) /* else it would be that of the last exchange */
        read_request_id(x, error);
    end->unreadable = (uint32_t)reply->unreadable;
    end->unreadable_code = reply->unreadable_code;
    end->skipped_rows = (uint32_t)reply->skipped_rows;
    end->listed = reply->listed;
    end->foreign = !reply->is_json && x->http_status;
    end->page = good && reply->is_page;
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
    const char *coding = library_has_gzip() ? "gzip" : NULL;

    return SET(CURLOPT_ACCEPT_ENCODING, coding) &&
           SET(CURLOPT_PIPEWAIT, x->options->http2 ? 1L : 0L) &&
           SET(CURLOPT_TCP_NODELAY, 1L);
}

static bool add_headers(struct exchange *x)
{
    return exchange_add_header(x, "Accept: application/json", "") &&
           exchange_add_header(x, "Content-Type: application/json", "") &&
           exchange_add_header(x, "Expect:", "") &&
           exchange_add_private_headers(x);
}

static const struct exchange_type type = {
    .reusable = true,
    .prepare = prepare,
    .next_doc = next_doc,
    .finish = finish,
    .free = free_exchange,
};

struct exchange *task_exchange_new(const struct luma_options *options,
                                   struct connections *connections,
                                   struct names *names)
{
    struct task_exchange *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    reply_init(&t->reply, options->max_task, options->max_reply,
               options->keep_text, names);
    t->x.type = &type;
    t->x.options = options;
    t->x.connections = connections;
    if (exchange_init(&t->x, options->base_url, on_body) &&
        set_options(&t->x) && add_headers(&t->x))
        return &t->x;
    free_exchange(&t->x);
    return NULL;
}
