/* SPDX-License-Identifier: MIT */
/* Take jobs, let libcurl work, hand on what came, end what has to end, send
 * what is next, sleep. */
#include "loop/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/process.h"
#include "http/file_exchange.h"
#include "http/task_exchange.h"
#include "loop/multi.h"
#include "loop/schedule.h"

/* A wake-up can be lost where the system refuses a write: then the loop looks
 * by itself, and its own failed wake-ups are repeated (queue_put). SHORT: where
 * the system refuses to poll. */
enum { LONGEST_SLEEP_MS = 1000, SHORT_SLEEP_MS = 10 };

/* The thread's own. */
struct loop {
    struct channel *channel;
    struct schedule schedule;
    CURLM *multi;
    struct exchange *busy;  /* those in flight */
    struct exchange *spare; /* those for the next request */
    size_t active;          /* how many are busy */
};

/* ---- exchanges --------------------------------------------------------- */

static void list_add(struct exchange **list, struct exchange *x)
{
    x->next = *list;
    x->link = list;
    if (x->next)
        x->next->link = &x->next;
    *list = x;
}

static void list_remove(struct exchange *x)
{
    *x->link = x->next;
    if (x->next)
        x->next->link = x->link;
}

/* An exchange that can send the request, in no list. NULL: out of memory. */
static struct exchange *take_exchange(struct loop *loop,
                                      const struct request *request)
{
    const struct luma_options *options = &loop->channel->options;
    struct exchange *x = loop->spare;

    if (request->target == REQUEST_FILE)
        return file_exchange_new(options);
    if (!x)
        return task_exchange_new(options);
    list_remove(x);
    return x;
}

static void give_back(struct loop *loop, struct exchange *x)
{
    if (x->type->reusable)
        list_add(&loop->spare, x);
    else
        x->type->free(x);
}

/* Takes the exchange from libcurl. */
static void detach(struct loop *loop, struct exchange *x)
{
    curl_multi_remove_handle(loop->multi, x->easy);
    list_remove(x);
    loop->active--;
    give_back(loop, x);
}

/* ---- responses --------------------------------------------------------- */

/* Passes on what has come since the last time. */
static void deliver_documents(struct loop *loop, struct exchange *x)
{
    struct luma_doc *doc;

    while (x->type->next_doc && (doc = x->type->next_doc(x)))
        schedule_document(&loop->schedule, x->request, doc);
    schedule_count(&loop->schedule, x->request, x->sends - x->counted_sends,
                   x->bytes - x->counted_bytes);
    x->counted_sends = x->sends;
    x->counted_bytes = x->bytes;
}

/* The exchange has ended by itself, or is stopped with `abort_code`. */
static void finish(struct loop *loop, struct exchange *x, CURLcode result,
                   enum luma_code abort_code)
{
    struct request *request = x->request;
    struct exchange_end end;

    exchange_finish(x, result, abort_code, &end);
    deliver_documents(loop, x);
    detach(loop, x);
    schedule_ended(&loop->schedule, request, &end);
}

/* Stops what is in flight, of one job or (NULL) of all. */
static void drop_busy(struct loop *loop, const struct job *job)
{
    struct exchange *x, *next;

    for (x = loop->busy; x; x = next) {
        struct request *request = x->request;

        next = x->next;
        if (job && request->job != job)
            continue;
        deliver_documents(loop, x);
        detach(loop, x);
        request->job->kind->drop(request);
    }
}

/* ---- requests ---------------------------------------------------------- */

/* False: out of memory. */
static bool start(struct loop *loop, struct request *request)
{
    struct exchange *x = take_exchange(loop, request);

    if (!x)
        return false;
    process_fill_standard();
    if (!exchange_prepare(x, request) ||
        curl_multi_add_handle(loop->multi, x->easy) != CURLM_OK) {
        give_back(loop, x);
        return false;
    }
    list_add(&loop->busy, x);
    loop->active++;
    return true;
}

