/* SPDX-License-Identifier: MIT */
/* Fair turns between jobs, and the wait before a retry. */
#include "loop/schedule.h"

#include <stdlib.h>

#include "base/random.h"
#include "loop/attempt.h"

enum {
    POSTPONED_MS = 100,
    OUTAGE = 8,      /* failures in a row */
    OUTAGE_MS = 5000 /* a longer wait is one that a server has asked for */
};

void schedule_init(struct schedule *s, struct channel *channel)
{
    *s = (struct schedule){.channel = channel};
    s->context = (struct job_context){&channel->options, &s->events, 0};
    s->totals = channel->first ? channel->first : channel;
    job_list_init(&s->jobs);
    s->next_deadline = INT64_MAX;
    s->budget = retry_budget_new();
    s->random = random_seed(s);
}

/* ---- jobs -------------------------------------------------------------- */

void schedule_take_jobs(struct schedule *s)
{
    struct luma_event *event;

    while ((event = queue_pop(s->channel->jobs, &s->scan_needed))) {
        struct job *job = (struct job *)event;

        job_list_append(&s->jobs, job);
        if (job->kind->begin)
            job->kind->begin(job, &s->context);
    }
}

bool schedule_take_scan_request(struct schedule *s)
{
    bool needed = s->scan_needed || s->context.now >= s->next_deadline;

    if (needed) {
        s->scan_needed = false;
        s->next_deadline = INT64_MAX; /* schedule_note_deadline finds it */
    }
    return needed;
}

void schedule_note_deadline(struct schedule *s, const struct job *job)
{
    if (job->deadline && job->deadline < s->next_deadline)
        s->next_deadline = job->deadline;
}

/* Drops the requests that wait to be sent again, of one job or (NULL) of
 * all. */
static void drop_waiting(struct schedule *s, const struct job *job)
{
    struct luma_event **link = &s->waiting;

    while (*link) {
        struct request *request = (struct request *)*link;

        if (job && request->job != job) {
            link = &(*link)->next;
            continue;
        }
        *link = (*link)->next;
        request->job->kind->drop(request);
    }
}

static void tick(struct schedule *s, struct job *job, bool last)
{
    if (job->kind->tick && job->kind->tick(job, s->context.now, last))
        job_report_progress(job, &s->events);
}

void schedule_tick(struct schedule *s, const struct request *request)
{
    tick(s, request->job, false);
}

void schedule_end(struct schedule *s, struct job *job, enum luma_code code)
{
    job_list_remove(&s->jobs, job);
    drop_waiting(s, job);
    tick(s, job, true);
    job_end(job, code, &s->events);
}

void schedule_free(struct schedule *s)
{
    struct luma_event *event;
    struct job *job;

    drop_waiting(s, NULL);
    while ((job = s->jobs.first)) {
        job_list_remove(&s->jobs, job);
        job_abandon(job);
    }
    while ((event = event_list_pop(&s->events)))
        event_dispose(event);
}

/* ---- what is sent next ------------------------------------------------- */

/* True: too much of the job waits for its caller. The flag asks the caller to
 * wake the loop, and is set before the second look, so that a document which is
 * taken in between is not missed. */
static bool pause_if_over_limit(const struct schedule *s, struct job *job)
{
    size_t limit = s->channel->options.max_undelivered;

    atomic_store(&job->paused, atomic_load(&job->undelivered) >= limit);
    if (!atomic_load(&job->paused))
        return false;
    if (atomic_load(&job->undelivered) > limit / 2)
        return true;
    atomic_store(&job->paused, false);
    return false;
}

/* A request that has waited long enough. */
static struct request *next_waiting(struct schedule *s)
{
    struct luma_event **link = &s->waiting;

    for (; *link; link = &(*link)->next) {
        struct request *request = (struct request *)*link;

        if (request->due > s->context.now)
            continue;
        *link = (*link)->next;
        if (request->due && !request->postponed) {
            counter_add(&s->totals->retries, 1);
            counter_add(&request->job->retries, 1);
        }
        request->postponed = false;
        return request;
    }
    return NULL;
}

