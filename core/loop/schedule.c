/* SPDX-License-Identifier: MIT */
/* Fair turns between jobs, and the wait before a repeat. */
#include "loop/schedule.h"

#include <stdlib.h>

#include "base/random.h"

void schedule_init(struct schedule *s, struct channel *channel)
{
    *s = (struct schedule){.channel = channel};
    job_list_init(&s->jobs);
    s->next_deadline = INT64_MAX;
    s->budget = retry_budget_new();
    s->random = random_seed(s);
}

/* ---- jobs -------------------------------------------------------------- */

void schedule_take_jobs(struct schedule *s)
{
    struct luma_event *event;

    while ((event = queue_pop(s->channel->jobs, &s->look))) {
        job_list_append(&s->jobs, (struct job *)event);
        job_refuse_invalid((struct job *)event, &s->events);
    }
}

bool schedule_looks(struct schedule *s, int64_t now)
{
    bool looks = s->look || now >= s->next_deadline;

    if (looks) {
        s->look = false;
        s->next_deadline = INT64_MAX; /* schedule_is_over finds it again */
    }
    return looks;
}

bool schedule_is_over(struct schedule *s, const struct job *job, int64_t now,
                      enum luma_code *code)
{
    *code = LUMA_OK;
    if (job_is_over(job))
        return true;
    if (job->broken)
        *code = job->end.error.code;
    else if (job->out_of_memory)
        *code = LUMA_ERR_MEMORY;
    else if (atomic_load(&job->cancelled))
        *code = LUMA_ERR_CANCELLED;
    else if (job->deadline && job->deadline <= now)
        *code = LUMA_ERR_DEADLINE;
    else if (job->deadline && job->deadline < s->next_deadline)
        s->next_deadline = job->deadline;
    return *code != LUMA_OK;
}

/* Forgets what waits for its repeat, of one job or (NULL) of all. */
static void drop_waiting(struct schedule *s, const struct job *job)
{
    struct luma_event **link = &s->waiting;

    while (*link) {
        struct batch *batch = (struct batch *)*link;

        if (job && batch->job != job) {
            link = &(*link)->next;
            continue;
        }
        *link = (*link)->next;
        schedule_dropped(batch);
    }
}

void schedule_end(struct schedule *s, struct job *job, enum luma_code code)
{
    job_list_remove(&s->jobs, job);
    drop_waiting(s, job);
    job_end(job, code, &s->events);
}

void schedule_free(struct schedule *s)
{
    struct luma_event *event;
    struct job *job;

    drop_waiting(s, NULL);
    while ((job = s->jobs.first)) {
        job_list_remove(&s->jobs, job);
        job_unref(job);
    }
    while ((event = event_list_pop(&s->events)))
        event_dispose(event);
}

/* ---- what is sent next ------------------------------------------------- */

/* Too much of the job waits for its caller. The flag asks to be woken, and is
 * set before the second look, so that a take in between is not missed. */
static bool is_held(const struct schedule *s, struct job *job)
{
    size_t limit = s->channel->options.max_undelivered;

    if (atomic_load(&job->undelivered) < limit)
        return false;
    atomic_store(&job->held, true);
    return atomic_load(&job->undelivered) > limit / 2;
}

/* A batch whose time to be repeated has come. */
static struct batch *due_batch(struct schedule *s, int64_t now)
{
    struct luma_event **link = &s->waiting;

    for (; *link; link = &(*link)->next) {
        struct batch *batch = (struct batch *)*link;

        if (batch->due > now)
            continue;
        *link = batch->answer.event.next;
        counter_add(&s->channel->retries, 1);
        counter_add(&batch->job->retries, 1);
        return batch;
    }
    return NULL;
}

/* A batch of the job that has waited longest for its turn. */
static struct batch *fresh_batch(struct schedule *s, int64_t now)
{
    size_t size = s->channel->options.batch_size;
    struct job *job;

    for (job = s->jobs.first; job; job = job->next) {
        struct batch *batch;

        if (job->out_of_memory || !job_has_more(job, now) || is_held(s, job))
            batch = NULL;
        else
            batch = job_batch(job, (uint32_t)size);
        s->look = s->look || job->out_of_memory;
        if (!batch)
            continue;
        retry_count_request(&s->budget);
        job_list_remove(&s->jobs, job);
        job_list_append(&s->jobs, job);
        return batch;
    }
    return NULL;
}

struct batch *schedule_next(struct schedule *s, int64_t now)
{
    struct batch *batch = due_batch(s, now);

    if (!batch)
        batch = fresh_batch(s, now);
    if (batch)
        batch->found = 0;
    return batch;
}

int64_t schedule_due(const struct schedule *s, bool may_send)
{
    const struct luma_event *event;
    const struct job *job;
    int64_t until = s->next_deadline;

    for (event = s->waiting; event && may_send; event = event->next)
        if (((const struct batch *)event)->due < until)
            until = ((const struct batch *)event)->due;
    for (job = s->jobs.first; job && may_send; job = job->next)
        if (job->watch && job->watch->due && job->watch->due < until)
            until = job->watch->due;
    return until;
}

