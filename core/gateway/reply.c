/* SPDX-License-Identifier: MIT */
/* Decides which values of a response are tasks. */
#include "gateway/reply.h"

#include <stdlib.h>
#include <string.h>

#include "json/document.h"
#include "gateway/envelope.h"
#include "gateway/places.h"
#include "gateway/task.h"

/* ---- reading ----------------------------------------------------------- */

/* Whether an array is a list of tasks. It must be at one of the places for
 * lists, and must not belong to a task, which would have an id before it. Only
 * an envelope, which has `data` or a code, may have an id of its own. */
static bool is_list(const struct builder *b, uint32_t name)
{
    const char *const *path = places_of(PLACE_LIST);
    bool envelope = builder_is_at(b, name, "data") ||
                    builder_has_at(b, 0, "code");

    while (*path && !builder_is_at(b, name, *path))
        path++;
    return *path && !builder_has_before(b, "task_id") &&
           !(b->depth > 1 && builder_has_at(b, 1, "id")) &&
           (envelope || !builder_has_at(b, 0, "id"));
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
                bool keep_json, struct names *names)
{
    *reply = (struct reply){.max_bytes = max_bytes, .max_task = max_task};
    reply->last = &reply->first;
    json_init(&reply->json, max_task, keep_json, names);
    reply->json.is_list = is_list;
}

