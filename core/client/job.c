/* SPDX-License-Identifier: MIT */
/* Outcomes, and what a job says of itself. */
#include "client/job.h"

#include <stdlib.h>
#include <string.h>

#include "client/generate.h"

enum { STATE_SHIFT = 4 }; /* of the state beside the outcome */

/* ---- outcomes ---------------------------------------------------------- */

static void settle(struct luma_job *job, uint32_t id, enum luma_outcome outcome)
{
    job->counts[luma_job_outcome(job, id)]--;
    job->counts[outcome]++;
    job->outcomes[id] = (uint8_t)outcome;
}

/* Notes the task's state as well; before the final one, that alone. */
static void settle_task(struct luma_job *job, const struct luma_doc *doc,
                        bool done)
{
    if (doc->final)
        settle(job, doc->id, done ? LUMA_OUTCOME_TASK : LUMA_OUTCOME_FAILED);
    else
        job->outcomes[doc->id] = LUMA_OUTCOME_OPEN;
    job->outcomes[doc->id] |= (uint8_t)(doc->state << STATE_SHIFT);
}

/* The document is the caller's no more: its job may be sent more, and is woken
 * when half of what it may have waiting has been taken. */
static void account(struct luma_job *job, const struct luma_doc *doc)
{
    struct job *j = job->job;
    size_t left = atomic_fetch_sub(&j->undelivered, doc->size) - doc->size;
    struct luma_client *client = job->client;

    if (client && luma_client_is_ours(client) && atomic_load(&j->paused) &&
        left <= client->channel->options.max_undelivered / 2 &&
        atomic_exchange(&j->paused, false))
        client_wake(client, job->channel);
}

static bool has_ended(const struct luma_job *job)
{
    return job->error.code != LUMA_ERR_PENDING;
}

void job_finish(struct luma_job *job, const struct luma_error *error)
{
    enum luma_outcome rest = error->code == LUMA_ERR_CANCELLED
                                 ? LUMA_OUTCOME_CANCELLED
                                 : LUMA_OUTCOME_FAILED;
    uint32_t i;

    if (has_ended(job))
        return;
    if (job->job->kind->keeps_open_ids && rest == LUMA_OUTCOME_FAILED)
        rest = LUMA_OUTCOME_OPEN;
    for (i = 0; rest != LUMA_OUTCOME_OPEN && job->counts[LUMA_OUTCOME_OPEN] &&
                i < job->count;
         i++)
        if (luma_job_outcome(job, i) == LUMA_OUTCOME_OPEN)
            settle(job, i, rest);
    job->error = *error;
    job->client->unfinished--;
}

static void apply_settled(struct luma_job *job,
                          const struct luma_settled *settled)
{
    enum luma_outcome outcome = settled->error.code == LUMA_OK
                                    ? LUMA_OUTCOME_MISSING
                                    : LUMA_OUTCOME_FAILED;
    uint32_t i;

    for (i = 0; i < settled->count; i++)
        settle(job, settled->ids[i], outcome);
}

void job_apply(const struct luma_event *event, bool done)
{
    struct luma_job *job = event->job;

    if (event->kind == LUMA_EVENT_TASK) {
        const struct luma_doc *doc = (const struct luma_doc *)event;

        settle_task(job, doc, done);
        account(job, doc);
    } else if (event->kind == LUMA_EVENT_SETTLED) {
        apply_settled(job, (const struct luma_settled *)event);
    } else if (event->kind == LUMA_EVENT_END) {
        job->left = true;
        job_finish(job, &((const struct luma_end *)event)->error);
    }
}

/* ---- life -------------------------------------------------------------- */

struct luma_job *job_add(struct luma_client *client, struct job *core,
                         struct channel *channel)
{
    struct luma_job *job = calloc(1, sizeof *job);

