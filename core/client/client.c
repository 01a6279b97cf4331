/* SPDX-License-Identifier: MIT */
/* Events come in; a client's beginning and end. */
#include <stdlib.h>

#include "base/descriptor.h"
#include "base/process.h"
#include "client/access.h"
#include "client/generate.h"
#include "client/job.h"
#include "http/library.h"

/* Half of what close promises: the machine may be busy as well. */
enum { CLOSE_WAIT_MS = 50 };

/* ---- events ------------------------------------------------------------ */

void luma_client_defer_wakeups(struct luma_client *client, bool defer)
{
    client->defers_wakeups = defer;
    if (!defer && luma_client_is_ours(client))
        client_wake_due(client);
}

/* Drops an event of a job that was given up, and with its end the job. */
static void drop(struct luma_client *client, struct luma_event *event)
{
    struct luma_job *job = event->job;
    bool last = event->kind == LUMA_EVENT_END;

    job_apply(event, true);
    client_dispose(client, event);
    if (last)
        job_free(job);
}

static struct luma_event *take_first(struct luma_client *client)
{
    struct luma_event *event = client->first;

    client->first = NULL;
    return event;
}

/* A job of several steps goes on with some of its events, which its caller does
 * not see. */
static struct luma_event *first_event(struct luma_client *client)
{
    struct luma_event *event = client->first;

    while (!event && !client->closed &&
           (event = queue_pop(client->channel->events, NULL)))
        if (event->job->steps && !event->job->released)
            event = generate_follow(event->job, event);
    client->first = event;
    return event;
}

void luma_event_pop(struct luma_client *client, bool done)
{
    struct luma_event *event = take_first(client);

    job_apply(event, done);
    client_dispose(client, event);
}

void luma_event_mark_reported(struct luma_client *client)
{
    ((struct luma_doc *)client->first)->changed = false;
}

void luma_event_apply(struct luma_client *client)
{
    job_apply(client->first, true);
}

void luma_event_defer(struct luma_client *client)
{
    job_defer(take_first(client));
}

size_t luma_client_pending(struct luma_client *client)
{
    const struct luma_event *first = luma_event_peek(client);

    return (first ? 1 : 0) + queue_count(client->channel->events);
}

int luma_client_fd(struct luma_client *client)
{
    return client->closed ? -1 : queue_fd(client->channel->events);
}

bool luma_client_wait_with(struct luma_client *client, int ms, int fd,
                           bool *readable)
{
    bool waits = !luma_event_peek(client);

    *readable = false;
    if (!client->closed && (waits || fd >= 0))
        *readable = queue_wait(client->channel->events, fd, waits ? ms : 0);
    return luma_event_peek(client) != NULL;
}

bool luma_client_wait(struct luma_client *client, int ms)
{
    bool readable;

    return luma_client_wait_with(client, ms, -1, &readable);
}

/* ---- client ------------------------------------------------------------ */

const char *luma_init(void)
{
    return process_init(library_init);
}

struct luma_client *luma_client_new(const struct luma_options *options,
                                    struct luma_error *error)
{
    const char *problem;
    struct luma_client *client;

    descriptor_fill_standard();
    problem = luma_init();
    luma_error_set(error, LUMA_ERR_THREAD);
    if (problem) {
        luma_error_append(error, "%s", problem);
        return NULL;
    }
    client = calloc(1, sizeof *client);
    if (!client) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return NULL;
    }
    client->generation = process_generation();
    client->channel = channel_new(options, error);
    if (client->channel)
        return client;
    free(client);
    return NULL;
}

/* Events that the caller has not seen, and can no longer take, are dropped, and
 * with them an end that came after. */
static bool is_undone(const struct luma_event *event)
{
    const struct luma_settled *settled = (const struct luma_settled *)event;

    if (event->kind == LUMA_EVENT_SETTLED)
        return settled->error.code != LUMA_OK && settled->count;
    return event->kind == LUMA_EVENT_TASK ||
           event->job->counts[LUMA_OUTCOME_OPEN];
}