/* Nothing gets through: new requests wait until a retry has found out more. So
 * those that an outage meets are few, and it does not use up the budget. A
 * retry that the server has put off for long is not waited for. */
static bool is_in_outage(const struct schedule *s)
{
    const struct luma_event *event = s->failures >= OUTAGE ? s->waiting : NULL;

    while (event &&
           ((const struct request *)event)->due > s->context.now + OUTAGE_MS)
        event = event->next;
    return event != NULL;
}

/* A new request of the job that has waited longest for its turn. */
static struct request *next_new(struct schedule *s)
{
    struct job *job;

    for (job = is_in_outage(s) ? NULL : s->jobs.first; job; job = job->next) {
        struct request *request;

        if (job->phase != JOB_RUNS || job->kind->due(job) > s->context.now ||
            pause_if_over_limit(s, job))
            continue;
        request = job->kind->next(job, &s->context);
        if (!request) {
            s->scan_needed = true;
            continue;
        }
        job_list_remove(&s->jobs, job);
        job_list_append(&s->jobs, job);
        return request;
    }
    return NULL;
}

struct request *schedule_next(struct schedule *s)
{
    struct request *request;
    struct luma_error error;

    while ((request = next_waiting(s)) || (request = next_new(s))) {
        const struct job_kind *kind = request->job->kind;

        if (!kind->prepare || kind->prepare(request, &s->context, &error))
            return request;
        schedule_not_sent(s, request, &error);
    }
    return NULL;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A job that is paused is left out: its caller wakes the loop. */
int64_t schedule_due(const struct schedule *s, bool may_send)
{
    const struct luma_event *event;
    const struct job *job;
    int64_t due = s->next_deadline;

    for (event = s->waiting; event && may_send; event = event->next)
        due = earlier(due, ((const struct request *)event)->due);
    for (job = s->jobs.first; job && may_send && !is_in_outage(s);
         job = job->next)
        if (job->phase == JOB_RUNS && !atomic_load(&job->paused))
            due = earlier(due, job->kind->due(job));
    return due;
}

/* ---- what came of it --------------------------------------------------- */

void schedule_document(struct schedule *s, struct request *request,
                       struct luma_doc *doc)
{
    struct job *job = request->job;

    switch (job->kind->document(request, doc, &s->context)) {
    case DOC_DELIVERED:
        s->scan_needed = s->scan_needed || job->phase == JOB_DONE;
        counter_add(&s->channel->tasks, 1);
        break;
    case DOC_UNCHANGED:
        counter_add(&s->channel->unchanged, 1);
        break;
    case DOC_KEPT:
        break;
    default:
        counter_add(&s->channel->dropped, 1);
    }
}

void schedule_count(struct schedule *s, const struct request *request,
                    unsigned sends, uint64_t bytes)
{
    counter_add(&request->job->requests, sends);
    counter_add(&request->job->bytes, bytes);
    counter_add(&s->totals->requests, sends);
    counter_add(&s->totals->bytes, bytes);
}

static struct retry_answer decide(struct schedule *s,
                                  const struct request *request,
                                  const struct exchange_end *end)
{
    int64_t deadline = request->job->deadline;
    int64_t left = deadline ? deadline - s->context.now : -1;
    struct retry_question question = {
        .retry_class = end->retry_class,
        .attempt = request->attempts,
        .attempts = (unsigned)request->limits.attempts,
        .retry_after = end->retry_after,
        .left = !deadline || left > 0 ? left : 0,
        .attempt_timeout = request->attempt_timeout,
        .progressed = end->progressed,
        .now = s->context.now,
        .random = random_unit(&s->random),
    };

    return retry_decide(&s->budget, &question);
}

static void send_again(struct schedule *s, struct request *request, int64_t due)
{
    request->due = due;
    request->settled.event.next = s->waiting;
    s->waiting = &request->settled.event;
}

/* The request waits for its retry, or has failed for good: false. */
static bool retry(struct schedule *s, struct request *request,
                  struct exchange_end *end)
{
    struct retry_answer answer = decide(s, request, end);

