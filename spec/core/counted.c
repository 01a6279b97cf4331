/* SPDX-License-Identifier: MIT */
#include "counted.h"

#include <stdlib.h>

#include "check.h"

static struct counted *of(struct job *job)
{
    return (struct counted *)job;
}

static int64_t due(const struct job *job)
{
    const struct counted *c = (const struct counted *)job;

    return c->left ? c->due : INT64_MAX;
}

static struct request *next(struct job *job, const struct job_context *c)
{
    of(job)->left--;
    job_init_request(job, &of(job)->request, c->options);
    return &of(job)->request;
}

static enum doc_verdict document(struct request *request, struct luma_doc *doc,
                                 const struct job_context *c)
{
    (void)c;
    free(doc);
    return of(request->job)->doc;
}

static bool prepare(struct request *request, const struct job_context *c,
                    struct luma_error *error)
{
    (void)c;
    luma_error_set(error, of(request->job)->unfit);
    return error->code == LUMA_OK;
}

static enum request_verdict ended(struct request *request,
                                  struct exchange_end *end,
                                  const struct job_context *c)
{
    (void)end, (void)c;
    return of(request->job)->verdict;
}

static void failed(struct request *request, const struct exchange_end *end,
                   const struct job_context *c)
{
    (void)c;
    of(request->job)->failed++;
    job_fail(request->job, &end->error);
}

static void drop(struct request *request)
{
    of(request->job)->dropped++;
}

static bool tick(struct job *job, int64_t now, bool last)
{
    (void)now;
    ++*(last ? &of(job)->last_ticks : &of(job)->ticks);
    return of(job)->progresses;
}

static const struct job_kind kind = {
    .due = due,
    .next = next,
    .prepare = prepare,
    .document = document,
    .ended = ended,
    .failed = failed,
    .drop = drop,
    .tick = tick,
};

struct channel *channel;
struct schedule schedule;

void start_schedule(void)
{
    struct luma_options options = {.token = "t", .max_undelivered = LIMIT};
    struct luma_error error;

    channel = channel_new(&options, &error);
    must(channel);
    schedule_init(&schedule, channel);
    schedule.context.now = 1000;
    schedule.random =
        0x9E3779B97F4A7C15u; /* the same delays in each run, none of them 0 */
}

void stop_schedule(void)
{
    schedule_free(&schedule);
    channel_unref(channel);
}

struct counted *submit(int requests)
{
    struct counted *c = calloc(1, sizeof *c);
    struct event_list list = {0};

    must(c);
    job_init(&c->job, &kind, NULL, 0, 1000);
    c->left = requests;
    event_list_add(&list, &c->job.end.event);
    queue_put(channel->jobs, &list);
    schedule_take_jobs(&schedule);
    return c;
}

void answer(struct request *request, enum luma_code code)
{
    struct exchange_end how = {.sends = 1};

    luma_error_set(&how.error, code);
    how.retry_class = retry_class_of(code, 0);
    schedule_ended(&schedule, request, &how);
}
