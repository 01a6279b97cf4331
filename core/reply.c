/* SPDX-License-Identifier: MIT */
/* Shapes as the gateways send them. */
#include "reply.h"

#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "document.h"
#include "places.h"
#include "task.h"

enum { MAX_VALUE = 16 << 20 }; /* JSON bytes of a value that is wanted whole */

/* ---- reading ----------------------------------------------------------- */

/* An array is a list of tasks where lists have their places, unless it belongs
 * to what is a task itself: an id before it says so. Only an envelope, with
 * `data` or a code, may have an id of its own. */
static bool is_list(const struct builder *b, uint32_t name)
{
    const char *const *path = places_of(PLACE_LIST);

    while (*path && !builder_is_at(b, name, *path))
        path++;
    return *path && !builder_has_before(b, "task_id") &&
           (!builder_has_before(b, "id") || builder_has_before(b, "code") ||
            strcmp(*path, "data") == 0);
}

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
    reply->json.is_list = is_list;
}

void reply_reset(struct reply *reply, bool wants_tasks)
{
    drop_docs(reply);
    reply->json.whole = reply->whole;
    reply->json.max_doc = reply->whole ? MAX_VALUE : reply->max_task;
    json_reset(&reply->json);
    reply->wants_tasks = wants_tasks;
    reply->bad = reply->over = reply->listed = reply->is_json = false;
    reply->bytes = reply->tasks = reply->unreadable = 0;
    reply->strangers = reply->nulls = 0;
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

static bool has_id(const struct luma_doc *doc)
{
    struct task_source source = task_of_doc(doc);
    struct task_value id;

    return task_find_id(&source, &id);
}

/* Keeps the value if it is a task, or the one that is wanted. Owns it in any
 * case. */
static void add_task(struct reply *reply, struct luma_doc *doc)
{
    struct task_source source = task_of_doc(doc);

    if (!reply->whole && (!reply->wants_tasks || !has_id(doc))) {
        reply->strangers++;
        reply->nulls += doc->root->kind == LUMA_NULL;
        free(doc);
        return;
    }
    doc->event.kind = LUMA_TASK;
    doc->state = task_find_state(&source, NULL);
    reply->tasks++;
    *reply->last = doc;
    reply->last = (struct luma_doc **)&doc->event.next;
}

static void lose_row(struct reply *reply, enum luma_status why)
{
    reply->unreadable++;
    reply->why = why;
}

static void take_value(struct reply *reply, enum json_result result)
{
    struct luma_doc *doc = json_take(&reply->json);

    if (result == JSON_ROOT)
        reply->root = doc;
    else if (doc)
        add_task(reply, doc);
    else if (reply->json.why != LUMA_MEMORY)
        lose_row(reply, reply->json.why);
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

/* The gateway's own words for what is wrong, or NULL. */
static const char *failure_text(const struct luma_doc *root, size_t *len)
{
    const char *const *path = places_of(PLACE_FAILURE);

    for (; root && *path; path++) {
        const struct luma_node *node = doc_path(root, *path);

        if (node && node->kind == LUMA_STRING &&
            root->strings[node->string].len)
            return task_text(root, node, NULL, len);
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
    char clean[512];
    size_t len = 0;
    const char *text = failure_text(reply->root, &len);

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
    char room[TASK_ROOM];
    size_t len = 0;
    const char *text = task_text(reply->root, code, room, &len);

    if (!code)
        return true;
    return text && ((len == 1 && *text == '0') ||
                    (len == 3 && memcmp(text, "200", 3) == 0) ||
                    (len == 7 && ascii_same_bytes(text, "success", 7)));
}

/* Null, false, zero, "", and what holds nothing else: gateways that always send
 * a member for errors have one of these in it where there is none. */
static bool is_empty(const struct luma_doc *doc, const struct luma_node *node)
{
    const struct luma_node *inner = node + 1, *end = node + node->span;

    switch (node->kind) {
    case LUMA_NULL:
    case LUMA_FALSE:
        return true;
    case LUMA_INTEGER:
        return node->integer == 0;
    case LUMA_STRING:
        return doc->strings[node->string].len == 0;
    case LUMA_ARRAY:
    case LUMA_OBJECT: /* all its nodes, at every depth */
        while (inner < end &&
               (inner->kind >= LUMA_ARRAY || is_empty(doc, inner)))
            inner++;
        return inner == end;
    default:
        return false;
    }
}

static bool has_error(const struct reply *reply)
{
    static const char *const names[] = {"error", "error_code", "detail"};
    const struct luma_node *success = root_member(reply, "success");
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++) {
        const struct luma_node *error = root_member(reply, names[i]);

        if (error && !is_empty(reply->root, error))
            return true;
    }
    return (success && is_empty(reply->root, success)) || !code_is_good(reply);
}

/* The values of a list that is not empty must not all be something else. */
static enum luma_status judge_list(struct reply *reply)
{
    reply->listed = true;
    return reply->tasks || reply->unreadable || reply->strangers == reply->nulls
               ? LUMA_OK
               : LUMA_REPLY;
}

/* Some gateways send null for a list that is empty. */
static bool list_is_null(const struct reply *reply)
{
    const char *const *path = places_of(PLACE_LIST);

    for (; *path; path++) {
        const struct luma_node *node = doc_path(reply->root, *path);

        if (node && node->kind == LUMA_NULL)
            return true;
    }
    return false;
}

/* What the root object of a 2xx reply is: an envelope whose rows came out
 * already, one around a single task, or a bare task. */
static enum luma_status judge_object(struct reply *reply)
{
    bool envelope = root_member(reply, "code") != NULL;
    bool row = root_member(reply, "task_id") != NULL;
    bool task = row || (root_member(reply, "id") && !envelope);
    bool lists = reply->json.lists > 0;
    bool null_list = !task && list_is_null(reply), inner, alone;

    if (has_error(reply))
        return LUMA_GATEWAY;
    if (lists && row)
        return LUMA_REPLY; /* its own list came out as rows */
    inner = !task && json_narrow(&reply->json, reply->root);
    alone = (inner || (task && !lists)) && has_id(reply->root);
    if (alone) {
        add_task(reply, reply->root);
        reply->root = NULL;
    }
    if (lists || (null_list && !alone))
        return judge_list(reply);
    return alone ? LUMA_OK : LUMA_REPLY;
}

/* Any value will do that does not say itself that it is an error. */
static enum luma_status judge_whole(struct reply *reply)
{
    if (reply->root->root->kind == LUMA_OBJECT && has_error(reply))
        return LUMA_GATEWAY;
    reply->listed = true;
    add_task(reply, reply->root);
    reply->root = NULL;
    return LUMA_OK;
}

/* A row that is not JSON may take the rest of the reply along. */
static bool is_spoilt(const struct reply *reply)
{
    enum luma_status why = reply->json.why;

    return reply->json.spoilt && (why == LUMA_REPLY || why == LUMA_TRUNCATED);
}

static enum luma_status judge(struct reply *reply)
{
    const struct luma_doc *root = reply->root;

    if (!root && reply->json.why == LUMA_TRUNCATED && !reply->start_len)
        return LUMA_REPLY; /* an empty body is whole, but says nothing */
    if (!root && is_spoilt(reply)) {
        lose_row(reply, LUMA_REPLY);
        return LUMA_OK;
    }
    if (!root || reply->bad)
        return reply->json.why ? reply->json.why : LUMA_REPLY;
    if (reply->whole)
        return judge_whole(reply);
    if (root->root->kind == LUMA_OBJECT)
        return judge_object(reply);
    return root->root->kind == LUMA_ARRAY || root->root->kind == LUMA_NULL
               ? judge_list(reply)
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
    reply->is_json = reply->root && reply->root->root->kind >= LUMA_ARRAY;
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
