/* SPDX-License-Identifier: MIT */
/* Shapes as the gateways send them. */
#include "reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "luma.h"
#include "task.h"

enum { MAX_VALUE = 16 << 20 }; /* JSON bytes of a value that is wanted whole */

/* ---- reading ----------------------------------------------------------- */

static void drop_docs(struct reply *reply)
{
    struct luma_doc *doc;

    while ((doc = reply_take(reply)))
        free(doc);
    free(reply->root);
    reply->root = NULL;
}

void reply_init(struct reply *reply, size_t max_task, size_t max_bytes,
                bool keep_json)
{
    *reply = (struct reply){.max_bytes = max_bytes, .max_task = max_task};
    reply->last = &reply->first;
    json_init(&reply->json, max_task, keep_json);
}

void reply_reset(struct reply *reply, bool wants_tasks)
{
    drop_docs(reply);
    reply->json.whole = reply->whole;
    reply->json.max_doc = reply->whole ? MAX_VALUE : reply->max_task;
    json_reset(&reply->json);
    reply->wants_tasks = wants_tasks;
    reply->bad = reply->over = false;
    reply->bytes = reply->strangers = reply->unreadable = 0;
    reply->start_len = 0;
}

void reply_free(struct reply *reply)
{
    if (reply->last)
        drop_docs(reply);
    json_free(&reply->json);
}

struct luma_doc *reply_take(struct reply *reply)
{
    struct luma_doc *doc = reply->first;

    if (!doc)
        return NULL;
    reply->first = (struct luma_doc *)doc->event.next;
    if (!reply->first)
        reply->last = &reply->first;
    doc->event.next = NULL;
    return doc;
}

/* Keeps the value if it is a task, or the one that is wanted. Owns it in any
 * case. */
static void add_task(struct reply *reply, struct luma_doc *doc)
{
    char room[TASK_ID_ROOM];
    size_t len;

    if (!reply->whole && (!reply->wants_tasks || !task_id(doc, room, &len))) {
        reply->strangers++;
        free(doc);
        return;
    }
    doc->event.kind = LUMA_TASK;
    doc->state = task_state(doc);
    *reply->last = doc;
    reply->last = (struct luma_doc **)&doc->event.next;
}

static void take_value(struct reply *reply, enum json_result result)
{
    struct luma_doc *doc = json_take(&reply->json);

    if (result == JSON_ROOT)
        reply->root = doc;
    else if (doc)
        add_task(reply, doc);
    else if (reply->json.why != LUMA_MEMORY)
        reply->unreadable++;
    if (!doc && (result == JSON_ROOT || reply->json.why == LUMA_MEMORY))
        reply->bad = true;
}

bool reply_feed(struct reply *reply, const char *bytes, size_t n)
{
    size_t more = sizeof reply->start - reply->start_len;
    size_t left = reply->max_bytes - reply->bytes;
    const char *at = bytes, *end = bytes + (n < left ? n : left);

    more = n < more ? n : more;
    memcpy(reply->start + reply->start_len, bytes, more);
    reply->start_len += more;
    reply->bytes += (size_t)(end - bytes);
    while (!reply->bad) {
        enum json_result result = json_feed(&reply->json, &at, end);

        if (result == JSON_MORE)
            break;
        if (result == JSON_BAD)
            reply->bad = true;
        else
            take_value(reply, result);
    }
    if (n > left && !reply->bad) {
        reply->json.why = LUMA_TOO_LARGE;
        reply->bad = reply->over = true;
    }
    return !reply->bad;
}

/* ---- the verdict ------------------------------------------------------- */

static const struct luma_node *root_member(const struct reply *reply,
                                           const char *name)
{
    const struct luma_doc *root = reply->root;
    const struct luma_node *node = root ? doc_member(root, root->root, name)
                                        : NULL;

    return node && node->kind != LUMA_NULL ? node : NULL;
}

static const char *message_in(const struct reply *reply,
                              const struct luma_node *object, size_t *len)
{
    static const char *const names[] = {"message", "reason",    "error",
                                        "detail",  "msg",       "description",
                                        "err",     "error_msg", "fail_reason"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++) {
        const struct luma_node *node =
            doc_member(reply->root, object, names[i]);
        char room[TASK_ID_ROOM];
        const char *text = NULL;

        if (node && node->kind == LUMA_STRING)
            text = task_text(reply->root, node, room, len);
        if (text && *len)
            return text;
    }
    return NULL;
}

/* The length of an excerpt without the part of the secret that it may end in,
 * where it was cut. */
static size_t before_secret(const char *text, size_t len, const char *secret)
{
    size_t n = secret ? strlen(secret) : 0;

    for (n = n < len ? n : len; n > 0; n--)
        if (memcmp(text + len - n, secret, n) == 0)
            break;
    return len - n;
}

