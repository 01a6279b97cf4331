/* SPDX-License-Identifier: MIT */
/* What each step does with its events, and which one follows. */
#include "client/generate.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/process.h"
#include "client/job.h"
#include "client/start.h"
#include "gateway/task.h"
#include "job/download.h"
#include "job/endpoint.h"
#include "job/watch.h"

static const char path[] = "/luma/generations";

static const char may_be_there[] = "the generation may have been submitted";

enum step { STEP_CHECK, STEP_SUBMIT, STEP_FOLLOW, STEP_DOWNLOAD };

struct generate {
    enum step step;
    struct luma_doc *response; /* one without an id, until its end comes */
    size_t len;                /* of the body */
    struct luma_watch_options watch;
    struct luma_download_options target; /* its texts are in `text` */
    char text[];                         /* body, path or dir */
};

/* ---- the outcome of the submission -------------------------------------- */

/* A refusal says that the gateway has made nothing. */
static bool is_refusal(const struct luma_error *error)
{
    switch (error->code) {
    case LUMA_ERR_AUTH:
    case LUMA_ERR_RATE_LIMIT:
    case LUMA_ERR_REDIRECT:
    case LUMA_ERR_GATEWAY:
        return true;
    case LUMA_ERR_REJECTED:
        return error->http_status != 408; /* it is not known who timed out */
    default:
        return false;
    }
}

static void set_unknown(struct luma_error *error)
{
    struct luma_error cause = *error;

    luma_error_change(error, LUMA_ERR_UNKNOWN_OUTCOME, cause.message);
}

/* Once it was sent, a failure that is no refusal leaves open what became of it.
 * If the caller has cancelled, the message says so as well. */
static void judge(const struct luma_job *job, struct luma_error *error)
{
    if (job->steps->step != STEP_SUBMIT || error->code == LUMA_OK)
        return;
    if (is_refusal(error))
        error->retryable = error->code == LUMA_ERR_RATE_LIMIT;
    if (is_refusal(error) || !atomic_load(&job->job->requests) || job->ids)
        return;
    if (error->code == LUMA_ERR_CANCELLED)
        luma_error_append(error, "%s", may_be_there);
    else
        set_unknown(error);
}

/* A loop that has not ended may send it after this. */
static bool may_be_sent(const struct luma_job *job)
{
    return atomic_load(&job->job->requests) ||
           !queue_is_closed(job->client->channel->events);
}

void generate_note_close(const struct luma_job *job, struct luma_error *error)
{
    if (job->steps->step == STEP_SUBMIT && !job->ids && may_be_sent(job))
        luma_error_append(error, "%s", may_be_there);
}

/* The response had no id. Its end has what else is known of it. */
static struct luma_event *report_no_id(struct generate *g,
                                       struct luma_settled *settled)
{
    settled->count = 1;
    settled->value = g->response;
    g->response = NULL;
    luma_error_change(&settled->error, LUMA_ERR_UNKNOWN_OUTCOME,
                      "the response has no id of a task");
    return &settled->event;
}

static struct luma_ids *read_id(const struct luma_doc *response)
{
    struct luma_ids *ids = luma_ids_new(1, 0);
    struct task_value id;

    if (ids && task_find_submitted(response, &id) &&
        luma_ids_add(ids, id.text, id.len) == LUMA_OK && !ids->invalid.len)
        return ids;
    luma_ids_unref(ids);
    return NULL;
}

/* The response is the first update, as it came. One without an id waits for its
 * end. */
static struct luma_event *take_response(struct luma_job *job,
                                        struct luma_doc *response)
{
    struct task_source source = task_of_doc(response);

    response->final = false;
    response->changed = job->ids != NULL;
    response->state = task_find_state(&source, NULL);
    if (job->ids)
        return &response->event;
    job_apply(&response->event, true); /* for its bytes */
    job->steps->response = response;
    return NULL;
}

/* Whether the response broke off: the gateway may have made the task all the
 * same. */
static bool is_cut(const struct luma_settled *settled)
{
    const struct luma_error *error = &settled->error;

    return settled->value && error->code != LUMA_OK && !is_refusal(error) &&
           error->http_status / 100 == 2;
}

/* If its id has come, it is there, whatever became of the rest. */
static struct luma_event *take_settled(struct luma_job *job,
                                       struct luma_settled *settled)
{
    struct luma_doc *response = settled->value;

    if (job->steps->response)
        return report_no_id(job->steps, settled);
    if (is_cut(settled))
        job->ids = read_id(response);
    if (!job->ids || !response) {
        judge(job, &settled->error);
        return &settled->event;
    }
    response->event.kind = LUMA_EVENT_TASK;
    response->event.job = job;
    atomic_fetch_add(&job->job->undelivered, response->size);
    settled->value = NULL;
    client_dispose(job->client, &settled->event);
    return take_response(job, response);
}

/* ---- steps --------------------------------------------------------------- */

static struct job *new_submission(const struct generate *g, int64_t deadline,
                                  int64_t now, struct luma_error *error)
{
    struct luma_request_options request = {
        .method = "POST", .path = path, .body = g->text, .len = g->len};

    return endpoint_new(&request, deadline, now, error);
}

