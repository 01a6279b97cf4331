/* SPDX-License-Identifier: MIT */
/* What a response means for the ids of its batch. */
#include "job/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/task.h"

static struct fetch *fetch_of(const struct request *request)
{
    return (struct fetch *)request->job;
}

/* ---- tasks ------------------------------------------------------------- */

static void note_outcomes(struct fetch *f)
{
    if (f->ledger.open == 0)
        f->job.phase = JOB_DONE;
}

static enum doc_verdict deliver(struct batch *batch, struct luma_doc *doc,
                                uint32_t index, const struct job_context *c)
{
    struct fetch *f = fetch_of(&batch->request);

    batch->found++;
    doc->final = true;
    if (f->rules)
        f->rules->compare(f, index, doc, c->now);
    if (doc->final)
        ledger_settle(&f->ledger, index);
    else
        ledger_skip_round(&f->ledger, index);
    batch->settles = batch->settles || doc->final;
    batch->request.complete = batch_advance(batch, &f->ledger);
    note_outcomes(f);
    return job_deliver(&f->job, doc, index, c->events);
}

/* All tasks have come. If a row could not be read, it may be the requested task
 * itself. Then no held task, which only looks like it, is used. */
static void end_held(struct batch *batch, struct exchange_end *end,
                     const struct job_context *c)
{
    struct ledger *ledger = &fetch_of(&batch->request)->ledger;
    struct luma_doc *doc;
    uint32_t index;

    if (end->error.code == LUMA_OK && !end->unreadable) {
        while ((doc = batch_take_held(batch, ledger, &index))) {
            deliver(batch, doc, index, c);
            end->delivered++;
        }
        end->skipped_rows += batch->held_count;
    }
    batch_drop_held(batch);
}

enum doc_verdict fetch_document(struct request *request, struct luma_doc *doc,
                                const struct job_context *c)
{
    struct batch *batch = (struct batch *)request;
    bool ended = request->job->phase == JOB_ENDED;
    int64_t index = ended ? -1 : batch_find(&fetch_of(request)->ledger, doc);

    if (index >= 0)
        return deliver(batch, doc, (uint32_t)index, c);
    if (!ended && batch_hold(batch, doc, &fetch_of(request)->ledger))
        return DOC_KEPT;
    free(doc);
    return DOC_DROPPED;
}

/* ---- the end of a request ---------------------------------------------- */

/* The batch is done, and is given away as an event. A watch reports only what
 * settles an id. */
static void close_batch(struct batch *batch, struct event_list *events)
{
    struct fetch *f = fetch_of(&batch->request);

    f->in_flight--;
    buf_free(&batch->body);
    batch_settle_all(batch, &f->ledger);
    note_outcomes(f);
    if (f->rules && !batch->request.settled.count && !batch->settles)
        batch_free(batch);
    else
        job_report_settled(&batch->request, events);
    job_unref(&f->job);
}

/* The response does not belong to this batch. An id that was requested alone
 * from the beginning has all its attempts; a watch has its rounds. */
static void check_response(const struct batch *batch, struct exchange_end *end)
{
    uint32_t left = batch->request.settled.count;
    const char *detail = NULL;

    if (end->error.code != LUMA_OK || batch->found || !left)
        return;
    if (!end->listed && !end->unreadable)
        detail = "it is a single task that was not requested";
    else if (left == 1 && !batch->suspects &&
             !fetch_of(&batch->request)->rules && end->unreadable &&
             end->unreadable_code == LUMA_ERR_REPLY)
        detail = batch_unreadable_text(batch);
    if (!detail)
        return;
    luma_error_change(&end->error, LUMA_ERR_REPLY, detail);
    end->retry_class = retry_class_of(LUMA_ERR_REPLY, 0);
}

/* Leaves in the batch the ids that are certainly missing or unreadable. */
static void keep_certain(struct batch *batch, int64_t now)
{
    struct fetch *f = fetch_of(&batch->request);
    uint32_t *count = &batch->request.settled.count;
    uint32_t i, kept = 0;

    for (i = 0; i < *count; i++)
        if (f->rules->note_missing(
                f, batch->ids[i],
                batch->unreadable ? GRACE_UNREADABLE : GRACE_MISSING, now))
            batch->ids[kept++] = batch->ids[i];
        else
            ledger_skip_round(&f->ledger, batch->ids[i]);
    *count = kept;
}

/* Ids that the response has left out are requested again, as long as responses
 * bring something new, and in halves where tasks could not be read. False: this
 * was the last time. */
static bool asks_again(struct batch *batch)
{
    struct ledger *ledger = &fetch_of(&batch->request)->ledger;
    struct luma_settled *settled = &batch->request.settled;

    ledger_note_response(ledger, batch->found > 0,
                         batch->suspects && batch->unreadable);
    if (!settled->count ||
        (!batch->found &&
         !(batch->unreadable && settled->count > 1 && ledger_has_hope(ledger))))
        return false;
    if (batch_ask_again(batch, ledger))
        settled->count = 0;
    else
        luma_error_set(&settled->error, LUMA_ERR_MEMORY);
    return true;
}

