/* SPDX-License-Identifier: MIT */
/* The same body again and again, in all its cuts. */
#include "heard.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "dump.h"
#include "gateway/task.h"

const struct luma_options secret_options = {.token = SECRET};

static void tell_tasks(struct reply *reply, struct buf *told)
{
    struct luma_doc *doc;

    while ((doc = reply_take(reply))) {
        struct task_source source = task_of_doc(doc);
        struct task_value id = {.len = 0};

        insist(task_find_id(&source, &id) && id.len &&
                   doc->event.kind == LUMA_EVENT_TASK,
               "a task has an id");
        say(told, "%s", told->len ? ", " : "");
        must(buf_append(told, id.text, id.len));
        say(told, " %s", luma_state_name(doc->state));
        free(doc);
    }
}

/* A block of its own, so that what is read behind it is caught. False: no more
 * is wanted. */
static bool feed(struct reply *reply, const char *piece, size_t len,
                 struct buf *told)
{
    char *copy = malloc(len ? len : 1);
    bool more;

    must(copy);
    memcpy(copy, piece, len);
    alloc_spare(false);
    more = reply_feed(reply, copy, len);
    alloc_spare(true);
    free(copy);
    tell_tasks(reply, told);
    return more;
}

void hear_reply(struct reply *reply, long http, const char *body, size_t len,
                size_t cut, struct buf *told)
{
    bool bytes = cut == (size_t)-1, more = true;
    struct luma_error error;
    size_t from, n;

    buf_clear(told);
    for (from = 0; from < len && more; from += n) {
        n = bytes ? 1 : from < cut ? cut - from : len - from;
        more = feed(reply, body + from, n, told);
    }
    alloc_spare(false);
    reply_end(reply, http, failure_clean, &secret_options, &error);
    alloc_spare(true);
    insist(error.http_status == http, "the status is kept");
    insist(strlen(error.message) < sizeof error.message, "it ends");
    tell_tasks(reply, told);
    say(told, "%s%s", told->len ? "; " : "", luma_code_name(error.code));
    if (error.code == LUMA_OK && reply->unreadable)
        say(told, " but for %zu", reply->unreadable);
    if (error.code != LUMA_OK)
        must(buf_append_text(told, ": ") &&
             buf_append_text(told, error.message));
    insist(!told->len || !strstr(error.message, SECRET), "the secret is out");
}

static bool is_wanted(const struct buf *told, const char *want)
{
    size_t n = strlen(want);

    if (n && want[n - 1] == '*')
        return told->len >= n - 1 && memcmp(told->data, want, n - 1) == 0;
    return told->len == n && memcmp(told->data, want, n) == 0;
}

/* What is told, less what only the first pieces of a broken body show. */
static size_t verdict_of(const struct reply *reply, const struct buf *told)
{
    static const char shown[] = "it starts with ";
    size_t i, n = sizeof shown - 1;

    for (i = 0; reply->rejected && i + n <= told->len; i++)
        if (memcmp(told->data + i, shown, n) == 0)
            return i;
    return told->len;
}

/* Reads it in every cut. Gives the one that makes a difference, or -1. */
static long find_cut(struct reply *reply, long http, const char *body,
                     size_t len, const struct buf *whole, struct buf *told)
{
    size_t cut, verdict = verdict_of(reply, whole), n;

    for (cut = 0; cut <= len + 1; cut++) {
        reply_reset(reply, http / 100 == 2);
        hear_reply(reply, http, body, len, cut <= len ? cut : (size_t)-1, told);
        n = verdict_of(reply, told);
        if (n != verdict || memcmp(told->data, whole->data, n) != 0)
            return (long)cut;
    }
    return -1;
}

/* A reader of its own. */
static void check_fresh(long http, const char *body, size_t len,
                        const char *want)
{
    struct reply reply;
    struct buf told = {0};

    reply_init(&reply, MAX_TASK, MAX_REPLY, false, NULL);
    reply_reset(&reply, http / 100 == 2);
    hear_reply(&reply, http, body, len, len, &told);
    if (!CHECK(is_wanted(&told, want)))
        printf("  is  %.*s\n  not %s\n", (int)told.len, told.data, want);
    buf_free(&told);
    reply_free(&reply);
}

void check_reply(long http, const char *body, size_t len, const char *want)
{
    struct reply reply;
    struct buf whole = {0}, told = {0};
    long cut;

    check_fresh(http, body, len, want);
    reply_init(&reply, MAX_TASK, MAX_REPLY, true, NULL);
    reply_reset(&reply, http / 100 == 2);
    hear_reply(&reply, http, body, len, len, &whole);
    cut = find_cut(&reply, http, body, len, &whole, &told);
    if (!CHECK(cut < 0))
        printf("  cut at %ld: %.*s\n  whole: %.*s\n", cut, (int)told.len,
               told.data, (int)whole.len, whole.data);
    buf_free(&told);
    buf_free(&whole);
    reply_free(&reply);
}