static struct job *new_download(struct luma_job *job, int64_t deadline,
                                int64_t now, struct luma_error *error)
{
    struct luma_download_options target = job->steps->target;

    target.id = luma_job_id(job, 0, &target.id_len);
    return download_new(&target, job->client->channel->options.base_url,
                        deadline, now, error);
}

static struct job *new_step(struct luma_job *job, enum step step,
                            int64_t deadline, int64_t now,
                            struct luma_error *error)
{
    struct generate *g = job->steps;

    luma_error_set(error, LUMA_ERR_MEMORY);
    switch (step) {
    case STEP_SUBMIT:
        return new_submission(g, deadline, now, error);
    case STEP_FOLLOW:
        return (struct job *)watch_new(&g->watch, job->ids, deadline, now);
    default:
        return new_download(job, deadline, now, error);
    }
}

/* The next step takes what is left of the time. Nothing is submitted when there
 * is none; a later step only reads, and its end says what is known. False:
 * `error` says why the job stays at the last step. */
static bool go_on(struct luma_job *job, enum step step,
                  struct luma_error *error)
{
    int64_t now = clock_ms(), until = job->job->deadline;
    int64_t left = until && until - now < 1 ? 1 : until ? until - now : 0;
    struct job *next;

    luma_error_set(error, LUMA_ERR_CANCELLED);
    if (job->client->closing || process_exits())
        return false;
    luma_error_set(error, LUMA_ERR_DEADLINE);
    if (step == STEP_SUBMIT && until && until <= now)
        return false;
    next = new_step(job, step, left, now, error);
    if (!next || !start_next(job, next, error))
        return false;
    job->steps->step = step;
    return true;
}

static bool has_target(const struct generate *g)
{
    return g->target.path || g->target.dir;
}

/* A step has ended. True: another one has begun. */
static bool end_step(struct luma_job *job, struct luma_error *error)
{
    enum luma_outcome outcome = luma_job_outcome(job, 0);

    judge(job, error);
    if (error->code != LUMA_OK)
        return false;
    switch (job->steps->step) {
    case STEP_CHECK:
        return go_on(job, STEP_SUBMIT, error);
    case STEP_SUBMIT:
        return job->ids && go_on(job, STEP_FOLLOW, error);
    case STEP_FOLLOW:
        if (outcome == LUMA_OUTCOME_TASK && has_target(job->steps) &&
            luma_job_state(job, 0) == LUMA_STATE_COMPLETED)
            return go_on(job, STEP_DOWNLOAD, error);
        if (outcome == LUMA_OUTCOME_MISSING) {
            luma_error_set(error, LUMA_ERR_UNKNOWN_OUTCOME);
            luma_error_append(error, "it does not know the id that it gave");
        }
        return false;
    default:
        return false;
    }
}

struct luma_event *generate_follow(struct luma_job *job,
                                   struct luma_event *event)
{
    bool submits = job->steps->step == STEP_SUBMIT;

    if (submits && event->kind == LUMA_EVENT_TASK) {
        job->ids = read_id((struct luma_doc *)event);
        return take_response(job, (struct luma_doc *)event);
    }
    if (submits && event->kind == LUMA_EVENT_SETTLED)
        return take_settled(job, (struct luma_settled *)event);
    if (event->kind != LUMA_EVENT_END ||
        !end_step(job, &((struct luma_end *)event)->error))
        return event;
    client_dispose(job->client, event);
    return NULL;
}

/* ---- creation ------------------------------------------------------------ */

void generate_free(struct generate *g)
{
    if (g)
        free(g->response);
    free(g);
}

/* Copies the options; NULL: out of memory. */
static struct generate *copy(const struct luma_generate_options *from)
{
    const char *place = from->target.path ? from->target.path
                                          : from->target.dir;
    size_t len = place ? strlen(place) + 1 : 0;
    struct generate *g = malloc(sizeof *g + from->len + len);

    if (!g)
        return NULL;
    g->response = NULL;
    g->len = from->len;
    g->watch = from->watch;
    g->target = from->target;
    g->target.url = NULL;
    memcpy(g->text, from->body, from->len);
    if (place)
        place = memcpy(g->text + from->len, place, len);
    if (from->target.path)
        g->target.path = place;
    else
        g->target.dir = place;
    return g;
}

/* The first step, or NULL. */
static struct job *begin(struct generate *g, int64_t deadline,
                         struct luma_error *error)
{
    int64_t now = clock_ms();

    g->step = has_target(g) ? STEP_CHECK : STEP_SUBMIT;
    return g->step == STEP_CHECK
               ? download_new_check(&g->target, deadline, now, error)
               : new_submission(g, deadline, now, error);
}

struct luma_job *luma_client_generate(
    struct luma_client *client, const struct luma_generate_options *generation,
    const struct luma_job_options *options, struct luma_error *error)
{
    static const struct luma_job_options none;
    const struct luma_job_options *o = options ? options : &none;
    struct generate *g = NULL;
    struct luma_job *job = NULL;

    if (start_is_allowed(client, error))
        g = copy(generation);
    if (g)
        job = start_job(client, begin(g, o->deadline, error), o, error);
    if (job)
        job->steps = g;
    else
        generate_free(g);
    return job;
}
