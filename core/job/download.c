/* SPDX-License-Identifier: MIT */
/* What follows each response: a redirect, a new link, the rest, the file. */
#include "job/download.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "file/resume.h"
#include "job/source.h"
#include "job/target.h"

enum {
    RATE_MS = 250,     /* between two measurements of the rate */
    PROGRESS_MS = 100, /* between two progress events */
    ATTEMPT_MS = 1000  /* request.attempt_timeout: it has none of its own */
};

struct download_job {
    struct job job;         /* first */
    struct request request; /* its only one, sent again and again */
    /* set at creation */
    struct target target;
    uint64_t max_bytes;
    bool sync, wants_progress, skip_existing;
    /* both threads */
    atomic_ullong received, total, rate; /* bytes, bytes a second */
    /* the loop's */
    struct source source;
    struct resume file; /* open from the first request on */
    bool open;
    int64_t furthest; /* bytes the part has had since it has this source */
    int64_t found;    /* bytes it had before the first request for it */
    int64_t rate_since, rate_from;
    int64_t reported_at, reported;
};

static struct download_job *of(struct job *job)
{
    return (struct download_job *)job;
}

/* ---- requests ---------------------------------------------------------- */

/* It has one request, which stays with the loop until the job ends. */
static int64_t due(const struct job *job)
{
    return ((const struct download_job *)job)->request.job ? INT64_MAX : 0;
}

static struct request *next(struct job *job, const struct job_context *c)
{
    struct download_job *d = of(job);

    job_init_request(job, &d->request, c->options);
    d->request.attempt_timeout = ATTEMPT_MS;
    d->request.file = &d->file;
    return &d->request;
}

static void drop(struct request *request)
{
    (void)request; /* it is part of its job */
}

/* The name without its extension may be a folder's: no file gets it. */
static bool open_part(struct download_job *d, struct luma_error *error)
{
    const struct target *t = &d->target;

    return resume_open(&d->file, t->dir, t->name,
                       t->add_extension ? NULL : t->name, d->max_bytes, error);
}

/* What is there already is no progress. */
static void note_part(struct download_job *d)
{
    d->furthest = d->found = d->file.received;
}

/* A new link may lead to another file, for which the part is emptied. */
static bool set_key(struct download_job *d, struct luma_error *error)
{
    uint64_t before = d->file.state.key;

    if (!resume_set_key(&d->file, source_key(&d->source), error))
        return false;
    if (d->file.state.key != before)
        note_part(d);
    return true;
}

/* Opens the part before the first request, so that a folder which cannot be
 * used costs no request. */
static bool prepare(struct request *request, const struct job_context *c,
                    struct luma_error *error)
{
    struct download_job *d = of(request->job);

    if (!source_check(&d->source, c->options, error))
        return false;
    if (!d->open) {
        d->open = open_part(d, error);
        note_part(d);
    }
    if (!d->open || (d->source.link != LINK_WANTED && !set_key(d, error)))
        return false;
    luma_error_set(error, LUMA_ERR_MEMORY);
    return source_prepare(&d->source, request);
}

static enum doc_verdict document(struct request *request, struct luma_doc *doc,
                                 const struct job_context *c)
{
    struct source *source = &of(request->job)->source;
    enum doc_verdict verdict = source_document(source, doc);

    (void)c;
    request->complete = source->found != NULL;
    return verdict;
}

/* ---- the end of a request ---------------------------------------------- */

/* Not retried, as end->error says. */
static enum request_verdict give_up(struct exchange_end *end)
{
    end->retry_class = RETRY_CLASS_NEVER;
    return REQUEST_FAILED;
}

static enum request_verdict want_link(struct download_job *d,
                                      struct exchange_end *end)
{
    return source_want_link(&d->source, &end->error) &&
                   (!d->file.unusable || resume_restart(&d->file, &end->error))
               ? REQUEST_AGAIN
               : give_up(end);
}

static enum request_verdict redirected(struct download_job *d,
                                       struct exchange_end *end)
{
    const char *problem = source_redirect(&d->source, end);

    if (!problem)
        return REQUEST_AGAIN;
    job_reject(end, LUMA_ERR_LINK, problem);
    return want_link(d, end);
}

/* What is known of the exchange stays. */
static void set_file_error(struct exchange_end *end,
                           const struct luma_error *error)
{
    struct luma_error exchange = end->error;

    end->error = *error;
    luma_error_copy_exchange(&end->error, &exchange);
    end->retry_class = retry_class_of(error->code, 0);
}

