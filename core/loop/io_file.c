/* SPDX-License-Identifier: MIT */
/* The loop: take jobs, let libcurl work and write, hand on what is new, end
 * what is over, ask what is next, sleep. */
#include "loop/io_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "loop/multi.h"
#include "base/process.h"
#include "loop/schedule_file.h"
#include "http/transfer.h"
#include "gateway/task.h"
#include "http/transfer_file.h"

enum { LONGEST_SLEEP_MS = 60000 };

/* The thread's own. */
struct io_file {
    struct channel *channel;
    struct schedule_file schedule;
    CURLM *multi;
    int64_t now;
};

/* What is on its way for a job: one of the two. */
struct under_way {
    struct transfer_file *file;
    struct transfer *task;
};

/* ---- exchanges --------------------------------------------------------- */

static struct exchange *base_of(const struct under_way *exchange)
{
    return exchange->file ? &exchange->file->x : &exchange->task->x;
}

static void free_exchange(struct under_way *exchange)
{
    transfer_file_free(exchange->file);
    transfer_free(exchange->task);
    free(exchange);
}

/* An exchange about the job's task, which may have a new link. */
static struct transfer *ask_task(struct io_file *io, struct job_file *file,
                                 unsigned allowed)
{
    const struct luma_options *o = &io->channel->options;
    struct transfer *t = transfer_new(o);
    struct ledger ledger = {0};
    struct batch *batch = NULL;
    bool good = t && ledger_init(&ledger, file->task) &&
                (batch = ledger_batch(&ledger, 1)) &&
                batch_body(batch, file->task, &t->body) &&
                transfer_prepare(t, NULL, o->attempt_timeout, allowed);

    free(batch);
    ledger_free(&ledger);
    if (good)
        return t;
    transfer_free(t);
    return NULL;
}

static struct under_way *new_exchange(struct io_file *io, struct job_file *file)
{
    const struct luma_options *o = &io->channel->options;
    unsigned allowed = (unsigned)o->attempts - file->attempts;
    struct under_way *exchange = calloc(1, sizeof *exchange);

    if (!exchange)
        return NULL;
    if (file->renewing)
        exchange->task = ask_task(io, file, allowed);
    else
        exchange->file = transfer_file_new(o, &file->sink, job_file_url(file),
                                           file->allow_private, allowed);
    if ((exchange->file || exchange->task) &&
        curl_multi_add_handle(io->multi, base_of(exchange)->easy) == CURLM_OK)
        return exchange;
    free_exchange(exchange);
    return NULL;
}

/* Takes the job's exchange from libcurl and ends it; the job waits then. */
static void drop_exchange(struct io_file *io, struct job *job)
{
    struct under_way *exchange = job->file->exchange;

    curl_multi_remove_handle(io->multi, base_of(exchange)->easy);
    free_exchange(exchange);
    job->file->exchange = NULL;
    schedule_file_stopped(&io->schedule, job);
}

/* ---- jobs -------------------------------------------------------------- */

static void end_with(struct io_file *io, struct job *job, enum luma_code code)
{
    struct luma_error error;

    luma_error_set(&error, code);
    schedule_file_end(&io->schedule, job, &error, io->now);
}

/* Asks what the job wants to know next, or ends it. */
static void start(struct io_file *io, struct job *job)
{
    struct job_file *file = job->file;
    struct luma_error error;

    process_fill_standard();
    if (!job_file_begin(file, &io->channel->options, &error)) {
        schedule_file_end(&io->schedule, job, &error, io->now);
        return;
    }
    file->exchange = new_exchange(io, file);
    if (file->exchange)
        schedule_file_started(&io->schedule, job);
    else
        end_with(io, job, LUMA_ERR_MEMORY);
}

static bool has_id(const struct luma_doc *doc, const char *wanted, size_t len)
{
    struct task_source source = task_of_doc(doc);
    struct task_value id;

    return task_find_id(&source, &id) && id.len == len &&
           memcmp(id.text, wanted, len) == 0;
}

/* The task looks as if it had the id `wanted`: `*alike` is that task now, or it
 * is freed. True: there is another one with another id. */
static bool is_second(struct luma_doc *doc, struct luma_doc **alike,
                      const char *wanted, size_t len)
{
    struct task_source source = task_of_doc(doc);
    struct task_value id;
    bool second = false;

    if (!task_find_id(&source, &id) ||
        !ids_look_alike(wanted, len, id.text, id.len)) {
        free(doc);
    } else if (!*alike) {
        *alike = doc;
    } else {
        second = !has_id(*alike, id.text, id.len);
        free(doc);
    }
    return second;
}

/* The task of that id among what came, the caller's to free(), or NULL. One
 * whose id only looks alike will do if it is the only one; a row that could not
 * be read may be another. */
static struct luma_doc *find_task(struct transfer *t, struct luma_ids *ids)
{
    struct luma_doc *doc, *alike = NULL;
    bool several = t->reply.unreadable > 0;
    size_t len;
    const char *wanted = ids_get(ids, 0, &len);

    while ((doc = reply_take(&t->reply))) {
        if (has_id(doc, wanted, len)) {
            free(alike);
            return doc;
        }
        several = is_second(doc, &alike, wanted, len) || several;
    }
    if (!several)
        return alike;
    free(alike);
    return NULL;
}