/* ---- what came of it --------------------------------------------------- */

void schedule_task(struct schedule *s, struct batch *batch,
                   struct luma_doc *doc, int64_t now)
{
    switch (job_task(batch->job, batch, doc, now, &s->events)) {
    case JOB_TAKES:
        s->look = s->look || job_is_over(batch->job);
        counter_add(&s->channel->tasks, 1);
        break;
    case JOB_KNOWS:
        counter_add(&s->channel->unchanged, 1);
        break;
    case JOB_HOLDS:
        break;
    default:
        counter_add(&s->channel->dropped, 1);
    }
}

static struct retry_answer decide(struct schedule *s, const struct batch *batch,
                                  const struct exchange_end *end, int64_t now)
{
    const struct luma_options *o = &s->channel->options;
    int64_t deadline = batch->job->deadline;
    struct retry_question question = {
        .retry_class = end->how,
        .attempt = batch->attempts,
        .attempts = job_attempts(batch->job, o),
        .retry_after = end->retry_after,
        .left = deadline ? deadline - now : -1,
        .attempt_timeout = o->attempt_timeout,
        .random = random_unit(&s->random),
    };

    if (deadline && deadline - batch->job->started < o->attempt_timeout)
        question.attempt_timeout = deadline - batch->job->started;
    return retry_decide(&s->budget, &question);
}

/* The batch waits for another exchange, or fails with this one: true. */
static bool repeat_or_fail(struct schedule *s, struct batch *batch,
                           struct exchange_end *end, int64_t now)
{
    struct retry_answer answer = decide(s, batch, end, now);

    if (answer.verdict == RETRY_DELAYED) {
        batch->due = now + answer.delay;
        batch->spent += answer.cost;
        batch->answer.event.next = s->waiting;
        s->waiting = &batch->answer.event;
        return false;
    }
    retry_explain(&end->error, answer.verdict);
    job_failed(batch->job, batch, end, now, &s->events);
    return true;
}

void schedule_count(struct schedule *s, const struct batch *batch,
                    unsigned sends, uint64_t bytes)
{
    counter_add(&batch->job->requests, sends);
    counter_add(&batch->job->bytes, bytes);
    counter_add(&s->channel->requests, sends);
    counter_add(&s->channel->bytes, bytes);
}

void schedule_dropped(struct batch *batch)
{
    job_unref(batch->job);
    batch_free(batch);
}

/* Tasks that looked like those that were asked for: now all have come. Where
 * one could not be read, it may be the one that was asked for. */
static void place_held(struct schedule *s, struct batch *batch, int64_t now)
{
    uint32_t held = batch->held_count, placed = 0;

    while (job_place_held(batch->job, batch, now, &s->events))
        placed++;
    counter_add(&s->channel->tasks, placed);
    counter_add(&s->channel->dropped, held - placed);
}

/* An answer that is none to this batch, after all. An id that was asked for
 * alone from the beginning has all its attempts; a watch has its rounds. */
static void check_answer(const struct batch *batch, struct exchange_end *end)
{
    uint32_t left = batch->answer.count;
    const char *detail = NULL;

    if (end->error.code != LUMA_OK || batch->found || !left)
        return;
    if (!end->listed && !end->unreadable)
        detail = "it is a single task that was not requested";
    else if (left == 1 && !batch->suspects && !batch->job->watch &&
             end->unreadable && end->why == LUMA_ERR_REPLY)
        detail = batch_unreadable_text(batch);
    if (!detail)
        return;
    luma_error_change(&end->error, LUMA_ERR_REPLY, detail);
    end->how = retry_class_of(LUMA_ERR_REPLY, 0);
}

/* True when the batch is no more. */
static bool settle(struct schedule *s, struct batch *batch,
                   struct exchange_end *end, int64_t now)
{
    struct job *job = batch->job;

    if (end->error.code == LUMA_OK && !end->unreadable)
        place_held(s, batch, now);
    batch_drop_held(batch);
    ledger_trim(&job->ledger, batch);
    check_answer(batch, end);
    if (end->error.code != LUMA_OK && batch->answer.count)
        return repeat_or_fail(s, batch, end, now);
    retry_refund(&s->budget, batch->spent);
    job_answered(job, batch, &end->error, now, &s->events);
    return true;
}

void schedule_finished(struct schedule *s, struct batch *batch,
                       struct exchange_end *end, int64_t now)
{
    struct job *job = batch->job;

    counter_add(&s->channel->dropped, end->skipped_rows);
    counter_add(&s->channel->unreadable, end->unreadable);
    counter_add(&s->channel->bad_hints,
                end->retry_after.kind == RETRY_AFTER_INVALID);
    batch->unreadable = end->unreadable;
    batch->why = end->why;
    batch->attempts += end->sends ? end->sends : 1;
    end->error.attempts = batch->attempts;
    if (job->ended) { /* all its tasks had come before the reply's end */
        schedule_dropped(batch);
        return;
    }
    if (settle(s, batch, end, now)) {
        job_rest(job, now, random_unit(&s->random));
        job_unref(job);
    }
    s->look = true;
}