/* Gives the file its name, and the job its path. False: end->error says why. */
static bool finish(struct download_job *d, struct exchange_end *end)
{
    struct luma_error error;
    char *name = target_name(&d->target, d->file.media_type, d->source.media);

    free(d->job.path); /* of an attempt that was cut */
    d->job.path = name ? target_path(&d->target, name) : NULL;
    if (!d->job.path)
        job_reject(end, LUMA_ERR_MEMORY, NULL);
    else if (!resume_finish(&d->file, name, d->sync, &error))
        set_file_error(end, &error);
    free(name);
    return end->error.code == LUMA_OK;
}

/* A retry begins at the link itself, and with a part that is usable. */
static enum request_verdict file_failed(struct download_job *d,
                                        struct exchange_end *end)
{
    if (d->file.unusable && end->retry_class != RETRY_CLASS_NEVER &&
        !resume_restart(&d->file, &end->error))
        return give_up(end);
    source_forget_redirect(&d->source);
    return REQUEST_FAILED;
}

static enum request_verdict done(struct download_job *d,
                                 struct exchange_end *end)
{
    if (finish(d, end)) {
        d->job.phase = JOB_DONE;
        return REQUEST_SETTLED;
    }
    if (end->error.code == LUMA_ERR_LINK)
        return want_link(d, end);
    return end->error.code == LUMA_ERR_TRUNCATED ? file_failed(d, end)
                                                 : give_up(end);
}

static enum request_verdict file_ended(struct download_job *d,
                                       struct exchange_end *end)
{
    switch (end->outcome) {
    case EXCHANGE_DONE:
        return done(d, end);
    case EXCHANGE_REDIRECTED:
        return redirected(d, end);
    case EXCHANGE_NOT_FILE:
        return want_link(d, end);
    case EXCHANGE_RESTART:
        return REQUEST_AGAIN;
    default:
        return file_failed(d, end);
    }
}

static enum request_verdict task_ended(struct download_job *d,
                                       struct exchange_end *end,
                                       const char *base_url)
{
    enum request_verdict verdict = source_ended(&d->source, end, base_url);

    if (verdict == REQUEST_AGAIN)
        d->file.whole_only = false; /* that was the old link */
    return verdict;
}

/* Attempts are counted from where the part last grew: a long file over a bad
 * line is completed, as long as it grows. A file that takes the place of what
 * was found grows anew, but once only: it may change each time. */
static void count_attempts(struct download_job *d, struct exchange_end *end)
{
    if (d->file.received < d->found - 1)
        d->furthest = d->found = 0;
    if (!*d->file.state.etag || d->file.received <= d->furthest + 1)
        return;
    d->furthest = d->file.received;
    d->request.attempts = 1;
    end->progressed = true;
}

static enum request_verdict ended(struct request *request,
                                  struct exchange_end *end,
                                  const struct job_context *c)
{
    struct download_job *d = of(request->job);
    enum request_verdict verdict =
        request->target == REQUEST_FILE
            ? file_ended(d, end)
            : task_ended(d, end, c->options->base_url);

    if (verdict == REQUEST_FAILED && request->target == REQUEST_FILE)
        count_attempts(d, end);
    return verdict;
}

static void failed(struct request *request, const struct exchange_end *end,
                   const struct job_context *c)
{
    (void)c;
    job_fail(request->job, &end->error);
}

/* ---- progress ---------------------------------------------------------- */

static void progress(const struct job *job, struct luma_progress *progress)
{
    const struct download_job *d = (const struct download_job *)job;

    progress->bytes = atomic_load(&d->received);
    progress->total_bytes = atomic_load(&d->total);
    progress->rate = atomic_load(&d->rate);
}

static void measure_rate(struct download_job *d, int64_t now)
{
    int64_t received = d->file.received, ms = now - d->rate_since;
    double rate = (double)atomic_load(&d->rate);

    if (d->rate_since && received >= d->rate_from && ms < RATE_MS)
        return;
    if (d->rate_since && received >= d->rate_from) {
        double latest = (double)(received - d->rate_from) * 1000 / (double)ms;

        rate = rate > 0 ? 0.7 * rate + 0.3 * latest : latest;
        atomic_store(&d->rate, (unsigned long long)rate);
    }
    d->rate_since = now;
    d->rate_from = received;
}