/* The exchange came to its end, by itself or by us. */
static void finish(struct io_file *io, struct job *job, CURLcode result,
                   enum luma_code ours)
{
    struct under_way *exchange = job->file->exchange;
    struct file_end end = {0};
    struct luma_doc *task = NULL;
    enum file_next next;

    if (exchange->file) {
        transfer_file_finish(exchange->file, result, ours, &end);
        next = job_file_ended(job->file, &end);
    } else {
        transfer_finish(exchange->task, result, ours, &end.end);
        task = find_task(exchange->task, job->file->task);
        end.end.bytes = exchange->task->reply.bytes;
        next = job_file_renewed(job->file, task, io->channel->options.base_url,
                                &end.end);
    }
    free(task);
    schedule_file_count(&io->schedule, job, &end.end);
    drop_exchange(io, job);
    if (next == FILE_ASK)
        start(io, job);
    else if (next == FILE_REPEAT)
        schedule_file_repeat(&io->schedule, job, &end.end, io->now);
    else
        schedule_file_end(&io->schedule, job, &end.end.error, io->now);
}

/* Ends what is cancelled or out of time. */
static void end_listed(struct io_file *io, struct job_list *list)
{
    struct job *job, *next;
    enum luma_code code;

    for (job = list->first; job; job = next) {
        next = job->next;
        if (!schedule_file_is_over(&io->schedule, job, io->now, &code))
            continue;
        if (job->file->exchange)
            drop_exchange(io, job);
        end_with(io, job, code);
    }
}

/* ---- the loop ---------------------------------------------------------- */

/* An exchange has not sent its request yet. */
static bool connects(const struct io_file *io)
{
    const struct job *job;

    for (job = io->schedule.running.first; job; job = job->next) {
        const struct under_way *e = job->file->exchange;

        if (!base_of(e)->sends)
            return true;
    }
    return false;
}

static void work(struct io_file *io)
{
    CURLMsg *message;
    int n;

    curl_multi_perform(io->multi, &n);
    if (connects(io))
        multi_hide_resolver(io->multi);
    io->now = clock_ms();
    while ((message = curl_multi_info_read(io->multi, &n))) {
        CURLcode result = message->data.result;
        struct job *job = io->schedule.running.first;

        while (job &&
               base_of(job->file->exchange)->easy != message->easy_handle)
            job = job->next;
        if (job)
            finish(io, job, result, LUMA_OK);
    }
    schedule_file_news(&io->schedule, io->now);
}

/* Ends exchanges that stall; gives the moment when the next one might. */
static int64_t watch(struct io_file *io)
{
    int64_t first = INT64_MAX;
    struct job *job, *next;

    for (job = io->schedule.running.first; job; job = next) {
        int64_t due = exchange_stalls_at(base_of(job->file->exchange), io->now);

        next = job->next;
        if (due && due <= io->now)
            finish(io, job, CURLE_OK, LUMA_ERR_STALL_TIMEOUT);
        else if (due && due < first)
            first = due;
    }
    return first;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void sleep_until(struct io_file *io, int64_t moment)
{
    struct curl_waitfd wake = {queue_fd(io->channel->jobs), CURL_WAIT_POLLIN,
                               0};
    int64_t ms;

    moment = least(moment, io->schedule.next_deadline);
    moment = least(moment, schedule_file_due(&io->schedule));
    ms = least(moment - io->now, LONGEST_SLEEP_MS);
    curl_multi_poll(io->multi, &wake, 1, ms > 0 ? (int)ms : 0, NULL);
}

static void turn(struct io_file *io)
{
    struct schedule_file *s = &io->schedule;
    struct job *job;
    int64_t stall;

    schedule_file_take_jobs(s);
    work(io);
    stall = watch(io);
    if (schedule_file_looks(s, io->now)) {
        end_listed(io, &s->running);
        end_listed(io, &s->waiting);
    }
    while ((job = schedule_file_next(s, io->now)))
        start(io, job);
    atomic_store(&io->channel->active, s->active);
    queue_put(io->channel->events, &s->events);
    sleep_until(io, stall);
}

/* ---- life -------------------------------------------------------------- */

static void run(void *arg)
{
    struct io_file *io = arg;

    while (!queue_is_closed(io->channel->jobs))
        turn(io);
    while (io->schedule.running.first)
        drop_exchange(io, io->schedule.running.first);
    schedule_file_free(&io->schedule);
    curl_multi_cleanup(io->multi);
    queue_close(io->channel->events);
}

static void release(void *arg)
{
    struct io_file *io = arg;

    channel_unref(io->channel);
    free(io);
}

static void stop(void *arg)
{
    queue_close(((struct io_file *)arg)->channel->jobs);
}

bool io_file_start(struct channel *channel)
{
    struct io_file *io = calloc(1, sizeof *io);
    struct process_thread thread = {run, stop, release, io};
    int why;

    if (!io)
        return false;
    io->channel = channel_ref(channel);
    schedule_file_init(&io->schedule, channel);
    io->multi = multi_new(channel->options.connections);
    if (io->multi && process_start(&thread))
        return true;
    why = errno;
    curl_multi_cleanup(io->multi);
    release(io);
    errno = why;
    return false;
}