    if (answer.verdict != RETRY_DELAYED) {
        retry_explain(&end->error, answer.verdict);
        request->job->kind->failed(request, end, &s->context);
        return false;
    }
    job_note_failure(request->job, &end->error);
    send_again(s, request, s->context.now + answer.delay);
    return true;
}

/* The client's totals leave out documents that only serve a download. */
static void count_end(struct schedule *s, const struct exchange_end *end)
{
    counter_add(&s->channel->tasks, end->delivered);
    counter_add(&s->channel->dropped, end->skipped_rows);
    counter_add(&s->channel->unreadable, end->unreadable);
    counter_add(&s->totals->bad_hints,
                end->retry_after.kind == RETRY_AFTER_INVALID);
}

/* A failure with a Retry-After does not count: that server works. */
static void count_failures(struct schedule *s, enum request_verdict verdict,
                           const struct exchange_end *end)
{
    if (verdict == REQUEST_FAILED && end->retry_class != RETRY_CLASS_NEVER &&
        end->retry_after.kind != RETRY_AFTER_SECONDS)
        s->failures++;
    else
        s->failures = 0;
}

/* False: it is sent again. REQUEST_AGAIN does not count as an attempt. */
static bool follow(struct schedule *s, struct request *request,
                   struct exchange_end *end)
{
    unsigned attempts = request->attempts;
    enum request_verdict verdict;

    request->tries += end->sends ? end->sends : 1;
    request->attempts++;
    end->error.attempts = request->attempts;
    verdict = request->job->kind->ended(request, end, &s->context);
    count_failures(s, verdict, end);
    switch (verdict) {
    case REQUEST_AGAIN:
        request->attempts = attempts;
        send_again(s, request, 0);
        return false;
    case REQUEST_FAILED:
        return !retry(s, request, end);
    default:
        retry_earn(&s->budget);
        return true;
    }
}

/* What follows the attempt is known now: `waits` says that it is sent again. */
static void complete_attempt(struct luma_attempt *attempt,
                             const struct request *request, bool waits,
                             const struct exchange_end *end, int64_t now)
{
    if (!attempt)
        return;
    attempt->code = end->error.code;
    if (waits && request->due)
        attempt->retry_in = request->due - now;
    else if (waits && end->outcome != EXCHANGE_FAILED &&
             end->outcome != EXCHANGE_NOT_FILE)
        attempt->code = LUMA_OK; /* such as a redirect */
}

/* False: it is sent again. */
static bool follow_and_report(struct schedule *s, struct request *request,
                              struct exchange_end *end)
{
    struct luma_attempt *attempt =
        attempt_report(request, end, &s->channel->options, &s->events);
    bool over = follow(s, request, end);

    complete_attempt(attempt, request, !over, end, s->context.now);
    return over;
}

static void after_end(struct schedule *s, struct job *job)
{
    if (job->kind->idle)
        job->kind->idle(job, s->context.now, random_unit(&s->random));
    s->scan_needed = true;
}

void schedule_ended(struct schedule *s, struct request *request,
                    struct exchange_end *end)
{
    struct job *job = request->job;

    if (job->phase == JOB_ENDED) /* its tasks came before the response's end */
        job->kind->drop(request);
    else if (follow_and_report(s, request, end))
        after_end(s, job);
    count_end(s, end);
}

void schedule_postpone(struct schedule *s, struct request *request)
{
    request->postponed = true;
    send_again(s, request, s->context.now + POSTPONED_MS);
}

void schedule_not_sent(struct schedule *s, struct request *request,
                       const struct luma_error *error)
{
    struct exchange_end end = {.outcome = EXCHANGE_FAILED, .error = *error};
    struct job *job = request->job;

    end.error.attempts = request->attempts;
    job->kind->failed(request, &end, &s->context);
    after_end(s, job);
}
