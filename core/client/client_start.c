/* SPDX-License-Identifier: MIT */
/* The caller's side of luma.h: jobs go out, and with the first of a kind the
 * thread that runs them begins. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "http/failure.h"
#include "loop/io.h"
#include "loop/io_file.h"
#include "job/job_file.h"
#include "http/base_url.h"

/* There is nothing to ask for: the job ends as it begins. */
static void end_at_once(struct luma_client *client, struct job *job)
{
    struct event_list events = {0};

    job_end(job, LUMA_OK, &events);
    queue_put(client->channel->events, &events);
}

static void submit(struct channel *channel, struct job *job)
{
    struct event_list list = {0};

    event_list_add(&list, &job->end.event);
    queue_put(channel->jobs, &list);
}

/* Sets the error; errno is still that of the call which failed. */
static void no_thread(struct luma_error *error)
{
    int why = errno;

    luma_error_set(error, LUMA_ERR_THREAD);
    failure_add_errno(error, why);
}

/* False: it could not be started, errno says why. */
static bool start_thread(struct channel *channel,
                         bool (*io)(struct channel *channel))
{
    if (!io(channel))
        return false;
    queue_add_writer(channel->events);
    return true;
}

static struct luma_job *make_job(struct luma_client *client,
                                 const struct job_order *order, void *user,
                                 struct luma_error *error)
{
    size_t count = order->ids->count;
    struct luma_job *job;

    if (client->closed) {
        luma_error_set(error, LUMA_ERR_CANCELLED);
        return NULL;
    }
    if (count && !client->started)
        client->started = start_thread(client->channel, io_start);
    if (count && !client->started) {
        no_thread(error);
        return NULL;
    }
    job = client_job_new(client, order, user);
    if (!job) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return NULL;
    }
    if (count)
        submit(client->channel, job->job);
    else
        end_at_once(client, job->job);
    return job;
}

struct luma_job *luma_fetch(struct luma_client *client, struct luma_ids *ids,
                            int64_t deadline, void *user,
                            struct luma_error *error)
{
    struct job_order order = {.ids = ids, .deadline = deadline};
    struct luma_job *job = make_job(client, &order, user, error);

    luma_ids_unref(ids);
    return job;
}

struct luma_job *luma_watch(struct luma_client *client, struct luma_ids *ids,
                            const struct luma_watch *options, int64_t deadline,
                            void *user, struct luma_error *error)
{
    struct job_order order = {
        .ids = ids, .watch = options, .deadline = deadline};
    struct luma_job *job = make_job(client, &order, user, error);

    luma_ids_unref(ids);
    return job;
}

/* A list of one, for whatever there is one of. */
static struct luma_ids *one_id(const char *id)
{
    struct luma_ids *ids = luma_ids_new(1, strlen(id));

    if (ids && luma_ids_add(ids, id, strlen(id)) == LUMA_OK)
        return ids;
    luma_ids_unref(ids);
    return NULL;
}

struct luma_job *luma_request(struct luma_client *client,
                              const struct luma_request *request,
                              int64_t deadline, void *user,
                              struct luma_error *error)
{
    struct job_order order = {.deadline = deadline};
    struct luma_job *job = NULL;

    order.request = request_new(request, error);
    if (!order.request ||
        !base_url_check_path(&client->channel->options, request->path, error)) {
        free(order.request);
        return NULL;
    }
    order.ids = one_id(request->method);
    luma_error_set(error, LUMA_ERR_MEMORY);
    if (order.ids)
        job = make_job(client, &order, user, error);
    if (!job)
        free(order.request);
    luma_ids_unref(order.ids);
    return job;
}

/* The second thread, with its channel. False: errno says why. */
static bool start_files(struct luma_client *client)
{
    struct channel *files;
    int why;

    if (client->files)
        return true;
    files = channel_beside(client->channel);
    if (files && start_thread(files, io_file_start)) {
        client->files = files;
        return true;
    }
    why = errno;
    channel_unref(files);
    errno = why;
    return false;
}

/* A job without ids, which takes `file` over, also in failure. */
static struct luma_job *make_download(struct luma_client *client,
                                      struct job_file *file, int64_t deadline,
                                      void *user)
{
    struct job_order order = {.ids = luma_ids_new(0, 0), .deadline = deadline};
    struct luma_job *job = NULL;

    if (order.ids)
        job = client_job_new(client, &order, user);
    luma_ids_unref(order.ids);
    if (!job) {
        job_file_free(file);
        return NULL;
    }
    job->job->file = file;
    job->channel = client->files;
    submit(client->files, job->job);
    return job;
}

struct luma_job *luma_download(struct luma_client *client,
                               const struct luma_download *download, void *user,
                               struct luma_error *error)
{
    struct luma_job *job;
    struct job_file *file;

    if (client->closed) {
        luma_error_set(error, LUMA_ERR_CANCELLED);
        return NULL;
    }
    file = job_file_new(download, client->channel->options.base_url, error);
    if (!file)
        return NULL;
    if (!start_files(client)) {
        no_thread(error);
        job_file_free(file);
        return NULL;
    }
    job = make_download(client, file, download->deadline, user);
    if (!job)
        luma_error_set(error, LUMA_ERR_MEMORY);
    return job;
}
