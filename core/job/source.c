/* SPDX-License-Identifier: MIT */
/* Links, redirects, and the task that has a new link. */
#include "job/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "file/media.h"
#include "gateway/task.h"
#include "http/file_url.h"
#include "job/job.h"

enum { MAX_REDIRECTS = 5 };

/* ---- life -------------------------------------------------------------- */

static struct luma_ids *one_id(const char *id, size_t len)
{
    struct luma_ids *ids = luma_ids_new(1, len);

    if (ids && luma_ids_add(ids, id, len) == LUMA_OK)
        return ids;
    luma_ids_unref(ids);
    return NULL;
}

bool source_init(struct source *s, const struct luma_download_options *from,
                 const char *base_url)
{
    bool good = true;

    s->media = from->media;
    s->allow_private = from->allow_private;
    if (from->url)
        good = file_url_read(&s->url, from->url, strlen(from->url), base_url);
    if (!from->id || !from->id_len || from->id_len > LUMA_ID_MAX ||
        !text_is_utf8(from->id, from->id_len)) /* no request can have it */
        return good;
    s->task = one_id(from->id, from->id_len);
    return s->task && good;
}

void source_clear(struct source *s)
{
    if (s->batch)
        batch_free(s->batch);
    ledger_free(&s->ledger);
    luma_ids_unref(s->task);
    free(s->found);
    free(s->url);
    free(s->redirect_url);
}

/* ---- links ------------------------------------------------------------- */

/* The link of a task may be signed anew, which changes the part of it after its
 * path. */
uint64_t source_key(const struct source *s)
{
    const char *url = s->url ? s->url : "", *name = media_name(s->media);
    uint64_t key =
        media_hash(0, url, s->task ? strcspn(url, "?#") : strlen(url));
    size_t len;
    const char *id;

    if (s->task) {
        id = ids_get(s->task, 0, &len);
        key = media_hash(key, id, len);
    }
    return media_hash(key, name, strlen(name));
}

static const char *url_of(const struct source *s)
{
    return s->redirect_url ? s->redirect_url : s->url;
}

static bool check_link(const struct source *s,
                       const struct luma_options *options,
                       struct luma_error *error)
{
    if (s->url && !s->redirect_url && !strchr(s->url, '/')) {
        luma_error_set(error, LUMA_ERR_LINK);
        luma_error_append(error,
                          "it is no URL; the id of a task goes into a task");
        return false;
    }
    if (s->url)
        return file_url_check(url_of(s), s->redirect_url != NULL,
                              s->allow_private, options, error);
    luma_error_set(error, LUMA_ERR_LINK);
    if (s->task)
        luma_error_append(error, "the task has no %s", media_name(s->media));
    else
        luma_error_append(error, "it is no URL");
    return false;
}

bool source_check(struct source *s, const struct luma_options *options,
                  struct luma_error *error)
{
    return s->link == LINK_WANTED || check_link(s, options, error) ||
           (error->code == LUMA_ERR_LINK && source_want_link(s, error));
}

/* Links expire, and their hosts say so in many ways. */
bool source_want_link(struct source *s, const struct luma_error *error)
{
    if (!s->task || s->link == LINK_FINAL)
        return false;
    s->link_error = *error;
    s->link = LINK_WANTED;
    return true;
}

const char *source_redirect(struct source *s, struct exchange_end *end)
{
    free(s->redirect_url);
    s->redirect_url = end->location;
    end->location = NULL;
    s->redirects++;
    if (!s->redirect_url)
        return "the redirect has no valid Location";
    return s->redirects > MAX_REDIRECTS ? "it has too many redirects" : NULL;
}

void source_forget_redirect(struct source *s)
{
    free(s->redirect_url);
    s->redirect_url = NULL;
    s->redirects = 0;
}

/* ---- requests ---------------------------------------------------------- */

static bool prepare_task(struct source *s, struct request *request)
{
    if (!s->batch && ledger_init(&s->ledger, s->task))
        s->batch = batch_new(&s->ledger, 1);
    return s->batch && batch_prepare(s->batch, s->task, request);
}

bool source_prepare(struct source *s, struct request *request)
{
    if (s->link == LINK_WANTED)
        return prepare_task(s, request);
    request->target = REQUEST_FILE;
    request->idempotent = true;
    request->url = url_of(s);
    request->foreign = request->foreign && s->redirect_url;
    request->allow_private = s->allow_private;
    return true;
}

/* ---- the task ---------------------------------------------------------- */

enum doc_verdict source_document(struct source *s, struct luma_doc *doc)
{
    if (batch_find(&s->ledger, doc) >= 0) {
        ledger_settle(&s->ledger, 0);
        s->found = doc;
        return DOC_KEPT;
    }
    if (batch_hold(s->batch, doc, &s->ledger))
        return DOC_KEPT;
    free(doc);
    return DOC_DROPPED;
}

/* The task among the documents that came, the caller's to free(), or NULL. If
 * a row could not be read, it may be the requested task itself. Then no task
 * that only looks like it is used. */
static struct luma_doc *take_task(struct source *s,
                                  const struct exchange_end *end)
{
    struct luma_doc *task = s->found;
    uint32_t index;

    s->found = NULL;
    if (!task && !end->unreadable)
        task = batch_take_held(s->batch, &s->ledger, &index);
    batch_drop_held(s->batch);
    return task;
}

/* The task has this link, or NULL. Takes it. */
static enum request_verdict use_link(struct source *s, char *url,
                                     struct exchange_end *end)
{
    if (!url || (s->url && strcmp(s->url, url) == 0)) {
        free(url);
        end->error = s->link_error; /* there is nothing new */
        end->retry_class = RETRY_CLASS_NEVER;
        return REQUEST_FAILED;
    }
    free(s->url);
    s->url = url;
    source_forget_redirect(s);
    return REQUEST_AGAIN;
}

static enum request_verdict no_task(struct source *s, struct exchange_end *end)
{
    if (end->unreadable)
        return job_reject(end, end->unreadable_code,
                          "the row of its task cannot be read");
    s->link = LINK_FINAL;
    end->error = s->link_error;
    end->retry_class = RETRY_CLASS_NEVER;
    luma_error_append(&end->error, "the gateway does not know its task");
    return REQUEST_FAILED;
}

enum request_verdict source_ended(struct source *s, struct exchange_end *end,
                                  const char *base_url)
{
    struct luma_doc *task = take_task(s, end);
    struct task_source source = task_of_doc(task);
    struct task_value link;
    char *url = NULL;
    bool good;

    if (!task)
        return end->error.code == LUMA_OK ? no_task(s, end) : REQUEST_FAILED;
    s->link = LINK_FINAL;
    good = !task_find_link(&source, s->media, &link) ||
           file_url_read(&url, link.text, link.len, base_url);
    free(task);
    return good ? use_link(s, url, end)
                : job_reject(end, LUMA_ERR_MEMORY, NULL);
}