void reply_reset(struct reply *reply, bool wants_tasks)
{
    drop_docs(reply);
    reply->json.single_value = reply->single_value;
    reply->json.max_doc = reply->single_value ? reply->max_bytes
                                              : reply->max_task;
    json_reset(&reply->json);
    reply->wants_tasks = wants_tasks;
    reply->rejected = reply->over_limit = reply->cut = false;
    reply->listed = reply->is_json = reply->is_page = false;
    reply->bytes = reply->tasks = reply->unreadable = 0;
    reply->skipped_rows = reply->null_rows = 0;
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

/* Keeps the document if it is a task, or if it is the single value; else frees
 * it. */
static void add_task(struct reply *reply, struct luma_doc *doc)
{
    struct task_source source = task_of_doc(doc);

    if (!reply->single_value && (!reply->wants_tasks || !has_id(doc))) {
        reply->skipped_rows++;
        reply->null_rows += doc->root->kind == LUMA_JSON_NULL;
        free(doc);
        return;
    }
    doc->event.kind = LUMA_EVENT_TASK;
    doc->state = task_find_state(&source, NULL);
    reply->tasks++;
    *reply->last = doc;
    reply->last = (struct luma_doc **)&doc->event.next;
}

static void count_unreadable(struct reply *reply, enum luma_code code)
{
    reply->unreadable++;
    reply->unreadable_code = code;
}

static void take_value(struct reply *reply, enum json_result result)
{
    struct luma_doc *doc = json_take(&reply->json);

    if (result == JSON_ROOT)
        reply->root = doc;
    else if (doc)
        add_task(reply, doc);
    else if (reply->json.error_code != LUMA_ERR_MEMORY)
        count_unreadable(reply, reply->json.error_code);
    if (!doc &&
        (result == JSON_ROOT || reply->json.error_code == LUMA_ERR_MEMORY))
        reply->rejected = true;
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
    while (!reply->rejected) {
        enum json_result result = json_feed(&reply->json, &at, end);

        if (result == JSON_MORE)
            break;
        if (result == JSON_BAD)
            reply->rejected = true;
        else
            take_value(reply, result);
    }
    if (reply->json.list_malformed) /* the rest is read, but not used */
        return n <= left;
    if (n > left && !reply->rejected) {
        reply->json.error_code = LUMA_ERR_TOO_LARGE;
        reply->rejected = reply->over_limit = true;
    }
    return !reply->rejected;
}

/* ---- the verdict ------------------------------------------------------- */

bool reply_find_words(const struct reply *reply, struct reply_words *words)
{
    *words = (struct reply_words){.extent = REPLY_COMPLETE};
    if (reply->root)
        words->text = envelope_find_error_text(reply->root, &words->len);
    if (words->text)
        return true;
    words->text = reply->start;
    words->len = reply->start_len;
    words->extent = reply->cut || reply->bytes > reply->start_len
                        ? REPLY_CUT
                        : REPLY_RECEIVED;
    return words->len > 0;
}

static void append_words(const struct reply *reply, reply_clean *clean,
                         const void *clean_arg, struct luma_error *error)
{
    struct reply_words words;
    char text[512];

    if (reply_find_words(reply, &words)) {
        clean(clean_arg, text, sizeof text, &words);
        luma_error_append(
            error, words.extent == REPLY_COMPLETE ? "%s" : "it starts with %s",
            text);
    } else if (error->code != LUMA_ERR_TRUNCATED && !reply->cut) {
        luma_error_append(error, "it is empty");
    }
}

/* A list with rows is an error if none of them is a task. */
static enum luma_code judge_list(struct reply *reply)
{
    reply->listed = true;
    return reply->tasks || reply->unreadable ||
                   reply->skipped_rows == reply->null_rows
               ? LUMA_OK
               : LUMA_ERR_REPLY;
}

/* Whether a list belongs to a task. Beside an id, it is the list of the
 * response only if it had tasks. */
static bool list_is_owned(const struct reply *reply)
{
    const struct luma_doc *root = reply->root;

    return envelope_find_member(root, "task_id") ||
           envelope_find_member(root, "data.task_id") ||
           (!reply->tasks &&
            (envelope_has_id(root, NULL) || envelope_has_id(root, "data")));
}

/* Judges the root object of a 2xx response: an envelope whose rows came out
 * before, an envelope of a single task, or a bare task. */
static enum luma_code judge_object(struct reply *reply)
{
    struct luma_doc *root = reply->root;
    bool task = envelope_find_member(root, "task_id") ||
                (envelope_find_member(root, "id") &&
                 !envelope_find_member(root, "code"));
    bool null_list = !task && envelope_list_is_null(root), inner, alone;

    if (envelope_has_error(root))
        return LUMA_ERR_GATEWAY;
    if (reply->json.lists && list_is_owned(reply))
        return LUMA_ERR_REPLY;
    inner = !task && json_narrow_to_data(&reply->json, root);
    alone = (inner || (task && !reply->json.lists)) && has_id(root);
    if (alone) {
        reply->root = NULL;
        add_task(reply, root);
    }
    if (reply->json.lists || (null_list && !alone))
        return judge_list(reply);
    return alone ? LUMA_OK : LUMA_ERR_REPLY;
}

static enum luma_code judge(struct reply *reply)
{
    const struct luma_doc *root = reply->root;

    if (!root && reply->json.error_code == LUMA_ERR_TRUNCATED &&
        !reply->start_len)
        return LUMA_ERR_REPLY; /* an empty body is complete, but useless */
    if (reply->json.list_malformed) { /* the lost rows can be of any id */
        count_unreadable(reply, LUMA_ERR_REPLY);
        return LUMA_OK;
    }
    if (!root || reply->rejected)
        return reply->json.error_code ? reply->json.error_code : LUMA_ERR_REPLY;
    if (reply->single_value)
        return envelope_says_failure(root) ? LUMA_ERR_GATEWAY : LUMA_OK;
    if (root->root->kind == LUMA_JSON_OBJECT)
        return judge_object(reply);
    return root->root->kind == LUMA_JSON_ARRAY ||
                   root->root->kind == LUMA_JSON_NULL
               ? judge_list(reply)
               : LUMA_ERR_REPLY;
}

/* Whether the body is a text of another kind, such as HTML. A gateway's own
 * JSON may be broken. */
static bool is_page(const struct reply *reply)
{
    static const char skipped[] = "\xEF\xBB\xBF \t\r\n";
    const char *at = reply->start, *end = at + reply->start_len;

    while (at < end && memchr(skipped, *at, sizeof skipped - 1))
        at++;
    return at < end && *at != '{' && *at != '[';
}

void reply_end(struct reply *reply, long http_status, reply_clean *clean,
               const void *clean_arg, struct luma_error *error)
{
    enum json_result result;
    enum luma_code verdict;

    if (reply->single_value && reply->wants_tasks && !reply->bytes)
        reply_feed(reply, "null ", 5); /* an empty body is a value, too */
    result = reply->rejected ? JSON_BAD : json_end(&reply->json);
    if (result == JSON_ROOT)
        take_value(reply, result);
    else if (result == JSON_BAD)
        reply->rejected = true;
    reply->is_json = reply->root && reply->root->root->kind >= LUMA_JSON_ARRAY;
    reply->is_page = is_page(reply);
    verdict = reply->wants_tasks ? judge(reply) : code_of_http(http_status);
    if (verdict == LUMA_ERR_CONNECT)
        luma_error_set_proxy(error, http_status);
    else
        luma_error_set(error, verdict);
    error->http_status = http_status;
    error->retryable = retry_class_of(verdict, http_status) !=
                       RETRY_CLASS_NEVER;
    if (verdict == LUMA_ERR_TOO_LARGE && reply->over_limit)
        luma_error_append(error, "more than max_reply, %zu bytes",
                          reply->max_bytes);
    else if (verdict == LUMA_ERR_TOO_LARGE && reply->single_value)
        luma_error_append(error,
                          "more than %d levels deep, or more than %d values",
                          BUILDER_DEPTH, BUILDER_NODES);
    else if (verdict != LUMA_OK)
        append_words(reply, clean, clean_arg, error);
}

/* "404 page not found" is not the number 404, and neither is a number that was
 * cut there. A text, true, false and null have an end of their own. */
static bool is_other_text(const struct reply *reply)
{
    enum luma_kind kind = reply->root->root->kind;
    bool is_number = kind >= LUMA_JSON_INTEGER && kind <= LUMA_JSON_BIGINT;

    return kind < LUMA_JSON_ARRAY &&
           (reply->rejected || (reply->cut && is_number));
}

void reply_release_value(struct reply *reply)
{
    struct luma_doc *root = reply->root;

    if (!root || !reply->single_value || is_other_text(reply))
        return;
    reply->root = NULL;
    add_task(reply, root);
}
