/* SPDX-License-Identifier: MIT */
/* The loop: take jobs, let libcurl work and write, hand on what is new, end
 * what is over, ask what is next, sleep. Beside io.c, the only curl_multi_*
 * calls. */
#include "io_file.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "job_file.h"
#include "process.h"
#include "transfer.h"
#include "task.h"
#include "transfer_file.h"

enum { LONGEST_SLEEP_MS = 60000 };

struct job_list {
    struct job *first, **last;
};

/* The thread's own. */
struct io_file {
    struct channel *channel;
    CURLM *multi;
    struct job_list running; /* with an exchange on its way */
    struct job_list waiting; /* for their turn or a repeat */
    size_t active;           /* jobs in `running` */
    struct event_list events;
    struct retry_budget budget;
    uint64_t chance;
    bool look;             /* some job may be cancelled */
    int64_t next_deadline; /* the first of all jobs; INT64_MAX: none */
    int64_t now;
};

/* What is on its way for a job: one of the two. */
struct exchange {
    struct transfer_file *file;
    struct transfer *task;
};

/* ---- lists ------------------------------------------------------------- */

static void append(struct job_list *list, struct job *job)
{
    job->next = NULL;
    job->link = list->last;
    *list->last = job;
    list->last = &job->next;
}

static void take_out(struct job_list *list, struct job *job)
{
    *job->link = job->next;
    if (job->next)
        job->next->link = job->link;
    else
        list->last = job->link;
}

