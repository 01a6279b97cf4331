/* SPDX-License-Identifier: MIT */
/* The rules of an outcome: section 2 of the contract, line by line. */
#include "job.h"

#include <stdlib.h>
#include <string.h>

struct job *job_new(struct luma_ids *ids, int64_t now, int64_t deadline,
                    struct luma_job *user)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job || !ledger_init(&job->ledger, ids)) {
        free(job);
        return NULL;
    }
    atomic_init(&job->refs, 2);
    job->ids = ids_ref(ids);
    job->started = now;
    if (deadline && deadline < INT64_MAX - now) /* beyond it there is none */
        job->deadline = now + deadline;
    job->end.event.kind = LUMA_END;
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
    luma_ids_unref(job->ids);
    free(job);
}

void event_dispose(struct luma_event *event)
{
    if (event->kind == LUMA_END)
        job_unref((struct job *)event);
    else
        free(event);
}

bool job_task(struct job *job, struct batch *batch, struct luma_doc *doc,
              struct event_list *events)
{
    char room[REPLY_ID_ROOM];
    size_t len;
    const char *id = job->ended ? NULL : reply_id(doc, room, &len);

    if (!id || !ledger_settle(&job->ledger, id, len, &doc->id)) {
        free(doc);
        return false;
    }
    batch->found++;
    doc->event.job = job->end.event.job;
    atomic_fetch_add(&job->undelivered, doc->size);
    event_list_add(events, &doc->event);
    return true;
}

/* The batch is done; the caller hears of it with what its ids have come to. */
static void close_batch(struct job *job, struct batch *batch,
                        struct event_list *events)
{
    ledger_close(&job->ledger, batch);
    batch->answer.event.job = job->end.event.job;
    event_list_add(events, &batch->answer.event);
}

/* The answer to this one id was a task that cannot be read. */
static void set_too_large(struct luma_error *error)
{
    struct luma_error known = *error;

    status_set(error, LUMA_TOO_LARGE);
    status_detail(error, "the task is over max_task, or too deep");
    error->http = known.http;
    error->attempts = known.attempts;
    memcpy(error->request_id, known.request_id, sizeof known.request_id);
}

void job_answered(struct job *job, struct batch *batch,
                  const struct luma_error *answer, struct event_list *events)
{
    uint32_t left;

    ledger_trim(&job->ledger, batch);
    batch->answer.error = *answer;
    left = batch->answer.count;
    if (left && (batch->found || (batch->unreadable && left > 1))) {
        if (ledger_ask_again(&job->ledger, batch, !batch->found))
            batch->answer.count = 0;
        else
            status_set(&batch->answer.error, LUMA_MEMORY);
    } else if (left && batch->unreadable) {
        set_too_large(&batch->answer.error);
    }
    close_batch(job, batch, events);
}

void job_failed(struct job *job, struct batch *batch,
                const struct luma_error *error, struct event_list *events)
{
    ledger_trim(&job->ledger, batch);
    batch->answer.error = *error;
    close_batch(job, batch, events);
}

bool job_is_over(const struct job *job)
{
    return job->ledger.open == 0;
}

void job_end(struct job *job, enum luma_status code, struct event_list *events)
{
    status_set(&job->end.error, job_is_over(job) ? LUMA_OK : code);
    job->ended = true;
    ledger_free(&job->ledger);
    event_list_add(events, &job->end.event);
}
