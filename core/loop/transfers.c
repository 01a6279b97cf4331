/* SPDX-License-Identifier: MIT */
/* libcurl's side of a loop: exchanges that are taken, started, read, ended,
 * stopped and used again. */
#include "loop/transfers.h"

#include <stdlib.h>

#include "base/clock.h"
#include "http/file_exchange.h"
#include "http/reuse.h"
#include "http/task_exchange.h"
#include "loop/attempt.h"
#include "loop/multi.h"

/* A wake-up can be lost where the system refuses a write: then the loop looks
 * by itself, and its own failed wake-ups are repeated (queue_put). */
enum {
    LONGEST_SLEEP_MS = 1000,
    CONNECT_NAP_MS = 200, /* longest sleep while a connection is made */
    STARVED_NAP_MS = 50   /* longest sleep that does not watch the sockets */
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
static struct exchange *take_exchange(struct transfers *t,
                                      const struct request *request)
{
    const struct luma_options *options = t->options;
    struct exchange *x = t->spare;

    if (request->target == REQUEST_FILE)
        return file_exchange_new(options, &t->connections);
    if (!x)
        return task_exchange_new(options, &t->connections,
                                 t->schedule->channel->names);
    list_remove(x);
    return x;
}

/* libcurl counts its own resends over the life of a handle, and makes no more
 * than five. */
static void release_exchange(struct transfers *t, struct exchange *x)
{
    if (x->type->reusable && x->sends <= 1)
        list_add(&t->spare, x);
    else
        x->type->free(x);
}

/* Takes the exchange from libcurl. */
static void detach(struct transfers *t, struct exchange *x)
{
    curl_multi_remove_handle(t->multi, x->easy);
    list_remove(x);
    t->active--;
    release_exchange(t, x);
}

/* ---- responses --------------------------------------------------------- */

/* Passes on what has come since the last time. */
static void deliver_documents(struct transfers *t, struct exchange *x)
{
    struct luma_doc *doc;

    while (x->type->next_doc && (doc = x->type->next_doc(x)))
        schedule_document(t->schedule, x->request, doc);
    schedule_count(t->schedule, x->request, x->sends - x->counted_sends,
                   x->bytes - x->counted_bytes);
    x->counted_sends = x->sends;
    x->counted_bytes = x->bytes;
}

/* Called by libcurl, which reads all responses that have come before it
 * returns. The caller need not wait for the last of them. */
static void hand_on(struct exchange *x)
{
    struct transfers *t = x->transfers;

    t->schedule->context.now = clock_ms();
    deliver_documents(t, x);
    queue_put(t->schedule->channel->events, &t->schedule->events);
}

/* On a new connection. False: out of memory. */
static bool begin_again(struct transfers *t, struct exchange *x)
{
    reuse_leave(x);
    curl_multi_remove_handle(t->multi, x->easy);
    return reuse_renew(x) &&
           curl_multi_add_handle(t->multi, x->easy) == CURLM_OK;
}

/* On a dead HTTP/2 connection no other exchange has to wait as long as `x`. One
 * that has no memory to begin again will stall. */
static void leave_unheard(struct transfers *t, struct exchange *x)
{
    struct exchange *other;

    for (other = t->busy; other; other = other->next)
        if (reuse_hears_more(other, x))
            return;
    reuse_leave(x);
    for (other = t->busy; other; other = other->next)
        if (reuse_waits_with(other, x))
            begin_again(t, other);
}

/* The exchange has ended by itself, or is stopped with `abort_code`. */
static void finish(struct transfers *t, struct exchange *x, CURLcode result,
                   enum luma_code abort_code)
{
    struct request *request = x->request;
    struct exchange_end end;

    if (reuse_is_unheard(x, result, abort_code))
        leave_unheard(t, x);
    exchange_finish(x, result, abort_code, t->schedule->context.now, &end);
    deliver_documents(t, x);
    detach(t, x);
    schedule_ended(t->schedule, request, &end);
    free(end.location);
}

/* Nothing was sent if the connection was not fit for it. */
static void end_transfer(struct transfers *t, struct exchange *x,
                         CURLcode result)
{
    if (x->refused != REFUSED_STALE)
        finish(t, x, result, LUMA_OK);
    else if (!begin_again(t, x))
        finish(t, x, CURLE_OUT_OF_MEMORY, LUMA_OK);
}

/* Stops an exchange whose job ends with `code`. If the response so far is a
 * refusal, the error tells it as well. */
static void stop(struct transfers *t, struct exchange *x, enum luma_code code)
{
    struct request *request = x->request;
    const struct job_kind *kind = request->job->kind;
    struct exchange_end end = {.error.code = LUMA_OK};

    if (kind->cut)
        exchange_finish(x, CURLE_OK, code, t->schedule->context.now, &end);
    if (end.error.code != code) {
        end.error.attempts = request->attempts + 1;
        luma_error_set_after(&end.error, code);
    }
    deliver_documents(t, x);
    reuse_leave(x);
    detach(t, x);
    if (kind->cut)
        kind->cut(request, &end, &t->schedule->context);
    else
        kind->drop(request);
}

/* Stops what is in flight, of one job or (NULL) of all. */
static void stop_all(struct transfers *t, const struct job *job,
                     enum luma_code code)
{
    struct exchange *x, *next;