/* The response was a real answer, or at least all tasks have come. */
static void settle(struct batch *batch, const struct luma_error *error,
                   int64_t now)
{
    struct luma_settled *settled = &batch->request.settled;

    settled->error = *error;
    if (asks_again(batch))
        return;
    if (settled->count && batch->unreadable)
        luma_error_change(&settled->error, batch->unreadable_code,
                          batch_unreadable_text(batch));
    if (fetch_of(&batch->request)->rules &&
        settled->error.code != LUMA_ERR_TOO_LARGE)
        keep_certain(batch, now);
}

enum request_verdict fetch_ended(struct request *request,
                                 struct exchange_end *end,
                                 const struct job_context *c)
{
    struct batch *batch = (struct batch *)request;
    struct fetch *f = fetch_of(request);

    batch->unreadable = end->unreadable;
    batch->unreadable_code = end->unreadable_code;
    end_held(batch, end, c);
    batch_drop_settled(batch, &f->ledger);
    ledger_advance(&f->ledger);
    check_response(batch, end);
    if (end->error.code != LUMA_OK && request->settled.count)
        return REQUEST_FAILED;
    settle(batch, &end->error, c->now);
    close_batch(batch, c->events);
    return REQUEST_SETTLED;
}

void fetch_failed(struct request *request, const struct exchange_end *end,
                  const struct job_context *c)
{
    struct batch *batch = (struct batch *)request;
    struct fetch *f = fetch_of(request);
    uint32_t i;

    batch_drop_settled(batch, &f->ledger); /* while it waited */
    request->settled.error = end->error;
    if (f->rules && f->rules->survives(f, end, c->now)) {
        for (i = 0; i < request->settled.count; i++)
            ledger_skip_round(&f->ledger, batch->ids[i]);
        request->settled.count = 0;
    }
    close_batch(batch, c->events);
}

void fetch_drop(struct request *request)
{
    struct fetch *f = fetch_of(request);

    batch_free((struct batch *)request);
    f->in_flight--;
    job_unref(&f->job);
}

/* ---- requests ---------------------------------------------------------- */

int64_t fetch_due(const struct job *job)
{
    return ledger_has_more(&((const struct fetch *)job)->ledger) ? 0
                                                                 : INT64_MAX;
}

struct request *fetch_next(struct job *job, const struct job_context *c)
{
    struct fetch *f = (struct fetch *)job;
    struct batch *batch =
        batch_new(&f->ledger, (uint32_t)c->options->batch_size);

    if (!batch) {
        job_fail_memory(job);
        return NULL;
    }
    f->in_flight++;
    job_init_request(job_ref(job), &batch->request, c->options);
    return &batch->request;
}

bool fetch_prepare(struct request *request, const struct job_context *c,
                   struct luma_error *error)
{
    struct batch *batch = (struct batch *)request;

    (void)c;
    batch->found = 0;
    luma_error_set(error, LUMA_ERR_MEMORY);
    return batch_prepare(batch, request->job->ids, request);
}

/* ---- life -------------------------------------------------------------- */

/* Ids that no request can have fail before any is sent. */
void fetch_begin(struct job *job, const struct job_context *c)
{
    struct fetch *f = (struct fetch *)job;
    struct batch *batch;

    if (!job->ids->invalid.len)
        return;
    batch = batch_new_invalid(&f->ledger);
    if (!batch) {
        job_fail_memory(job);
        return;
    }
    batch->request.job = job;
    luma_error_set(&batch->request.settled.error, LUMA_ERR_ARGUMENT);
    luma_error_append(&batch->request.settled.error,
                      "the id is not valid UTF-8");
    batch_settle_all(batch, &f->ledger);
    note_outcomes(f);
    job_report_settled(&batch->request, c->events);
}

bool fetch_init(struct fetch *f, const struct job_kind *kind,
                struct luma_ids *ids, int64_t deadline, int64_t now)
{
    bool good = ledger_init(&f->ledger, ids);

    job_init(&f->job, kind, ids, deadline, now);
    note_outcomes(f); /* there may be no ids */
    return good;
}

void fetch_close(struct job *job)
{
    ledger_free(&((struct fetch *)job)->ledger);
}

static const struct job_kind fetch_kind = {
    .loop = LOOP_GATEWAY,
    .begin = fetch_begin,
    .due = fetch_due,
    .next = fetch_next,
    .prepare = fetch_prepare,
    .document = fetch_document,
    .ended = fetch_ended,
    .failed = fetch_failed,
    .drop = fetch_drop,
    .close = fetch_close,
    .clear = fetch_close,
};

struct job *fetch_new(struct luma_ids *ids, int64_t deadline, int64_t now)
{
    struct fetch *f = calloc(1, sizeof *f);

    if (!f)
        return NULL;
    if (fetch_init(f, &fetch_kind, ids, deadline, now))
        return &f->job;
    job_unref(&f->job);
    return NULL;
}