static void count(atomic_ullong *counter, unsigned long long n)
{
    if (n)
        atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* ---- exchanges --------------------------------------------------------- */

static CURL *easy_of(const struct exchange *exchange)
{
    return exchange->file ? exchange->file->easy : exchange->task->easy;
}

static void free_exchange(struct exchange *exchange)
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

static struct exchange *new_exchange(struct io_file *io, struct job_file *file)
{
    const struct luma_options *o = &io->channel->options;
    unsigned allowed = (unsigned)o->attempts - file->attempts;
    struct exchange *exchange = calloc(1, sizeof *exchange);

    if (!exchange)
        return NULL;
    if (file->renewing)
        exchange->task = ask_task(io, file, allowed);
    else
        exchange->file = transfer_file_new(o, &file->sink, job_file_url(file),
                                           file->allow_private, allowed);
    if ((exchange->file || exchange->task) &&
        curl_multi_add_handle(io->multi, easy_of(exchange)) == CURLM_OK)
        return exchange;
    free_exchange(exchange);
    return NULL;
}

/* Takes the job's exchange from libcurl; it is the caller's to free. */
static struct exchange *detach(struct io_file *io, struct job *job)
{
    struct exchange *exchange = job->file->exchange;

    curl_multi_remove_handle(io->multi, easy_of(exchange));
    job->file->exchange = NULL;
    take_out(&io->running, job);
    io->active--;
    append(&io->waiting, job);
    return exchange;
}

static void count_exchange(struct io_file *io, struct job *job, unsigned sends,
                           uint64_t bytes)
{
    struct channel *first = io->channel->first;

    count(&first->requests, sends);
    count(&first->bytes, bytes);
    count(&job->requests, sends);
    job->file->sends += sends;
}

/* ---- jobs -------------------------------------------------------------- */

static void tell_news(struct io_file *io, struct job *job)
{
    struct job_news *news = &job->file->news;

    if (atomic_exchange(&news->told, true))
        return;
    news->job = job_ref(job);
    news->event.job = job->end.event.job;
    event_list_add(&io->events, &news->event);
}

/* Ends a job that waits, and with it the thread's reference. */
static void end_job(struct io_file *io, struct job *job,
                    const struct luma_error *error)
{
    struct job_file *file = job->file;

    if (job_file_look(file, io->now) ||
        (file->wants_news && file->told_have != file->sink.have))
        tell_news(io, job);
    download_close(&file->sink);
    take_out(&io->waiting, job);
    job->end.error = *error;
    job->end.error.attempts = file->sends;
    job->ended = true;
    event_list_add(&io->events, &job->end.event);
}

static void end_with(struct io_file *io, struct job *job, enum luma_status code)
{
    struct luma_error error;

    status_set(&error, code);
    end_job(io, job, &error);
}

static void start(struct io_file *io, struct job *job)
{
    struct job_file *file = job->file;
    struct luma_error error;

    if (!job_file_begin(file, &io->channel->options, &error)) {
        end_job(io, job, &error);
        return;
    }
    file->exchange = new_exchange(io, file);
    if (!file->exchange) {
        end_with(io, job, LUMA_MEMORY);
        return;
    }
    if (!file->sends)
        retry_count_request(&io->budget);
    take_out(&io->waiting, job);
    append(&io->running, job);
    io->active++;
}

static double next_chance(struct io_file *io)
{
    io->chance ^= io->chance << 13; /* xorshift64 */
    io->chance ^= io->chance >> 7;
    io->chance ^= io->chance << 17;
    return (double)(io->chance >> 11) / 9007199254740992.0;
}

/* Attempts are counted from where the part last grew: a long file over a bad
 * line gets there, as long as it moves. */
static void repeat_or_end(struct io_file *io, struct job *job,
                          struct exchange_end *end)
{
    struct job_file *file = job->file;
    struct retry_question question = {
        .how = end->how,
        .attempts = (unsigned)io->channel->options.attempts,
        .hint = end->hint,
        .left = job->deadline ? job->deadline - io->now : -1,
        .attempt_timeout = 1000,
        .chance = next_chance(io),
    };
    struct retry_answer answer;

    if (*file->sink.state.etag && file->sink.have > file->best + 1) {
        file->best = file->sink.have;
        file->attempts = 0;
    }
    file->attempts += end->sends ? end->sends : 1;
    question.attempt = file->attempts;
    answer = retry_decide(&io->budget, &question);
    if (answer.verdict != RETRY_AFTER) {
        retry_explain(&end->error, answer.verdict);
        end_job(io, job, &end->error);
        return;
    }
    file->due = io->now + answer.delay;
    file->spent += answer.cost;
    count(&io->channel->first->retries, 1);
    count(&job->retries, 1);
}

static void go_on(struct io_file *io, struct job *job, enum file_next next,
                  struct exchange_end *end)
{
    if (next == FILE_REPEAT) {
        repeat_or_end(io, job, end);
    } else if (next == FILE_OVER) {
        if (end->error.code == LUMA_OK)
            retry_refund(&io->budget, job->file->spent);
        end_job(io, job, &end->error);
    } else {
        start(io, job);
    }
}

/* The task of that id among what came, the caller's to free(), or NULL. */
static struct luma_doc *find_task(struct transfer *t, struct luma_ids *ids)
{
    struct luma_doc *doc;

    while ((doc = reply_take(&t->reply))) {
        char room[TASK_ID_ROOM];
        size_t len;
        const char *id = task_id(doc, room, &len);

        if (id && ids_find(ids, id, len) == 0)
            return doc;
        free(doc);
    }
    return NULL;
}

static void finish(struct io_file *io, struct job *job, CURLcode result,
                   enum luma_status ours)
{
    struct job_file *file = job->file;
    struct exchange *exchange = file->exchange;
    struct file_end end = {0};
    struct luma_doc *task = NULL;
    enum file_next next;

    if (exchange->file) {
        transfer_file_finish(exchange->file, result, ours, &end);
    } else {
        transfer_finish(exchange->task, result, ours, &end.end);
        task = find_task(exchange->task, file->task);
        end.end.bytes = exchange->task->reply.bytes;
    }
    count_exchange(io, job, end.end.sends, end.end.bytes);
    next = exchange->file ? job_file_ended(file, &end)
                          : job_file_renewed(file, task, &end.end);
    free(task);
    free_exchange(detach(io, job));
    go_on(io, job, next, &end.end);
}

/* ---- the loop ---------------------------------------------------------- */

static void take_jobs(struct io_file *io)
{
    struct luma_event *event;

    while ((event = queue_take(io->channel->jobs, &io->look)))
        append(&io->waiting, (struct job *)event);
}

static void work(struct io_file *io)
{
    CURLMsg *message;
    struct job *job;
    int n;

    curl_multi_perform(io->multi, &n);
    io->now = clock_ms();
    while ((message = curl_multi_info_read(io->multi, &n))) {
        CURLcode result = message->data.result;

        job = io->running.first;
        while (job && easy_of(job->file->exchange) != message->easy_handle)
            job = job->next;
        if (job)
            finish(io, job, result, LUMA_OK);
    }
    for (job = io->running.first; job; job = job->next)
        if (job_file_look(job->file, io->now))
            tell_news(io, job);
}

/* Ends exchanges that stall; gives the moment when the next one might. */
static int64_t watch(struct io_file *io)
{
    int64_t first = INT64_MAX;
    struct job *job, *next;

    for (job = io->running.first; job; job = next) {
        struct exchange *exchange = job->file->exchange;
        int64_t due = exchange->file
                          ? transfer_file_watch(exchange->file, io->now)
                          : transfer_watch(exchange->task, io->now);

        next = job->next;
        if (due && due <= io->now)
            finish(io, job, CURLE_OK, LUMA_STALL_TIMEOUT);
        else if (due && due < first)
            first = due;
    }
    return first;
}

/* Ends what is cancelled or out of time; gives the next deadline. */
static int64_t end_listed(struct io_file *io, struct job_list *list)
{
    int64_t first = INT64_MAX;
    struct job *job, *next;

    for (job = list->first; job; job = next) {
        bool late = job->deadline && job->deadline <= io->now;

        next = job->next;
        if (late || atomic_load(&job->cancelled)) {
            if (job->file->exchange)
                free_exchange(detach(io, job));
            end_with(io, job, late ? LUMA_DEADLINE : LUMA_CANCELLED);
        } else if (job->deadline && job->deadline < first) {
            first = job->deadline;
        }
    }
    return first;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Looks at all jobs only where that may end one. */
static int64_t end_jobs(struct io_file *io)
{
    if (io->look || io->now >= io->next_deadline) {
        io->look = false;
        io->next_deadline = end_listed(io, &io->running);
        io->next_deadline =
            least(io->next_deadline, end_listed(io, &io->waiting));
    }
    return io->next_deadline;
}

/* Starts what is due while there are connections; gives the moment when the
 * next one is. */
static int64_t start_next(struct io_file *io)
{
    int64_t first = INT64_MAX;
    struct job *job, *next;

    for (job = io->waiting.first;
         job && io->active < io->channel->options.connections; job = next) {
        next = job->next;
        if (job->file->due <= io->now)
            start(io, job);
        else if (job->file->due < first)
            first = job->file->due;
    }
    return first;
}

static void turn(struct io_file *io)
{
    struct curl_waitfd wake = {queue_fd(io->channel->jobs), CURL_WAIT_POLLIN,
                               0};
    int64_t until, ms;

    take_jobs(io);
    work(io);
    until = watch(io);
    until = least(until, end_jobs(io));
    until = least(until, start_next(io));
    atomic_store(&io->channel->active, io->active);
    queue_put(io->channel->events, &io->events);
    ms = least(until - io->now, LONGEST_SLEEP_MS);
    curl_multi_poll(io->multi, &wake, 1, ms > 0 ? (int)ms : 0, NULL);
}

/* ---- life -------------------------------------------------------------- */

/* Drops all jobs; parts that can be resumed stay. */
static void wind_up(struct io_file *io)
{
    struct luma_event *event;
    struct job *job;

    while ((job = io->running.first))
        free_exchange(detach(io, job));
    while ((job = io->waiting.first)) {
        take_out(&io->waiting, job);
        download_close(&job->file->sink);
        job_unref(job);
    }
    while ((event = event_list_take(&io->events)))
        event_dispose(event);
    curl_multi_cleanup(io->multi);
}

static void run(void *arg)
{
    struct io_file *io = arg;

    while (!queue_closed(io->channel->jobs))
        turn(io);
    wind_up(io);
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

    if (!io)
        return false;
    io->channel = channel_ref(channel);
    io->running.last = &io->running.first;
    io->waiting.last = &io->waiting.first;
    io->next_deadline = INT64_MAX;
    io->budget = retry_budget_new();
    io->chance = (uint64_t)clock_ms() ^ (uint64_t)(uintptr_t)io ^ 0x9E3779B9u;
    io->multi = curl_multi_init();
    if (io->multi &&
        curl_multi_setopt(io->multi, CURLMOPT_MAXCONNECTS,
                          (long)channel->options.connections) == CURLM_OK &&
        process_start(&thread))
        return true;
    curl_multi_cleanup(io->multi);
    release(io);
    return false;
}
