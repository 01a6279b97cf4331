/* SPDX-License-Identifier: MIT */
/* The rules of an outcome. */
#include "job/job.h"

#include <stdlib.h>
#include <string.h>

#include "job/job_file.h"
#include "gateway/task.h"

/* ---- lists ------------------------------------------------------------- */

void job_list_init(struct job_list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

void job_list_append(struct job_list *list, struct job *job)
{
    job->next = NULL;
    job->link = list->last;
    *list->last = job;
    list->last = &job->next;
}

void job_list_remove(struct job_list *list, struct job *job)
{
    *job->link = job->next;
    if (job->next)
        job->next->link = job->link;
    else
        list->last = job->link;
}

/* ---- life -------------------------------------------------------------- */

struct job *job_new(const struct job_order *order, int64_t now,
                    struct luma_job *user)
{
    struct luma_ids *ids = order->ids;
    struct job *job = calloc(1, sizeof *job);

    if (job && order->watch)
        job->watch = watch_new(order->watch, ids->count);
    if (!job || (order->watch && !job->watch) ||
        !ledger_init(&job->ledger, ids)) {
        watch_free(job ? job->watch : NULL);
        free(job);
        return NULL;
    }
    atomic_init(&job->refs, 2);
    job->ids = ids_ref(ids);
    job->request = order->request;
    job->started = now;
    if (order->deadline && order->deadline < INT64_MAX - now)
        job->deadline = now + order->deadline; /* beyond it there is none */
    job->end.event.kind = LUMA_EVENT_END;
    job->end.event.job = user;
    return job;
}

struct job *job_ref(struct job *job)
{
    atomic_fetch_add(&job->refs, 1);
    return job;
}

void job_unref(struct job *job)
{
    if (atomic_fetch_sub(&job->refs, 1) > 1)
        return;
    ledger_free(&job->ledger);
    watch_free(job->watch);
    free(job->request);
    luma_ids_unref(job->ids);
    job_file_free(job->file);
    free(job);
}

void event_dispose(struct luma_event *event)
{
    if (event->kind == LUMA_EVENT_END)
        job_unref((struct job *)event);
    else if (event->kind == LUMA_EVENT_PROGRESS)
        job_file_told(event);
    else
        free(event);
}

bool job_has_more(struct job *job, int64_t now)
{
    if (job->watch && job->watch->due && job->watch->due <= now) {
        watch_begin(job->watch);
        job->out_of_memory = !ledger_restart(&job->ledger);
    }
    return !job->out_of_memory && ledger_has_more(&job->ledger);
}

struct batch *job_batch(struct job *job, uint32_t max)
{
    struct batch *batch = ledger_batch(&job->ledger, max);

    job->out_of_memory = !batch;
    if (batch)
        batch->job = job_ref(job);
    if (batch && job->watch)
        job->watch->flying++;
    return batch;
}

/* Makes sure that the id is not asked for again, or not in this round. */
static void note_task(struct job *job, struct luma_doc *doc, int64_t now)
{
    doc->final = true;
    if (job->watch)
        watch_task(job->watch, doc->id, doc, now);
    if (doc->final)
        ledger_settle(&job->ledger, doc->id);
    else
        ledger_see(&job->ledger, doc->id);
}

/* The index of the open id that the task answers, or -1. A row may have ids of
 * other things before the one that was asked for. */
static int64_t index_of(const struct job *job, const struct luma_doc *doc)
{
    struct task_source source = task_of_doc(doc);
    struct task_value id;
    int64_t index = -1;
    unsigned from = 0;

    if (job->request)
        return job_is_over(job) ? -1 : 0;
    if (task_find_id(&source, &id))
        index = ledger_find(&job->ledger, id.text, id.len);
    while (index < 0 && task_find_other_id(&source, &from, &id))
        index = ledger_find(&job->ledger, id.text, id.len);
    return index;
}

static enum job_verdict pass_on(struct job *job, struct batch *batch,
                                struct luma_doc *doc, int64_t index,
                                int64_t now, struct event_list *events)
{
    batch->found++;
    doc->id = (uint32_t)index;
    note_task(job, doc, now);
    batch->settles = batch->settles || doc->final;
    if (!doc->final && !doc->changed) {
        free(doc);
        return JOB_KNOWS;
    }
    doc->event.job = job->end.event.job;
    atomic_fetch_add(&job->undelivered, doc->size);
    event_list_add(events, &doc->event);
    return JOB_TAKES;
}

/* The index of the one open id that the task's id looks like, or -1. */
static int64_t alike_of(struct job *job, const struct luma_doc *doc,
                        struct task_value *id)
{
    struct task_source source = task_of_doc(doc);

    return !job->request && task_find_id(&source, id)
               ? ledger_find_alike(&job->ledger, id->text, id->len)
               : -1;
}

/* Holds the task behind those that came before. False: it is nobody's. */
static bool hold(struct job *job, struct batch *batch, struct luma_doc *doc)
{
    struct luma_event **last = (struct luma_event **)&batch->held;
    struct task_value id;

    if (batch->held_count > 2 * batch->answer.count ||
        alike_of(job, doc, &id) < 0)
        return false;
    while (*last)
        last = &(*last)->next;
    *last = &doc->event;
    batch->held_count++;
    return true;
}

enum job_verdict job_task(struct job *job, struct batch *batch,
                          struct luma_doc *doc, int64_t now,
                          struct event_list *events)
{
    int64_t index = job->ended ? -1 : index_of(job, doc);

    if (index >= 0)
        return pass_on(job, batch, doc, index, now, events);
    if (!job->ended && hold(job, batch, doc))
        return JOB_HOLDS;
    free(doc);
    return JOB_DROPS;
}

/* These very bytes were asked for in the batch. */
static bool was_asked(const struct job *job, const struct batch *batch,
                      const struct task_value *id)
{
    int64_t index = ids_find(job->ids, id->text, id->len);
    uint32_t i;

    for (i = 0; i < batch->answer.count; i++)
        if (batch->ids[i] == index)
            return true;
    return false;
}

/* Another task that is held, with another id, looks the same. */
static bool has_rival(const struct batch *batch, const struct task_value *id)
{
    const struct luma_doc *doc = batch->held;

    for (; doc; doc = (const struct luma_doc *)doc->event.next) {
        struct task_source source = task_of_doc(doc);
        struct task_value other;

        if (task_find_id(&source, &other) &&
            !(other.len == id->len &&
              memcmp(other.text, id->text, id->len) == 0) &&
            ids_look_alike(other.text, other.len, id->text, id->len))
            return true;
    }
    return false;
}

bool job_place_held(struct job *job, struct batch *batch, int64_t now,
                    struct event_list *events)
{
    struct luma_event **link = (struct luma_event **)&batch->held;

    for (; *link; link = &(*link)->next) {
        struct luma_doc *doc = (struct luma_doc *)*link;
        struct task_value id;
        int64_t index = alike_of(job, doc, &id);

        if (index < 0 || was_asked(job, batch, &id) || has_rival(batch, &id))
            continue;
        *link = doc->event.next;
        pass_on(job, batch, doc, index, now, events);
        return true;
    }
    batch_drop_held(batch);
    return false;
}

/* The batch is done; the caller hears of it with what its ids have come to. Of
 * a watch it hears nothing where nothing is settled. */
static void close_batch(struct job *job, struct batch *batch,
                        struct event_list *events)
{
    if (job->watch) {
        job->watch->flying--;
        if (!batch->answer.count && !batch->settles) {
            batch_free(batch);
            return;
        }
    }
    ledger_close(&job->ledger, batch);
    batch->answer.event.job = job->end.event.job;
    event_list_add(events, &batch->answer.event);
}

void job_refuse_invalid(struct job *job, struct event_list *events)
{
    struct batch *batch;

    if (!job->ids->invalid.len)
        return;
    batch = ledger_invalid(&job->ledger);
    job->out_of_memory = !batch;
    if (!batch)
        return;
    luma_error_set(&batch->answer.error, LUMA_ERR_ARGUMENT);
    luma_error_append(&batch->answer.error, "the id is not valid UTF-8");
    ledger_close(&job->ledger, batch);
    batch->answer.event.job = job->end.event.job;
    event_list_add(events, &batch->answer.event);
}

/* Leaves in the batch what has been in this doubt for long enough. */
static void trim_doubtful(struct job *job, struct batch *batch,
                          enum watch_doubt doubt, int64_t now)
{
    uint32_t i, kept = 0;

    for (i = 0; i < batch->answer.count; i++) {
        uint32_t id = batch->ids[i];

        if (watch_doubts(job->watch, id, doubt, now))
            batch->ids[kept++] = id;
        else
            ledger_see(&job->ledger, id);
    }
    batch->answer.count = kept;
}

/* What the answer has left out is asked for again. False: this was the last
 * time, and the ids in the batch are missing, or cannot be read. */
static bool asks_again(struct job *job, struct batch *batch)
{
    uint32_t left = batch->answer.count;

    ledger_note_answer(&job->ledger, batch);
    if (!left || (!batch->found && !(batch->unreadable && left > 1 &&
                                     ledger_has_hope(&job->ledger))))
        return false;
    if (ledger_ask_again(&job->ledger, batch, batch->unreadable > 0))
        batch->answer.count = 0;
    else
        luma_error_set(&batch->answer.error, LUMA_ERR_MEMORY);
    return true;
}

void job_answered(struct job *job, struct batch *batch,
                  const struct luma_error *answer, int64_t now,
                  struct event_list *events)
{
    batch->answer.error = *answer;
    if (!asks_again(job, batch)) {
        if (batch->answer.count && batch->unreadable)
            luma_error_change(&batch->answer.error, batch->why,
                              batch_unreadable_text(batch));
        if (job->watch && batch->answer.error.code != LUMA_ERR_TOO_LARGE)
            trim_doubtful(job, batch,
                          batch->unreadable ? IS_UNREADABLE : IS_MISSING, now);
    }
    if (job->watch)
        job->watch->answered = job->watch->trusted = true;
    close_batch(job, batch, events);
}

/* What another round may put right. A page that is not in the gateway's own
 * words may be of something between it and us, and gone in a moment. */
static bool may_pass(const struct watch *watch, const struct exchange_end *end)
{
    return end->error.retryable || (watch->trusted && end->foreign &&
                                    end->error.code != LUMA_ERR_MEMORY);
}

void job_failed(struct job *job, struct batch *batch,
                const struct exchange_end *end, int64_t now,
                struct event_list *events)
{
    uint32_t i;

    batch->answer.error = end->error;
    if (job->watch && may_pass(job->watch, end)) {
        watch_trouble(job->watch, &end->error, now);
        for (i = 0; i < batch->answer.count; i++)
            ledger_see(&job->ledger, batch->ids[i]);
        batch->answer.count = 0;
    }
    close_batch(job, batch, events);
}

void job_rest(struct job *job, int64_t now, double chance)
{
    struct watch *watch = job->watch;

    if (!watch || watch->due || watch->flying || job_is_over(job) ||
        job->broken || ledger_has_more(&job->ledger))
        return;
    if (!watch_rest(watch, now, chance)) {
        job->broken = true;
        job->end.error = watch->trouble;
    }
}

unsigned job_attempts(const struct job *job, const struct luma_options *options)
{
    return job->request && !job->request->repeats ? 1
                                                  : (unsigned)options->attempts;
}

bool job_is_over(const struct job *job)
{
    return job->ledger.open == 0;
}

void job_end(struct job *job, enum luma_code code, struct event_list *events)
{
    if (!job->broken)
        luma_error_set(&job->end.error, job_is_over(job) ? LUMA_OK : code);
    job->ended = true;
    ledger_free(&job->ledger);
    event_list_add(events, &job->end.event);
}