/* The caller can no longer take it. */
static void discard(struct luma_event *event)
{
    if (event->kind == LUMA_EVENT_TASK)
        atomic_fetch_sub(&event->job->job->undelivered,
                         ((const struct luma_doc *)event)->size);
    event_dispose(event);
}

/* Tasks that have arrived stay with the jobs that keep them. */
static void settle_queue(struct luma_client *client)
{
    struct luma_event *event;

    while ((event = first_event(client))) {
        if (event->kind == LUMA_EVENT_TASK && event->job->keeps &&
            ((const struct luma_doc *)event)->final)
            luma_event_defer(client);
        else if (is_undone(event))
            discard(take_first(client));
        else
            luma_event_pop(client, true);
    }
}

static void cancel_jobs(struct luma_client *client)
{
    struct luma_job *job = client->jobs, *next;

    for (; job; job = next) {
        struct luma_error cancelled;

        luma_error_set(&cancelled, LUMA_ERR_CANCELLED);
        if (job->steps)
            generate_note_close(job, &cancelled);
        next = job->next;
        job_finish(job, &cancelled);
        if (job->released)
            job_free(job);
    }
}

static bool has_loop(const struct luma_client *client)
{
    return client->channel->started ||
           (client->files && client->files->started);
}

static void close_client(struct luma_client *client, int64_t ms)
{
    if (client->closed || !luma_client_is_ours(client))
        return;
    client->closing = true;
    queue_close(client->channel->jobs);
    if (client->files)
        queue_close(client->files->jobs);
    if (ms && has_loop(client))
        queue_wait_closed(client->channel->events, ms);
    settle_queue(client);
    cancel_jobs(client);
    client->closed = true;
    queue_wake(client->channel->events); /* for good: nobody takes any more */
}

void luma_client_close(struct luma_client *client)
{
    close_client(client, CLOSE_WAIT_MS);
}

/* Its job was released, so nobody waits for it. An attempt belongs to the
 * client. */
static bool is_unwanted(const struct luma_event *event)
{
    return event->job->released && event->kind != LUMA_EVENT_ATTEMPT;
}

/* When the process exits, the loops end. What they have sent before comes
 * first. */
const struct luma_event *luma_event_peek(struct luma_client *client)
{
    const struct luma_event *event;
    bool over = process_exits();

    if (!luma_client_is_ours(client)) /* a callback has forked */
        return NULL;
    while ((event = first_event(client)) && is_unwanted(event))
        drop(client, take_first(client));
    if (!event && over)
        close_client(client, 0);
    return event;
}

void luma_client_release(struct luma_client *client)
{
    struct luma_job *job;

    if (!client)
        return;
    if (luma_client_is_ours(client)) {
        close_client(client, 0);
        queue_close_reader(client->channel->events);
        channel_unref(client->files);
        channel_unref(client->channel);
    }
    for (job = client->jobs; job; job = job->next)
        job->client = NULL;
    free(client);
}

size_t luma_client_unfinished(const struct luma_client *client)
{
    return client->unfinished;
}

void luma_client_stats(struct luma_client *client, struct luma_stats *stats)
{
    struct channel *c = client->channel;
    const struct luma_job *job;

    *stats = (struct luma_stats){
        .requests = atomic_load(&c->requests),
        .retries = atomic_load(&c->retries),
        .bytes = atomic_load(&c->bytes),
        .tasks = atomic_load(&c->tasks),
        .unchanged = atomic_load(&c->unchanged),
        .dropped = atomic_load(&c->dropped),
        .unreadable = atomic_load(&c->unreadable),
        .bad_hints = atomic_load(&c->bad_hints),
        .queue = luma_client_pending(client),
    };
    if (!client->closed)
        stats->active =
            atomic_load(&c->active) +
            (client->files ? atomic_load(&client->files->active) : 0);
    for (job = client->jobs; job; job = job->next)
        stats->undelivered += atomic_load(&job->job->undelivered);
}
