/* SPDX-License-Identifier: MIT */
/* First come, first served, as many at a time as there are connections. */
#include "loop/schedule_file.h"

#include "base/random.h"

/* ---- life -------------------------------------------------------------- */

void schedule_file_init(struct schedule_file *s, struct channel *channel)
{
    *s = (struct schedule_file){.channel = channel};
    job_list_init(&s->running);
    job_list_init(&s->waiting);
    s->next_deadline = INT64_MAX;
    s->budget = retry_budget_new();
    s->random = random_seed(s);
}

void schedule_file_free(struct schedule_file *s)
{
    struct luma_event *event;
    struct job *job;

    while ((job = s->waiting.first)) {
        job_list_remove(&s->waiting, job);
        resume_close(&job->file->sink);
        job_unref(job);
    }
    while ((event = event_list_pop(&s->events)))
        event_dispose(event);
}

/* ---- turns ------------------------------------------------------------- */

void schedule_file_take_jobs(struct schedule_file *s)
{
    struct luma_event *event;

    while ((event = queue_pop(s->channel->jobs, &s->look)))
        job_list_append(&s->waiting, (struct job *)event);
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
    job_list_remove(&s->waiting, job);
    job_list_append(&s->running, job);
    s->active++;
}

void schedule_file_stopped(struct schedule_file *s, struct job *job)
{
    job_list_remove(&s->running, job);
    job_list_append(&s->waiting, job);
    s->active--;
}

/* ---- ends -------------------------------------------------------------- */

void schedule_file_count(struct schedule_file *s, struct job *job,
                         const struct exchange_end *end)
{
    struct channel *first = s->channel->first;

    counter_add(&first->requests, end->sends);
    counter_add(&first->bytes, end->bytes);
    counter_add(&first->bad_hints,
                end->retry_after.kind == RETRY_AFTER_INVALID);
    counter_add(&job->requests, end->sends);
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
        (file->wants_news && file->told_have != file->sink.received))
        tell_news(s, job);
    if (error->code == LUMA_OK)
        retry_refund(&s->budget, file->spent);
    resume_close(&file->sink);
    job_list_remove(&s->waiting, job);
    job->end.error = *error;
    job->end.error.attempts = file->sends;
    job->ended = true;
    event_list_add(&s->events, &job->end.event);
}

/* Attempts are counted from where the part last grew: a long file over a bad
 * line gets there, as long as it moves. */
static void count_attempt(struct job_file *file, const struct exchange_end *end)
{
    if (*file->sink.state.etag && file->sink.received > file->best + 1) {
        file->best = file->sink.received;
        file->attempts = 0;
    }
    file->attempts += end->sends ? end->sends : 1;
}

void schedule_file_repeat(struct schedule_file *s, struct job *job,
                          struct exchange_end *end, int64_t now)
{
    struct job_file *file = job->file;
    struct retry_question question = {
        .retry_class = end->how,
        .attempts = (unsigned)s->channel->options.attempts,
        .retry_after = end->retry_after,
        .left = job->deadline ? job->deadline - now : -1,
        .attempt_timeout = 1000, /* so much time must be worth a try */
        .random = random_unit(&s->random),
    };
    struct retry_answer answer;

    count_attempt(file, end);
    question.attempt = file->attempts;
    answer = retry_decide(&s->budget, &question);
    if (answer.verdict != RETRY_DELAYED) {
        retry_explain(&end->error, answer.verdict);
        schedule_file_end(s, job, &end->error, now);
        return;
    }
    file->due = now + answer.delay;
    file->spent += answer.cost;
    counter_add(&s->channel->first->retries, 1);
    counter_add(&job->retries, 1);
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
                           int64_t now, enum luma_code *code)
{
    *code = LUMA_OK;
    if (atomic_load(&job->cancelled))
        *code = LUMA_ERR_CANCELLED;
    else if (job->deadline && job->deadline <= now)
        *code = LUMA_ERR_DEADLINE;
    else if (job->deadline && job->deadline < s->next_deadline)
        s->next_deadline = job->deadline;
    return *code != LUMA_OK;
}