static void send_next(struct loop *loop)
{
    struct request *request;
    struct luma_error error;

    while (loop->active < loop->channel->options.connections &&
           (request = schedule_next(&loop->schedule))) {
        if (start(loop, request))
            continue;
        luma_error_set(&error, LUMA_ERR_MEMORY);
        schedule_not_sent(&loop->schedule, request, &error);
    }
}

/* A job that is done leaves its responses to be read to their ends, so that
 * their connections can be used again. */
static void end_jobs(struct loop *loop)
{
    struct schedule *schedule = &loop->schedule;
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
        if (code != LUMA_OK)
            drop_busy(loop, job);
        schedule_end(schedule, job, code);
    }
}

/* ---- the loop ---------------------------------------------------------- */

static void perform(struct loop *loop)
{
    CURLMsg *message;
    bool connects = false;
    struct exchange *x;
    int n;

    curl_multi_perform(loop->multi, &n);
    loop->schedule.context.now = clock_ms();
    for (x = loop->busy; x; x = x->next) {
        connects = connects || x->phase == EXCHANGE_CONNECT;
        deliver_documents(loop, x);
        schedule_tick(&loop->schedule, x->request);
    }
    if (connects)
        multi_hide_resolver(loop->multi);
    while ((message = curl_multi_info_read(loop->multi, &n))) {
        CURLcode result = message->data.result;
        char *exchange = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        finish(loop, (struct exchange *)exchange, result, LUMA_OK);
    }
}

/* Ends the exchanges that stall; gives the moment when the next one might. */
static int64_t end_stalled(struct loop *loop)
{
    int64_t now = loop->schedule.context.now, first = INT64_MAX;
    struct exchange *x, *next;

    for (x = loop->busy; x; x = next) {
        int64_t due = exchange_stalls_at(x, now);

        next = x->next;
        if (due && due <= now)
            finish(loop, x, CURLE_OK, LUMA_ERR_STALL_TIMEOUT);
        else if (due && due < first)
            first = due;
    }
    return first;
}

static void sleep_until(struct loop *loop, int64_t moment)
{
    struct curl_waitfd wake = {queue_fd(loop->channel->jobs), CURL_WAIT_POLLIN,
                               0};
    bool may_send = loop->active < loop->channel->options.connections;
    int64_t due = schedule_due(&loop->schedule, may_send);
    int64_t ms = (due < moment ? due : moment) - loop->schedule.context.now;
    CURLMcode code;

    if (ms > LONGEST_SLEEP_MS)
        ms = LONGEST_SLEEP_MS;
    process_pause();
    code = curl_multi_poll(loop->multi, &wake, 1, ms > 0 ? (int)ms : 0, NULL);
    if (code != CURLM_OK)
        poll(NULL, 0, SHORT_SLEEP_MS);
    process_resume();
}

/* Jobs end before the next requests are sent, and those that failed in sending
 * end then. */
static void iterate(struct loop *loop)
{
    int64_t stall;

    schedule_take_jobs(&loop->schedule);
    channel_free_returned(loop->channel);
    perform(loop);
    stall = end_stalled(loop);
    end_jobs(loop);
    send_next(loop);
    end_jobs(loop);
    atomic_store(&loop->channel->active, loop->active);
    queue_put(loop->channel->events, &loop->schedule.events);
    sleep_until(loop, stall);
}

/* ---- life -------------------------------------------------------------- */

/* All that may take its time; close waits for it, nothing else does. */
static void destroy(struct loop *loop)
{
    struct exchange *x;

    while ((x = loop->spare)) {
        list_remove(x);
        x->type->free(x);
    }
    curl_multi_cleanup(loop->multi);
    schedule_free(&loop->schedule);
}

static void run(void *arg)
{
    struct loop *loop = arg;

    while (!queue_is_closed(loop->channel->jobs))
        iterate(loop);
    drop_busy(loop, NULL);
    destroy(loop);
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
    loop->channel = channel_ref(channel);
    schedule_init(&loop->schedule, channel);
    loop->multi = multi_new(channel->options.connections);
    if (loop->multi && process_start(&thread))
        return true;
    why = errno;
    destroy(loop);
    release(loop);
    errno = why;
    return false;
}
