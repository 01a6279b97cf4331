/* SPDX-License-Identifier: MIT */
/* First come, first served, as many at a time as there are connections. */
#include "loop/schedule_file.h"

#include "base/clock.h"

static void append(struct job_list *list, struct job *job)
{
    job->next = NULL;
    job->link = list->last;
    *list->last = job;
    list->last = &job->next;
}

static void take_out(struct job_list *list, struct job *job)
{
    *job->link = job->next;
    if (job->next)
        job->next->link = job->link;
    else
        list->last = job->link;
}

static void count(atomic_ullong *counter, unsigned long long n)
{
    if (n)
        atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* ---- life -------------------------------------------------------------- */

void schedule_file_init(struct schedule_file *s, struct channel *channel)
{
    *s = (struct schedule_file){.channel = channel};
    s->running.last = &s->running.first;
    s->waiting.last = &s->waiting.first;
    s->next_deadline = INT64_MAX;
    s->budget = retry_budget_new();
    s->chance = (uint64_t)clock_ms() ^ (uint64_t)(uintptr_t)s ^ 0x9E3779B9u;
}

void schedule_file_free(struct schedule_file *s)
{
    struct luma_event *event;
    struct job *job;

    while ((job = s->waiting.first)) {
        take_out(&s->waiting, job);
        download_close(&job->file->sink);
        job_unref(job);
    }
    while ((event = event_list_take(&s->events)))
        event_dispose(event);
}

/* ---- turns ------------------------------------------------------------- */

void schedule_file_take_jobs(struct schedule_file *s)
{
    struct luma_event *event;

    while ((event = queue_take(s->channel->jobs, &s->look)))
        append(&s->waiting, (struct job *)event);
}

struct job *schedule_file_next(struct schedule_file *s, int64_t now)
{
    struct job *job = s->waiting.first;

    if (s->active >= s->channel->options.connections)
        return NULL;
    while (job && job->file->due > now)
        job = job->next;
    return job;
}

int64_t schedule_file_due(const struct schedule_file *s)
{
    int64_t first = INT64_MAX;
    const struct job *job;

    if (s->active >= s->channel->options.connections)
        return first;
    for (job = s->waiting.first; job; job = job->next)
        if (job->file->due < first)
            first = job->file->due;
    return first;
}

void schedule_file_started(struct schedule_file *s, struct job *job)
{
    if (!job->file->sends)
        retry_count_request(&s->budget);
    take_out(&s->waiting, job);
    append(&s->running, job);
    s->active++;
}

void schedule_file_stopped(struct schedule_file *s, struct job *job)
{
    take_out(&s->running, job);
    append(&s->waiting, job);
    s->active--;
}

/* ---- ends -------------------------------------------------------------- */

void schedule_file_count(struct schedule_file *s, struct job *job,
                         const struct exchange_end *end)
{
    struct channel *first = s->channel->first;

    count(&first->requests, end->sends);
    count(&first->bytes, end->bytes);
    count(&first->bad_hints, end->hint.kind == HINT_ABSURD);
    count(&job->requests, end->sends);
    job->file->sends += end->sends;
}

static void tell_news(struct schedule_file *s, struct job *job)
{
    struct job_news *news = &job->file->news;

    if (atomic_exchange(&news->told, true))
        return;
    news->job = job_ref(job);
    news->event.job = job->end.event.job;
    event_list_add(&s->events, &news->event);
}

void schedule_file_news(struct schedule_file *s, int64_t now)
{
    struct job *job;

    for (job = s->running.first; job; job = job->next)
        if (job_file_look(job->file, now))
            tell_news(s, job);
}

void schedule_file_end(struct schedule_file *s, struct job *job,
                       const struct luma_error *error, int64_t now)
{
    struct job_file *file = job->file;

    if (job_file_look(file, now) ||
        (file->wants_news && file->told_have != file->sink.have))
        tell_news(s, job);
    if (error->code == LUMA_OK)
        retry_refund(&s->budget, file->spent);
    download_close(&file->sink);
    take_out(&s->waiting, job);
    job->end.error = *error;
    job->end.error.attempts = file->sends;
    job->ended = true;
    event_list_add(&s->events, &job->end.event);
}

static double next_chance(struct schedule_file *s)
{
    s->chance ^= s->chance << 13; /* xorshift64 */
    s->chance ^= s->chance >> 7;
    s->chance ^= s->chance << 17;
    return (double)(s->chance >> 11) / 9007199254740992.0;
}

/* Attempts are counted from where the part last grew: a long file over a bad
 * line gets there, as long as it moves. */
static void count_attempt(struct job_file *file, const struct exchange_end *end)
{
    if (*file->sink.state.etag && file->sink.have > file->best + 1) {
        file->best = file->sink.have;
        file->attempts = 0;
    }
    file->attempts += end->sends ? end->sends : 1;
}

void schedule_file_repeat(struct schedule_file *s, struct job *job,
                          struct exchange_end *end, int64_t now)
{
    struct job_file *file = job->file;
    struct retry_question question = {
        .how = end->how,
        .attempts = (unsigned)s->channel->options.attempts,
        .hint = end->hint,
        .left = job->deadline ? job->deadline - now : -1,
        .attempt_timeout = 1000, /* so much time must be worth a try */
        .chance = next_chance(s),
    };
    struct retry_answer answer;

    count_attempt(file, end);
    question.attempt = file->attempts;
    answer = retry_decide(&s->budget, &question);
    if (answer.verdict != RETRY_AFTER) {
        retry_explain(&end->error, answer.verdict);
        schedule_file_end(s, job, &end->error, now);
        return;
    }
    file->due = now + answer.delay;
    file->spent += answer.cost;
    count(&s->channel->first->retries, 1);
    count(&job->retries, 1);
}

/* ---- wishes ------------------------------------------------------------ */

bool schedule_file_looks(struct schedule_file *s, int64_t now)
{
    bool looks = s->look || now >= s->next_deadline;

    if (looks) {
        s->look = false;
        s->next_deadline = INT64_MAX; /* schedule_file_is_over finds it */
    }
    return looks;
}

bool schedule_file_is_over(struct schedule_file *s, const struct job *job,
                           int64_t now, enum luma_status *code)
{
    *code = LUMA_OK;
    if (atomic_load(&job->cancelled))
        *code = LUMA_CANCELLED;
    else if (job->deadline && job->deadline <= now)
        *code = LUMA_DEADLINE;
    else if (job->deadline && job->deadline < s->next_deadline)
        s->next_deadline = job->deadline;
    return *code != LUMA_OK;
}