/* While a new link is wanted, the part may be another file's. */
static void measure(struct download_job *d, int64_t now)
{
    int64_t total = d->file.state.total;

    if (!d->open || d->source.link == LINK_WANTED)
        return;
    atomic_store(&d->received, (unsigned long long)d->file.received);
    atomic_store(&d->total, total > 0 ? (unsigned long long)total : 0);
    measure_rate(d, now);
}

static bool tick(struct job *job, int64_t now, bool last)
{
    struct download_job *d = of(job);
    int64_t received = d->file.received;

    measure(d, now);
    if (!d->wants_progress || received == d->reported ||
        (!last &&
         (d->source.link == LINK_WANTED || now - d->reported_at < PROGRESS_MS)))
        return false;
    d->reported_at = now;
    d->reported = received;
    return true;
}

/* ---- life -------------------------------------------------------------- */

/* If the folder cannot be used, the first request reports that. */
static void begin(struct job *job, const struct job_context *c)
{
    struct download_job *d = of(job);
    int64_t size = 0;

    (void)c;
    if (d->skip_existing)
        job->path = target_find_existing(&d->target, d->source.media, &size);
    if (!job->path)
        return;
    atomic_store(&d->received, (unsigned long long)size);
    atomic_store(&d->total, (unsigned long long)size);
    job->phase = JOB_DONE;
}

static void close_part(struct job *job)
{
    struct download_job *d = of(job);

    job->end.error.attempts = d->request.tries;
    resume_close(&d->file);
}

static void clear(struct job *job)
{
    struct download_job *d = of(job);

    resume_close(&d->file);
    source_clear(&d->source);
    target_clear(&d->target);
}

static const struct job_kind download_kind = {
    .loop = LOOP_FILES,
    .begin = begin,
    .due = due,
    .next = next,
    .prepare = prepare,
    .document = document,
    .ended = ended,
    .failed = failed,
    .drop = drop,
    .tick = tick,
    .close = close_part,
    .progress = progress,
    .clear = clear,
};

/* ---- a check ------------------------------------------------------------ */

static void begin_check(struct job *job, const struct job_context *c)
{
    struct download_job *d = of(job);
    struct luma_error error;

    (void)c;
    if (open_part(d, &error)) {
        resume_close(&d->file); /* others may want the same file */
        job->phase = JOB_DONE;
    } else {
        job_fail(job, &error);
    }
}

/* It ends as it begins, so nothing is due. */
static const struct job_kind check_kind = {
    .loop = LOOP_FILES,
    .begin = begin_check,
    .close = close_part,
    .clear = clear,
};

/* ---- creation ----------------------------------------------------------- */

static struct job *make(const struct job_kind *kind,
                        const struct luma_download_options *from,
                        const char *base_url, int64_t deadline, int64_t now,
                        struct luma_error *error)
{
    struct download_job *d = calloc(1, sizeof *d);

    luma_error_set(error, LUMA_ERR_MEMORY);
    if (!d)
        return NULL;
    job_init(&d->job, kind, NULL, deadline, now);
    d->sync = !from->no_sync;
    d->wants_progress = from->wants_progress;
    d->skip_existing = from->skip_existing;
    d->max_bytes = from->max_bytes;
    if (target_init(&d->target, from, error)) {
        if (source_init(&d->source, from, base_url))
            return &d->job;
        luma_error_set(error, LUMA_ERR_MEMORY);
    }
    job_unref(&d->job);
    return NULL;
}

struct job *download_new(const struct luma_download_options *from,
                         const char *base_url, int64_t deadline, int64_t now,
                         struct luma_error *error)
{
    return make(&download_kind, from, base_url, deadline, now, error);
}

struct job *download_new_check(const struct luma_download_options *from,
                               int64_t deadline, int64_t now,
                               struct luma_error *error)
{
    struct luma_download_options named = *from;
    char name[32];
    uint64_t number;
    struct job *job;

    random_secret(&number, sizeof number); /* nobody else has this part */
    snprintf(name, sizeof name, "check-%016" PRIx64, number);
    named.url = NULL;
    named.id = name; /* any name in the folder */
    named.id_len = strlen(name);
    job = make(&check_kind, &named, "", deadline, now, error);
    if (job)
        job->count = 1;
    return job;
}
