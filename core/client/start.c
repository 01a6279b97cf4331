/* SPDX-License-Identifier: MIT */
/* Jobs go out, and with the first one of a loop its thread starts. */
#include <errno.h>

#include "base/clock.h"
#include "base/process.h"
#include "client/job.h"
#include "client/start.h"
#include "http/failure.h"
#include "http/base_url.h"
#include "job/download.h"
#include "job/endpoint.h"
#include "job/fetch.h"
#include "job/watch.h"
#include "loop/loop.h"
#include "loop/options.h"

/* The channel of a loop, which is made with the first job. NULL: errno says
 * why. */
static struct channel *channel_of(struct luma_client *client,
                                  enum job_loop loop)
{
    if (loop == LOOP_GATEWAY)
        return client->channel;
    if (!client->files)
        client->files = channel_new_child(client->channel);
    return client->files;
}

/* False: it could not be started, errno says why. */
static bool start_loop(struct channel *channel)
{
    if (channel->started)
        return true;
    channel->started = loop_start(channel);
    if (channel->started)
        queue_add_writer(channel->events);
    return channel->started;
}

/* The channel to submit the job to, its loop running. NULL: `error` says
 * why. */
static struct channel *open_channel(struct luma_client *client,
                                    const struct job *job,
                                    struct luma_error *error)
{
    struct channel *channel = channel_of(client, job->kind->loop);
    int why;

    if (channel && (job->phase == JOB_DONE || start_loop(channel)))
        return channel;
    why = errno;
    luma_error_set(error, LUMA_ERR_THREAD);
    failure_add_errno(error, why);
    return NULL;
}

/* What comes from the channel of the loop is for the job's caller. A job that
 * has nothing to request ends as it begins. */
static void launch(struct job *job, struct channel *channel)
{
    struct event_list list = {0};

    job_ref(job);
    if (job->phase == JOB_DONE) {
        job_end(job, LUMA_OK, &list);
        queue_put(channel->events, &list);
    } else {
        event_list_add(&list, &job->end.event);
        queue_put(channel->jobs, &list);
    }
}

static bool set_limits(struct job *job, const struct luma_limits *limits,
                       const struct luma_client *client,
                       struct luma_error *error)
{
    struct luma_limits complete = *limits;

    job->limits = *limits;
    limits_complete(&complete, &client->channel->options.limits);
    return options_check_limits(&complete, error);
}

struct luma_job *start_job(struct luma_client *client, struct job *job,
                           const struct luma_job_options *options,
                           struct luma_error *error)
{
    struct channel *channel = NULL;
    struct luma_job *started;

    if (job && set_limits(job, &options->limits, client, error))
        channel = open_channel(client, job, error);
    if (!channel) {
        job_unref(job);
        return NULL;
    }
    started = job_add(client, job, channel);
    if (!started) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return NULL;
    }
    started->user = options->user;
    launch(job, channel);
    return started;
}

bool start_next(struct luma_job *job, struct job *next,
                struct luma_error *error)
{
    struct channel *channel = open_channel(job->client, next, error);
    struct job *last = job->job;

    if (!channel) {
        job_unref(next);
        return false;
    }
    next->limits = last->limits;
    atomic_store(&next->cancelled, atomic_load(&last->cancelled));
    atomic_store(&next->undelivered, atomic_load(&last->undelivered));
    next->end.event.job = job;
    channel_ref(channel);
    channel_unref(job->channel);
    job->channel = channel;
    job->requests += atomic_load(&last->requests);
    job->retries += atomic_load(&last->retries);
    job->job = next;
    job_unref(last);
    launch(next, channel);
    return true;
}

bool start_is_allowed(const struct luma_client *client,
                      struct luma_error *error)
{
    bool exits = process_exits(), open = !client->closed && !exits;

    luma_error_set(error, open ? LUMA_ERR_MEMORY : LUMA_ERR_CANCELLED);
    if (exits)
        luma_error_append(error, "the process exits");
    return open;
}

/* ---- kinds -------------------------------------------------------------- */

static const struct luma_job_options no_options;

struct luma_job *luma_client_fetch(struct luma_client *client,
                                   struct luma_ids *ids,
                                   const struct luma_job_options *options,
                                   struct luma_error *error)
{
    const struct luma_job_options *o = options ? options : &no_options;
    struct job *job = NULL;

    if (start_is_allowed(client, error))
        job = fetch_new(ids, o->deadline, clock_ms());
    luma_ids_unref(ids);
    return start_job(client, job, o, error);
}

struct luma_job *luma_client_watch(struct luma_client *client,
                                   struct luma_ids *ids,
                                   const struct luma_watch_options *watch,
                                   const struct luma_job_options *options,
                                   struct luma_error *error)
{
    const struct luma_job_options *o = options ? options : &no_options;
    struct job *job = NULL;

    if (start_is_allowed(client, error))
        job = (struct job *)watch_new(watch, ids, o->deadline, clock_ms());
    luma_ids_unref(ids);
    return start_job(client, job, o, error);
}

struct luma_job *luma_client_request(struct luma_client *client,
                                     const struct luma_request_options *request,
                                     const struct luma_job_options *options,
                                     struct luma_error *error)
{
    const struct luma_job_options *o = options ? options : &no_options;
    struct job *job = endpoint_new(request, o->deadline, clock_ms(), error);

    if (job && (!base_url_check_path(&client->channel->options, request->path,
                                     error) ||
                !start_is_allowed(client, error))) {
        job_unref(job);
        job = NULL;
    }
    return start_job(client, job, o, error);
}

struct luma_job *luma_client_download(
    struct luma_client *client, const struct luma_download_options *download,
    const struct luma_job_options *options, struct luma_error *error)
{
    const struct luma_job_options *o = options ? options : &no_options;
    struct job *job = NULL;

    if (start_is_allowed(client, error))
        job = download_new(download, client->channel->options.base_url,
                           o->deadline, clock_ms(), error);
    return start_job(client, job, o, error);
}
