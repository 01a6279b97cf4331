/* SPDX-License-Identifier: MIT */
/* The loop: take jobs, let libcurl work, hand on what came, end what is over,
 * send what is next, sleep. */
#include "loop/io.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "loop/multi.h"
#include "base/process.h"
#include "loop/schedule.h"
#include "http/transfer.h"

enum { LONGEST_SLEEP_MS = 60000 };

/* The thread's own. */
struct io {
    struct channel *channel;
    struct schedule schedule;
    CURLM *multi;
    struct transfer **transfers; /* one for each connection; some NULL */
    size_t count;                /* of connections */
    size_t active;               /* transfers */
    int64_t now;
};

/* ---- exchanges --------------------------------------------------------- */

/* Passes on what has come since the last time. */
static void pass_on(struct io *io, struct transfer *t)
{
    struct luma_doc *doc;

    while ((doc = reply_take(&t->reply)))
        schedule_task(&io->schedule, t->user, doc, io->now);
    schedule_count(&io->schedule, t->user, t->x.sends - t->sends_told,
                   t->reply.bytes - t->bytes_told);
    t->sends_told = t->x.sends;
    t->bytes_told = t->reply.bytes;
}

/* The transfer is free for another exchange; its batch is the caller's. */
static struct batch *detach(struct io *io, struct transfer *t)
{
    curl_multi_remove_handle(io->multi, t->x.easy);
    t->active = false;
    io->active--;
    return t->user;
}

/* The exchange came to its end, by itself or by us. */
static void finish(struct io *io, struct transfer *t, CURLcode result,
                   enum luma_code ours)
{
    struct exchange_end end;

    transfer_finish(t, result, ours, &end);
    pass_on(io, t);
    schedule_finished(&io->schedule, detach(io, t), &end, io->now);
}

static struct transfer *free_transfer(struct io *io)
{
    size_t i = 0;

    while (i < io->count && io->transfers[i] && io->transfers[i]->active)
        i++;
    if (i == io->count)
        return NULL;
    if (!io->transfers[i])
        io->transfers[i] = transfer_new(&io->channel->options);
    return io->transfers[i];
}

/* Without memory for a transfer or a body, the batch fails. */
static void fail_batch(struct io *io, struct batch *batch)
{
    struct exchange_end end = {.how = RETRY_CLASS_NEVER};

    luma_error_set(&end.error, LUMA_ERR_MEMORY);
    schedule_finished(&io->schedule, batch, &end, io->now);
}

static void start(struct io *io, struct transfer *t, struct batch *batch)
{
    const struct luma_options *o = &io->channel->options;
    const struct request *request = batch->job->request;
    unsigned left = job_attempts(batch->job, o) - batch->attempts;

    if (!request && !batch_body(batch, batch->job->ids, &t->body)) {
        fail_batch(io, batch);
        return;
    }
    t->user = batch;
    t->active = true;
    io->active++;
    process_fill_standard();
    if (!transfer_prepare(t, request, o->attempt_timeout, left) ||
        curl_multi_add_handle(io->multi, t->x.easy) != CURLM_OK)
        finish(io, t, CURLE_OUT_OF_MEMORY, LUMA_OK);
}

static void send_next(struct io *io)
{
    while (io->active < io->count) {
        struct transfer *t = free_transfer(io);
        struct batch *batch = NULL;

        if (t || !io->active)
            batch = schedule_next(&io->schedule, io->now);
        if (!batch)
            return;
        if (t)
            start(io, t, batch);
        else
            fail_batch(io, batch);
    }
}

/* Stops what runs for the job, or for all of them when it is NULL. */
static void drop_active(struct io *io, const struct job *job)
{
    size_t i;

    for (i = 0; i < io->count; i++) {
        struct transfer *t = io->transfers[i];
        const struct batch *batch = t && t->active ? t->user : NULL;

        if (batch && (!job || batch->job == job)) {
            pass_on(io, t);
            schedule_dropped(detach(io, t));
        }
    }
}

/* A job that is settled leaves the ends of its replies to be read, so that
 * their connections can be used again. */
