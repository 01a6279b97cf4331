/* SPDX-License-Identifier: MIT */
/* Jobs go out, and with the first one of a loop its thread starts. */
#include <errno.h>

#include "base/clock.h"
#include "base/process.h"
#include "client/job.h"
#include "http/failure.h"
#include "http/base_url.h"
#include "job/download.h"
#include "job/endpoint.h"
#include "job/fetch.h"
#include "job/watch.h"
#include "loop/loop.h"

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

/* Submits a job, which is its caller's to release. A job that has nothing to
 * request ends as it begins. `job` may be NULL, and `error` says why; takes
 * it. */
static struct luma_job *submit(struct luma_client *client, struct job *job,
                               struct luma_error *error)
{
    struct event_list list = {0};
    struct channel *channel = job ? open_channel(client, job, error) : NULL;
    struct luma_job *submitted;

    if (!channel) {
        job_unref(job);
        return NULL;
    }
    submitted = job_add(client, job, channel);
    if (!submitted) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return NULL;
    }
    job_ref(job);
    if (job->phase == JOB_DONE) {
        job_end(job, LUMA_OK, &list);
        queue_put(channel->events, &list);
    } else {
        event_list_add(&list, &job->end.event);
        queue_put(channel->jobs, &list);
    }
    return submitted;
}

/* Sets `error` to CANCELLED if the client is closed or the process exits, else
 * to MEMORY for later. */
static bool is_open(const struct luma_client *client, struct luma_error *error)
{
    bool exits = process_exits(), open = !client->closed && !exits;

    luma_error_set(error, open ? LUMA_ERR_MEMORY : LUMA_ERR_CANCELLED);
    if (exits)
        luma_error_append(error, "the process exits");
    return open;
}

struct luma_job *luma_client_fetch(struct luma_client *client,
                                   struct luma_ids *ids, int64_t deadline,
                                   struct luma_error *error)
{
    struct job *job = NULL;

    if (is_open(client, error))
        job = fetch_new(ids, deadline, clock_ms());
    luma_ids_unref(ids);
    return submit(client, job, error);
}

struct luma_job *luma_client_watch(struct luma_client *client,
                                   struct luma_ids *ids,
                                   const struct luma_watch_options *options,
                                   int64_t deadline, struct luma_error *error)
{
    struct job *job = NULL;

    if (is_open(client, error))
        job = (struct job *)watch_new(options, ids, deadline, clock_ms());
    luma_ids_unref(ids);
    return submit(client, job, error);
}

struct luma_job *luma_client_request(struct luma_client *client,
                                     const struct luma_request_options *request,
                                     int64_t deadline, struct luma_error *error)
{
    struct job *job = endpoint_new(request, deadline, clock_ms(), error);

    if (job && (!base_url_check_path(&client->channel->options, request->path,
                                     error) ||
                !is_open(client, error))) {
        job_unref(job);
        job = NULL;
    }
    return submit(client, job, error);
}

struct luma_job *
luma_client_download(struct luma_client *client,
                     const struct luma_download_options *download,
                     struct luma_error *error)
{
    struct job *job = NULL;

    if (is_open(client, error))
        job = download_new(download, client->channel->options.base_url,
                           clock_ms(), error);
    return submit(client, job, error);
}