    if (job)
        job->outcomes = calloc(core->count ? core->count : 1, 1);
    if (!job || !job->outcomes) {
        free(job);
        job_unref(core);
        return NULL;
    }
    core->end.event.job = job;
    job->job = core;
    job->ids = core->ids ? ids_ref(core->ids) : NULL;
    job->count = core->count;
    job->counts[LUMA_OUTCOME_OPEN] = core->count;
    luma_error_set(&job->error, LUMA_ERR_PENDING);
    job->client = client;
    job->channel = channel_ref(channel);
    job->next = client->jobs;
    job->link = &client->jobs;
    if (job->next)
        job->next->link = &job->next;
    client->jobs = job;
    client->unfinished++;
    return job;
}

void job_free(struct luma_job *job)
{
    struct luma_event *event;

    if (job->client) {
        *job->link = job->next;
        if (job->next)
            job->next->link = job->link;
    }
    while ((event = event_list_pop(&job->own)))
        event_dispose(event);
    job_unref(job->job);
    generate_free(job->steps);
    channel_unref(job->channel); /* the documents' names were in it */
    luma_ids_unref(job->ids);
    free(job->outcomes);
    free(job);
}

void luma_job_cancel(struct luma_job *job)
{
    if (has_ended(job) || !job->client || job->client->closed)
        return;
    atomic_store(&job->job->cancelled, true);
    client_wake(job->client, job->channel);
}

/* Its end may have been settled (luma_event_apply) and not taken yet. */
static bool has_events(const struct luma_job *job)
{
    const struct luma_event *first = job->client->first;

    return !has_ended(job) || (first && first->job == job);
}

void luma_job_release(struct luma_job *job)
{
    if (!job)
        return;
    if (job->client && luma_client_is_ours(job->client) && has_events(job)) {
        job->released = true;
        luma_job_cancel(job);
        return;
    }
    job_free(job);
}

void luma_job_keep(struct luma_job *job, bool keep)
{
    job->keeps = keep;
}

const struct luma_doc *luma_job_peek(struct luma_job *job)
{
    return (const struct luma_doc *)job->own.first;
}

void luma_job_pop(struct luma_job *job, bool done)
{
    struct luma_event *event = event_list_pop(&job->own);
    const struct luma_doc *doc = (const struct luma_doc *)event;

    settle_task(job, doc, done);
    account(job, doc);
    client_dispose(job->client, event);
}

void job_defer(struct luma_event *event)
{
    settle_task(event->job, (const struct luma_doc *)event, true);
    event_list_add(&event->job->own, event);
}

void *luma_job_user(const struct luma_job *job)
{
    return job->user;
}

const struct luma_error *luma_job_error(const struct luma_job *job)
{
    return &job->error;
}

void luma_job_progress(const struct luma_job *job,
                       struct luma_progress *progress)
{
    progress->ids = job->count;
    memcpy(progress->outcome, job->counts, sizeof job->counts);
    progress->requests = job->requests + atomic_load(&job->job->requests);
    progress->retries = job->retries + atomic_load(&job->job->retries);
    progress->bytes = atomic_load(&job->job->bytes);
    progress->total_bytes = progress->rate = 0;
    if (job->job->kind->progress)
        job->job->kind->progress(job->job, progress);
}

const char *luma_job_path(const struct luma_job *job)
{
    return job->error.code == LUMA_OK ? job->job->path : NULL;
}

size_t luma_job_count(const struct luma_job *job)
{
    return job->count;
}

const char *luma_job_id(const struct luma_job *job, size_t index, size_t *len)
{
    *len = 0;
    return job->ids ? ids_get(job->ids, (uint32_t)index, len) : "";
}

enum luma_outcome luma_job_outcome(const struct luma_job *job, size_t index)
{
    return job->outcomes[index] & ((1 << STATE_SHIFT) - 1);
}

enum luma_state luma_job_state(const struct luma_job *job, size_t index)
{
    return job->outcomes[index] >> STATE_SHIFT;
}

const char *luma_job_word(const struct luma_job *job, size_t index, size_t *len)
{
    const struct job_kind *kind = job->job->kind;

    return kind->word && job->left ? kind->word(job->job, (uint32_t)index, len)
                                   : NULL;
}