/* The gateway's own words for what is wrong, or how the body starts. */
static void explain(const struct reply *reply, const char *secret,
                    struct luma_error *error)
{
    static const char *const inside[] = {"error", "detail", "data"};
    char clean[512];
    const char *text = NULL;
    size_t len = 0, i;

    for (i = 0; i < 3 && !text; i++)
        if (reply->root)
            text = message_in(reply, root_member(reply, inside[i]), &len);
    if (!text && reply->root)
        text = message_in(reply, reply->root->root, &len);
    if (text) {
        status_clean(clean, sizeof clean, text, len, secret);
        status_detail(error, "%s", clean);
    } else if (reply->start_len) {
        len = before_secret(reply->start, reply->start_len, secret);
        status_clean(clean, sizeof clean, reply->start, len, secret);
        status_detail(error, "it starts with %s", clean);
    } else if (error->code != LUMA_TRUNCATED) {
        status_detail(error, "it is empty");
    }
}

/* `code` is one of the ways to say success, or is not there. */
static bool code_is_good(const struct reply *reply)
{
    const struct luma_node *code = root_member(reply, "code");
    char room[TASK_ID_ROOM];
    size_t len = 0;
    const char *text = task_text(reply->root, code, room, &len);

    if (!code)
        return true;
    return text && ((len == 7 && strncasecmp(text, "success", 7) == 0) ||
                    (len == 1 && *text == '0') ||
                    (len == 3 && memcmp(text, "200", 3) == 0));
}

static bool has_error(const struct reply *reply)
{
    const struct luma_node *error = root_member(reply, "error");
    const struct luma_node *success = root_member(reply, "success");

    return (error && error->kind != LUMA_FALSE) ||
           (success && success->kind == LUMA_FALSE) ||
           root_member(reply, "error_code") || root_member(reply, "detail") ||
           !code_is_good(reply);
}

/* What the root object of a 2xx reply is: an envelope whose rows came out
 * already, one around a single task, or a bare task. */
static enum luma_status judge_object(struct reply *reply)
{
    const struct luma_doc *root = reply->root;
    const struct luma_node *data = doc_member(root, root->root, "data");
    bool envelope = root_member(reply, "code") != NULL;
    bool task = root_member(reply, "task_id") ||
                (root_member(reply, "id") && !envelope);

    if (has_error(reply))
        return LUMA_GATEWAY;
    if (data && data->kind == LUMA_ARRAY)
        return root_member(reply, "task_id") ? LUMA_REPLY : LUMA_OK;
    if (data && data->kind == LUMA_NULL && !task)
        return LUMA_OK;
    if (!task && (!data || data->kind != LUMA_OBJECT))
        return LUMA_REPLY;
    if (!task)
        json_narrow(&reply->json, reply->root);
    add_task(reply, reply->root);
    reply->root = NULL;
    return LUMA_OK;
}

/* Any value will do that does not say itself that it is an error. */
static enum luma_status judge_whole(struct reply *reply)
{
    if (reply->root->root->kind == LUMA_OBJECT && has_error(reply))
        return LUMA_GATEWAY;
    add_task(reply, reply->root);
    reply->root = NULL;
    return LUMA_OK;
}

static enum luma_status judge(struct reply *reply)
{
    const struct luma_doc *root = reply->root;

    if (!root && reply->json.why == LUMA_TRUNCATED && !reply->start_len)
        return LUMA_REPLY; /* an empty body is whole, but says nothing */
    if (!root || reply->bad)
        return reply->json.why ? reply->json.why : LUMA_REPLY;
    if (reply->whole)
        return judge_whole(reply);
    if (root->root->kind == LUMA_OBJECT)
        return judge_object(reply);
    return root->root->kind == LUMA_ARRAY || root->root->kind == LUMA_NULL
               ? LUMA_OK
               : LUMA_REPLY;
}

void reply_end(struct reply *reply, long http, const char *secret,
               struct luma_error *error)
{
    enum json_result result;
    enum luma_status verdict;

    if (reply->whole && reply->wants_tasks && !reply->bytes)
        reply_feed(reply, "null ", 5); /* nothing is a value as well */
    result = reply->bad ? JSON_BAD : json_end(&reply->json);
    if (result == JSON_ROOT)
        take_value(reply, result);
    else if (result == JSON_BAD)
        reply->bad = true;
    verdict = reply->wants_tasks ? judge(reply) : status_of_http(http);
    status_set(error, verdict);
    error->http = http;
    error->retryable = status_retry(verdict, http) != RETRY_NEVER;
    if (verdict == LUMA_TOO_LARGE && reply->over)
        status_detail(error, "more than max_reply, %zu bytes",
                      reply->max_bytes);
    else if (verdict != LUMA_OK)
        explain(reply, secret, error);
}
