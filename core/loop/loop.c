/* SPDX-License-Identifier: MIT */
/* A turn of a loop, and the thread that takes one after another. */
#include "loop/loop.h"

#include <errno.h>
#include <stdlib.h>

#include "base/descriptor.h"
#include "base/process.h"

/* Whatever is opened for a request must not get a standard descriptor that the
 * host has closed. Without memory, a request waits for those in flight. */
static void send_next(struct schedule *schedule, struct transfers *transfers)
{
    struct request *request;
    struct luma_error error;

    while (transfers_have_room(transfers)) {
        descriptor_fill_standard();
        request = schedule_next(schedule);
        if (!request)
            return;
        if (transfers_start(transfers, request))
            continue;
        if (transfers->active) {
            schedule_postpone(schedule, request);
            return;
        }
        luma_error_set(&error, LUMA_ERR_MEMORY);
        schedule_not_sent(schedule, request, &error);
    }
}

static void end_jobs(struct schedule *schedule, struct transfers *transfers)
{
    struct job *job, *next;
    enum luma_code code;

    if (!schedule_take_scan_request(schedule))
        return;
    for (job = schedule->jobs.first; job; job = next) {
        next = job->next;
        if (!job_has_to_end(job, schedule->context.now, &code)) {
            schedule_note_deadline(schedule, job);
            continue;
        }
        transfers_end_job(transfers, job, code);
        schedule_end(schedule, job, code);
    }
}

/* Jobs end before the next requests are sent. Those that fail in sending end
 * after that. */
int64_t loop_turn(struct loop *loop)
{
    struct schedule *schedule = &loop->schedule;
    struct transfers *transfers = &loop->transfers;
    int64_t stall, due;

    schedule_take_jobs(schedule);
    channel_free_returned(loop->channel);
    transfers_perform(transfers);
    stall = transfers_end_stalled(transfers);
    end_jobs(schedule, transfers);
    send_next(schedule, transfers);
    end_jobs(schedule, transfers);
    atomic_store(&loop->channel->active, transfers->active);
    queue_put(loop->channel->events, &schedule->events);
    due = schedule_due(schedule, transfers_have_room(transfers));
    return due < stall ? due : stall;
}

/* ---- life -------------------------------------------------------------- */

bool loop_init(struct loop *loop, struct channel *channel)
{
    loop->channel = channel_ref(channel);
    schedule_init(&loop->schedule, channel);
    return transfers_init(&loop->transfers, &loop->schedule);
}

void loop_end(struct loop *loop)
{
    transfers_free(&loop->transfers);
    schedule_free(&loop->schedule);
}

static void sleep_until(struct loop *loop, int64_t moment)
{
    process_pause();
    transfers_wait(&loop->transfers, moment - loop->schedule.context.now);
    process_resume();
}

static void run(void *arg)
{
    struct loop *loop = arg;

    while (!queue_is_closed(loop->channel->jobs))
        sleep_until(loop, loop_turn(loop));
    loop_end(loop);
    queue_close(loop->channel->events);
}

static void release(void *arg)
{
    struct loop *loop = arg;

    channel_unref(loop->channel);
    free(loop);
}

static void stop(void *arg)
{
    queue_close(((struct loop *)arg)->channel->jobs);
}

bool loop_start(struct channel *channel)
{
    struct loop *loop = calloc(1, sizeof *loop);
    struct process_thread thread = {run, stop, release, loop};
    int why;

    if (!loop)
        return false;
    if (loop_init(loop, channel) && process_start(&thread))
        return true;
    why = errno;
    loop_end(loop);
    release(loop);
    errno = why;
    return false;
}