    for (x = t->busy; x; x = next) {
        next = x->next;
        if (!job || x->request->job == job)
            stop(t, x, code);
    }
}

/* The attempts in flight of a job that ends with `code`. */
static void report(const struct transfers *t, const struct job *job,
                   enum luma_code code)
{
    const struct exchange *x;

    for (x = t->busy; x; x = x->next) {
        struct exchange_end end = {
            .bytes = x->bytes, .time = t->schedule->context.now - x->started};

        luma_error_set(&end.error, code);
        end.error.http_status = x->http_status;
        if (x->request->job == job)
            attempt_report(x->request, &end, t->options, &t->schedule->events);
    }
}

/* ---- for the loop ------------------------------------------------------ */

bool transfers_init(struct transfers *t, struct schedule *schedule)
{
    const struct luma_options *options = &schedule->channel->options;

    *t = (struct transfers){.schedule = schedule, .options = options};
    t->multi = multi_new(options->connections);
    return t->multi != NULL;
}

void transfers_free(struct transfers *t)
{
    struct exchange *x;

    stop_all(t, NULL, LUMA_ERR_CANCELLED);
    while ((x = t->spare)) {
        list_remove(x);
        x->type->free(x);
    }
    curl_multi_cleanup(t->multi);
    connections_free(&t->connections);
}

bool transfers_have_room(const struct transfers *t)
{
    return t->active < t->options->connections;
}

bool transfers_start(struct transfers *t, struct request *request)
{
    struct exchange *x = take_exchange(t, request);

    if (!x)
        return false;
    if (!exchange_prepare(x, request, t->schedule->context.now) ||
        curl_multi_add_handle(t->multi, x->easy) != CURLM_OK) {
        release_exchange(t, x);
        return false;
    }
    x->hand_on = hand_on;
    x->transfers = t;
    list_add(&t->busy, x);
    t->active++;
    return true;
}

void transfers_perform(struct transfers *t)
{
    CURLMsg *message;
    bool connects = false;
    struct exchange *x;
    int n;

    t->connections.closed = false;
    curl_multi_perform(t->multi, &n);
    t->schedule->context.now = clock_ms();
    for (x = t->busy; x; x = x->next) {
        connects = connects || x->phase == EXCHANGE_CONNECT;
        deliver_documents(t, x);
        schedule_tick(t->schedule, x->request);
    }
    if (connects)
        multi_hide_resolver(t->multi);
    while ((message = curl_multi_info_read(t->multi, &n))) {
        CURLcode result = message->data.result;
        char *exchange = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        end_transfer(t, (struct exchange *)exchange, result);
    }
}

int64_t transfers_end_stalled(struct transfers *t)
{
    int64_t now = t->schedule->context.now, first = INT64_MAX;
    struct exchange *x, *next;

    for (x = t->busy; x; x = next) {
        int64_t due = exchange_stalls_at(x, now);

        next = x->next;
        if (due && due <= now)
            finish(t, x, CURLE_OK, LUMA_ERR_STALL_TIMEOUT);
        else if (due && due < first)
            first = due;
    }
    return first;
}

void transfers_end_job(struct transfers *t, const struct job *job,
                       enum luma_code code)
{
    if (t->options->wants_attempts)
        report(t, job, code);
    if (code != LUMA_OK)
        stop_all(t, job, code);
}

/* libcurl goes on to the next address of a host only when it is called, and
 * sets no timer for that. Where an address refuses, its socket is closed. */
static int longest_sleep(const struct transfers *t)
{
    const struct exchange *x;

    for (x = t->busy; x; x = x->next)
        if (x->phase == EXCHANGE_CONNECT)
            return t->connections.closed ? 0 : CONNECT_NAP_MS;
    return LONGEST_SLEEP_MS;
}

/* Without memory libcurl cannot wait, and returns at once. */
void transfers_wait(const struct transfers *t, int64_t ms)
{
    struct queue *jobs = t->schedule->channel->jobs;
    struct curl_waitfd wake = {queue_fd(jobs), CURL_WAIT_POLLIN, 0};
    int longest = longest_sleep(t), most = ms < longest ? (int)ms : longest;

    if (most < 0)
        most = 0;
    if (curl_multi_poll(t->multi, &wake, 1, most, NULL) != CURLM_OK)
        queue_wait(jobs, -1, most < STARVED_NAP_MS ? most : STARVED_NAP_MS);
}