static void end_jobs(struct io *io)
{
    struct job *job, *next;
    enum luma_code code;

    if (!schedule_looks(&io->schedule, io->now))
        return;
    for (job = io->schedule.jobs.first; job; job = next) {
        next = job->next;
        if (!schedule_is_over(&io->schedule, job, io->now, &code))
            continue;
        if (code != LUMA_OK)
            drop_active(io, job);
        schedule_end(&io->schedule, job, code);
    }
}

/* ---- the loop ---------------------------------------------------------- */

static void work(struct io *io)
{
    CURLMsg *message;
    bool connects = false;
    size_t i;
    int n;

    curl_multi_perform(io->multi, &n);
    io->now = clock_ms();
    for (i = 0; i < io->count; i++)
        if (io->transfers[i] && io->transfers[i]->active) {
            connects = connects || !io->transfers[i]->x.sends;
            pass_on(io, io->transfers[i]);
        }
    if (connects)
        multi_hide_resolver(io->multi);
    while ((message = curl_multi_info_read(io->multi, &n))) {
        CURLcode result = message->data.result;
        char *transfer = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(io, (struct transfer *)transfer, result, LUMA_OK);
    }
}

/* Ends the exchanges that stall; gives the moment when the next one might. */
static int64_t watch(struct io *io)
{
    int64_t next = INT64_MAX;
    size_t i;

    for (i = 0; i < io->count; i++) {
        struct transfer *t = io->transfers[i];
        int64_t due = t && t->active ? exchange_stalls_at(&t->x, io->now) : 0;

        if (due && due <= io->now)
            finish(io, t, CURLE_OK, LUMA_ERR_STALL_TIMEOUT);
        else if (due && due < next)
            next = due;
    }
    return next;
}

static void sleep_until(struct io *io, int64_t moment)
{
    struct curl_waitfd wake = {queue_fd(io->channel->jobs), CURL_WAIT_POLLIN,
                               0};
    int64_t due = schedule_due(&io->schedule, io->active < io->count);
    int64_t ms = (due < moment ? due : moment) - io->now;

    if (ms > LONGEST_SLEEP_MS)
        ms = LONGEST_SLEEP_MS;
    curl_multi_poll(io->multi, &wake, 1, ms > 0 ? (int)ms : 0, NULL);
}

static void turn(struct io *io)
{
    int64_t stall;

    schedule_take_jobs(&io->schedule);
    channel_reclaim(io->channel);
    work(io);
    stall = watch(io);
    end_jobs(io);
    send_next(io);
    end_jobs(io);
    atomic_store(&io->channel->active, io->active);
    queue_put(io->channel->events, &io->schedule.events);
    sleep_until(io, stall);
}

/* ---- life -------------------------------------------------------------- */

/* All that may take its time; close waits for it, nobody else does. */
static void wind_up(struct io *io)
{
    size_t i;

    for (i = 0; io->transfers && i < io->count; i++)
        transfer_free(io->transfers[i]);
    free(io->transfers);
    curl_multi_cleanup(io->multi);
    schedule_free(&io->schedule);
}

static void run(void *arg)
{
    struct io *io = arg;

    while (!queue_is_closed(io->channel->jobs))
        turn(io);
    drop_active(io, NULL);
    wind_up(io);
    queue_close(io->channel->events);
}

static void release(void *arg)
{
    struct io *io = arg;

    channel_unref(io->channel);
    free(io);
}

static void stop(void *arg)
{
    queue_close(((struct io *)arg)->channel->jobs);
}

bool io_start(struct channel *channel)
{
    struct io *io = calloc(1, sizeof *io);
    struct process_thread thread = {run, stop, release, io};
    int why;

    if (!io)
        return false;
    io->channel = channel_ref(channel);
    io->count = channel->options.connections;
    schedule_init(&io->schedule, channel);
    io->transfers = calloc(io->count, sizeof *io->transfers);
    io->multi = multi_new(io->count);
    if (io->transfers && io->multi && process_start(&thread))
        return true;
    why = errno;
    wind_up(io);
    release(io);
    errno = why;
    return false;
}
