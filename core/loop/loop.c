/* SPDX-License-Identifier: MIT */
/* Take jobs, let libcurl work, hand on what came, end what has to end, send
 * what is next, sleep. */
#include "loop/loop.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/process.h"
#include "http/file_exchange.h"
#include "http/reuse.h"
#include "http/task_exchange.h"
#include "loop/attempt.h"
#include "loop/multi.h"
#include "loop/schedule.h"

/* A wake-up can be lost where the system refuses a write: then the loop looks
 * by itself, and its own failed wake-ups are repeated (queue_put). */
enum {
    LONGEST_SLEEP_MS = 1000,
    CONNECT_NAP_MS = 200, /* longest sleep while a connection is made */
    STARVED_NAP_MS = 50   /* longest sleep that does not watch the sockets */
};

/* The thread's own. */
struct loop {
    struct channel *channel;
    struct schedule schedule;
    CURLM *multi;
    struct connections connections;
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
        return file_exchange_new(options, &loop->connections);
    if (!x)
        return task_exchange_new(options, &loop->connections,
                                 loop->channel->names);
    list_remove(x);
    return x;
}

/* libcurl counts its own resends over the life of a handle, and makes no more
 * than five. */
static void release_exchange(struct loop *loop, struct exchange *x)
{
    if (x->type->reusable && x->sends <= 1)
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
    release_exchange(loop, x);
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

/* Called by libcurl, which reads all responses that have come before it
 * returns. The caller need not wait for the last of them. */
static void hand_on(struct exchange *x)
{
    struct loop *loop = x->loop;

    loop->schedule.context.now = clock_ms();
    deliver_documents(loop, x);
    queue_put(loop->channel->events, &loop->schedule.events);
}

/* On a new connection. False: out of memory. */
static bool begin_again(struct loop *loop, struct exchange *x)
{
    reuse_leave(x);
    curl_multi_remove_handle(loop->multi, x->easy);
    return reuse_renew(x) &&
           curl_multi_add_handle(loop->multi, x->easy) == CURLM_OK;
}

/* On a dead HTTP/2 connection no other exchange has to wait as long as `x`. One
 * that has no memory to begin again will stall. */
static void leave_unheard(struct loop *loop, struct exchange *x)
{
    struct exchange *other;

    for (other = loop->busy; other; other = other->next)
        if (reuse_hears_more(other, x))
            return;
    reuse_leave(x);
    for (other = loop->busy; other; other = other->next)
        if (reuse_waits_with(other, x))
            begin_again(loop, other);
}

/* The exchange has ended by itself, or is stopped with `abort_code`. */
static void finish(struct loop *loop, struct exchange *x, CURLcode result,
                   enum luma_code abort_code)
{
    struct request *request = x->request;
    struct exchange_end end;

    if (reuse_is_unheard(x, result, abort_code))
        leave_unheard(loop, x);
    exchange_finish(x, result, abort_code, loop->schedule.context.now, &end);
    deliver_documents(loop, x);
    detach(loop, x);
    schedule_ended(&loop->schedule, request, &end);
    free(end.location);
}

/* Nothing was sent if the connection was not fit for it. */
static void end_transfer(struct loop *loop, struct exchange *x, CURLcode result)
{
    if (x->refused != REFUSED_STALE)
        finish(loop, x, result, LUMA_OK);
    else if (!begin_again(loop, x))
        finish(loop, x, CURLE_OUT_OF_MEMORY, LUMA_OK);
}

/* Stops an exchange whose job ends with `code`. A refusal that has come is not
 * what the job ends with. */
static void cut(struct loop *loop, struct exchange *x, enum luma_code code)
{
    struct request *request = x->request;
    const struct job_kind *kind = request->job->kind;
    struct exchange_end end = {.error.code = LUMA_OK};

    if (kind->cut)
        exchange_finish(x, CURLE_OK, code, loop->schedule.context.now, &end);
    deliver_documents(loop, x);
    reuse_leave(x);
    detach(loop, x);
    if (kind->cut && end.error.code == code)
        kind->cut(request, &end, &loop->schedule.context);
    else
        kind->drop(request);
}

/* Stops what is in flight, of one job or (NULL) of all. */
static void cut_busy(struct loop *loop, const struct job *job,
                     enum luma_code code)
{
    struct exchange *x, *next;

    for (x = loop->busy; x; x = next) {
        next = x->next;
        if (!job || x->request->job == job)
            cut(loop, x, code);
    }
}

/* The job's end is also the end of what is in flight for it. */
static void report_left(struct loop *loop, const struct job *job,
                        enum luma_code code)
{
    const struct luma_options *options = &loop->channel->options;
    const struct exchange *x;

    for (x = options->wants_attempts ? loop->busy : NULL; x; x = x->next) {
        struct exchange_end end = {
            .bytes = x->bytes, .time = loop->schedule.context.now - x->started};

        luma_error_set(&end.error, code);
        end.error.http_status = x->http_status;
        if (x->request->job == job)
            attempt_report(x->request, &end, options, &loop->schedule.events);
    }
}

/* ---- requests ---------------------------------------------------------- */

/* False: out of memory. */
static bool start(struct loop *loop, struct request *request)
{
    struct exchange *x = take_exchange(loop, request);

    if (!x)
        return false;
    if (!exchange_prepare(x, request, loop->schedule.context.now) ||
        curl_multi_add_handle(loop->multi, x->easy) != CURLM_OK) {
        release_exchange(loop, x);
        return false;
    }
    x->hand_on = hand_on;
    x->loop = loop;
    list_add(&loop->busy, x);
    loop->active++;
    return true;
}

static bool may_send(const struct loop *loop)
{
    return loop->active < loop->channel->options.connections;
}

/* Whatever is opened for a request must not get a standard descriptor that the
 * host has closed. Without memory, a request waits for those in flight. */
static void send_next(struct loop *loop)
{
    struct request *request;
    struct luma_error error;

    while (may_send(loop)) {
        descriptor_fill_standard();
        request = schedule_next(&loop->schedule);
        if (!request)
            return;
        if (start(loop, request))
            continue;
        if (loop->active) {
            schedule_postpone(&loop->schedule, request);
            return;
        }
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
        report_left(loop, job, code);
        if (code != LUMA_OK)
            cut_busy(loop, job, code);
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

    loop->connections.closed = false;
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
        end_transfer(loop, (struct exchange *)exchange, result);
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

/* libcurl goes on to the next address of a host only when it is called, and
 * sets no timer for that. Where an address refuses, its socket is closed. */
static int longest_sleep(const struct loop *loop)
{
    const struct exchange *x;

    for (x = loop->busy; x; x = x->next)
        if (x->phase == EXCHANGE_CONNECT)
            return loop->connections.closed ? 0 : CONNECT_NAP_MS;
    return LONGEST_SLEEP_MS;
}

/* Without memory libcurl cannot wait, and returns at once. */
static void sleep_for(struct loop *loop, int ms)
{
    struct queue *jobs = loop->channel->jobs;
    struct curl_waitfd wake = {queue_fd(jobs), CURL_WAIT_POLLIN, 0};

    if (curl_multi_poll(loop->multi, &wake, 1, ms, NULL) != CURLM_OK)
        queue_wait(jobs, -1, ms < STARVED_NAP_MS ? ms : STARVED_NAP_MS);
}

static void sleep_until(struct loop *loop, int64_t moment)
{
    int64_t due = schedule_due(&loop->schedule, may_send(loop));
    int64_t ms = (due < moment ? due : moment) - loop->schedule.context.now;
    int longest = longest_sleep(loop);

    if (ms > longest)
        ms = longest;
    process_pause();
    sleep_for(loop, ms > 0 ? (int)ms : 0);
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
    connections_free(&loop->connections);
    schedule_free(&loop->schedule);
}

static void run(void *arg)
{
    struct loop *loop = arg;

    while (!queue_is_closed(loop->channel->jobs))
        iterate(loop);
    cut_busy(loop, NULL, LUMA_ERR_CANCELLED);
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
