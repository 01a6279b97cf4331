/* SPDX-License-Identifier: MIT */
/* Lists, references, events and the end of a job. */
#include "job/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void job_init(struct job *job, const struct job_kind *kind,
              struct luma_ids *ids, int64_t deadline, int64_t now)
{
    atomic_init(&job->refs, 1);
    job->kind = kind;
    job->ids = ids ? ids_ref(ids) : NULL;
    job->count = ids ? ids->count : 0;
    job->started = now;
    if (deadline && deadline < INT64_MAX - now)
        job->deadline = now + deadline; /* beyond it there is none */
    job->end.event.kind = LUMA_EVENT_END;
    job->progress.kind = LUMA_EVENT_PROGRESS;
}

void limits_complete(struct luma_limits *own, const struct luma_limits *rest)
{
#define COMPLETE(limit) own->limit = own->limit ? own->limit : rest->limit
    COMPLETE(attempts);
    COMPLETE(connect_timeout);
    COMPLETE(attempt_timeout);
    COMPLETE(stall_timeout);
#undef COMPLETE
}

/* No attempt takes longer than the job had from its beginning. */
void job_init_request(struct job *job, struct request *request,
                      const struct luma_options *options)
{
    int64_t span = job->deadline - job->started;

    request->job = job;
    request->limits = job->limits;
    limits_complete(&request->limits, &options->limits);
    request->attempt_timeout = request->limits.attempt_timeout;
    if (job->deadline && span < request->attempt_timeout)
        request->attempt_timeout = span;
}

struct job *job_ref(struct job *job)
{
    atomic_fetch_add(&job->refs, 1);
    return job;
}

void job_unref(struct job *job)
{
    if (!job || atomic_fetch_sub(&job->refs, 1) > 1)
        return;
    luma_ids_unref(job->ids);
    free(job->path);
    if (job->kind->clear)
        job->kind->clear(job);
    free(job);
}

/* ---- events ------------------------------------------------------------ */

static struct job *job_of_progress(struct luma_event *event)
{
    return (struct job *)((char *)event - offsetof(struct job, progress));
}

static void dispose_progress(struct job *job)
{
    atomic_store(&job->progress_queued, false);
    job_unref(job);
}

static void dispose_settled(struct luma_settled *settled)
{
    free(settled->value);
    free(settled);
}

void event_dispose(struct luma_event *event)
{
    if (event->kind == LUMA_EVENT_END)
        job_unref((struct job *)event);
    else if (event->kind == LUMA_EVENT_PROGRESS)
        dispose_progress(job_of_progress(event));
    else if (event->kind == LUMA_EVENT_SETTLED)
        dispose_settled((struct luma_settled *)event);
    else
        free(event);
}

enum doc_verdict job_deliver(struct job *job, struct luma_doc *doc, uint32_t id,
                             struct event_list *events)
{
    if (!doc->final && !doc->changed) {
        free(doc);
        return DOC_UNCHANGED;
    }
    doc->id = id;
    doc->event.job = job->end.event.job;
    atomic_fetch_add(&job->undelivered, doc->size);
    event_list_add(events, &doc->event);
    return DOC_DELIVERED;
}

void job_report_settled(struct request *request, struct event_list *events)
{
    struct luma_event *event = &request->settled.event;

    event->kind = LUMA_EVENT_SETTLED;
    event->job = request->job->end.event.job;
    event_list_add(events, event);
}

void job_report_progress(struct job *job, struct event_list *events)
{
    if (atomic_exchange(&job->progress_queued, true))
        return;
    job->progress.job = job_ref(job)->end.event.job;
    event_list_add(events, &job->progress);
}

/* ---- the end ----------------------------------------------------------- */

enum request_verdict job_reject(struct exchange_end *end, enum luma_code code,
                                const char *text)
{
    luma_error_change(&end->error, code, text);
    end->retry_class = retry_class_of(code, 0);
    return REQUEST_FAILED;
}

void job_note_failure(struct job *job, const struct luma_error *error)
{
    if (job->phase == JOB_RUNS)
        job->end.error = *error;
}

void job_forget_failure(struct job *job)
{
    if (job->phase == JOB_RUNS)
        job->end.error.code = LUMA_OK;
}

void job_fail(struct job *job, const struct luma_error *error)
{
    job->phase = JOB_FAILED;
    job->end.error = *error;
}

void job_fail_memory(struct job *job)
{
    job->phase = JOB_FAILED;
    luma_error_set(&job->end.error, LUMA_ERR_MEMORY);
}

bool job_has_to_end(const struct job *job, int64_t now, enum luma_code *code)
{
    *code = LUMA_OK;
    if (job->phase == JOB_DONE)
        return true;
    if (job->phase == JOB_FAILED) {
        *code = job->end.error.code;
        return true;
    }
    if (atomic_load(&job->cancelled))
        *code = LUMA_ERR_CANCELLED;
    else if (job->deadline && job->deadline <= now)
        *code = LUMA_ERR_DEADLINE;
    return *code != LUMA_OK;
}

static void close_job(struct job *job)
{
    job->phase = JOB_ENDED;
    if (job->kind->close)
        job->kind->close(job);
}

void job_end(struct job *job, enum luma_code code, struct event_list *events)
{
    if (job->phase == JOB_DONE)
        luma_error_set(&job->end.error, LUMA_OK);
    else if (job->phase != JOB_FAILED && code == LUMA_ERR_DEADLINE)
        luma_error_set_after(&job->end.error, code);
    else if (job->phase != JOB_FAILED)
        luma_error_set(&job->end.error, code);
    close_job(job);
    event_list_add(events, &job->end.event);
}

void job_abandon(struct job *job)
{
    close_job(job);
    job_unref(job);
}
