/* SPDX-License-Identifier: MIT */
/* What may be requested, and what may be requested twice. */
#include "job/endpoint.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_METHOD = 16, MAX_PATH = 8192 };

struct endpoint {
    struct job job; /* first */
    bool begun;     /* the request was given to the loop */
    bool retries;   /* it may be sent again */
    const char *method, *path, *body;
    size_t body_len;
    char text[]; /* all three */
};

/* It travels to the caller on its own. */
struct endpoint_request {
    struct request request; /* first */
    uint32_t index;         /* of the one outcome: 0 */
};

/* ---- what may be requested --------------------------------------------- */

static bool is_method(const char *method)
{
    size_t len = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return len && len <= MAX_METHOD && !method[len] &&
           strcmp(method, "CONNECT") != 0;
}

/* Printable ASCII, so that nothing can hide behind the request's line. */
static bool is_path(const char *path)
{
    const char *c = path;

    while (*c > ' ' && *c <= '~')
        c++;
    return path[0] == '/' && path[1] != '/' && !*c && c - path <= MAX_PATH;
}

/* A second time does no more than the first. */
static bool is_idempotent(const char *method)
{
    static const char *const methods[] = {"GET",     "HEAD",  "PUT",
                                          "OPTIONS", "TRACE", "DELETE"};
    size_t i;

    for (i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(method, methods[i]) == 0)
            return true;
    return false;
}

/* Servers may refuse it when nothing says how long its body is. */
static bool expects_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
}

static bool check(const struct luma_request_options *from,
                  struct luma_error *error)
{
    luma_error_set(error, LUMA_OK);
    if (!is_method(from->method))
        luma_error_set_argument(error, "method",
                                "must be a word in capital letters, such "
                                "as GET or POST");
    else if (from->body && strcmp(from->method, "HEAD") == 0)
        luma_error_set_argument(error, "method", "HEAD goes without a body");
    else if (!is_path(from->path))
        luma_error_set_argument(error, "path",
                                "must start with one / and be printable "
                                "ASCII without spaces");
    return error->code == LUMA_OK;
}

/* ---- the request ------------------------------------------------------- */

static int64_t due(const struct job *job)
{
    return ((const struct endpoint *)job)->begun ? INT64_MAX : 0;
}

static struct request *next(struct job *job, const struct job_context *c)
{
    struct endpoint *e = (struct endpoint *)job;
    struct endpoint_request *r = calloc(1, sizeof *r);

    if (!r) {
        job_fail_memory(job);
        return NULL;
    }
    e->begun = true;
    job_init_request(job_ref(job), &r->request, c->options);
    r->request.target = REQUEST_ENDPOINT;
    r->request.settled.ids = &r->index;
    r->request.idempotent = e->retries;
    if (!e->retries)
        r->request.max_sends = 1;
    r->request.method = e->method;
    r->request.path = e->path;
    r->request.body = e->body;
    r->request.body_len = e->body_len;
    return &r->request;
}

static enum doc_verdict document(struct request *request, struct luma_doc *doc,
                                 const struct job_context *c)
{
    struct job *job = request->job;

    if (job->phase != JOB_RUNS) {
        free(doc);
        return DOC_DROPPED;
    }
    doc->final = true;
    job->phase = JOB_DONE;
    return job_deliver(job, doc, 0, c->events);
}

static void close_request(struct request *request, struct event_list *events)
{
    struct job *job = request->job;

    job_report_settled(request, events);
    job_unref(job);
}

static enum request_verdict ended(struct request *request,
                                  struct exchange_end *end,
                                  const struct job_context *c)
{
    if (request->job->phase != JOB_DONE) {
        if (end->error.code == LUMA_OK)
            luma_error_set(&end->error, LUMA_ERR_REPLY);
        return REQUEST_FAILED;
    }
    request->settled.error = end->error;
    close_request(request, c->events);
    return REQUEST_SETTLED;
}

static void failed(struct request *request, const struct exchange_end *end,
                   const struct job_context *c)
{
    request->settled.error = end->error;
    request->settled.count = 1;
    request->job->phase = JOB_DONE;
    close_request(request, c->events);
}

static void drop(struct request *request)
{
    job_unref(request->job);
    free(request);
}

/* ---- life -------------------------------------------------------------- */

static const struct job_kind endpoint_kind = {
    .name = "request",
    .loop = LOOP_GATEWAY,
    .due = due,
    .next = next,
    .document = document,
    .ended = ended,
    .failed = failed,
    .drop = drop,
};

/* Copies the texts behind the struct. */
static void copy_texts(struct endpoint *e,
                       const struct luma_request_options *from)
{
    size_t method = strlen(from->method) + 1, path = strlen(from->path) + 1;

    e->method = memcpy(e->text, from->method, method);
    e->path = memcpy(e->text + method, from->path, path);
    if (from->body)
        memcpy(e->text + method + path, from->body, from->len);
    if (from->body || expects_body(from->method))
        e->body = e->text + method + path;
    e->body_len = from->body ? from->len : 0;
}

struct job *endpoint_new(const struct luma_request_options *from,
                         int64_t deadline, int64_t now,
                         struct luma_error *error)
{
    struct endpoint *e;

    if (!check(from, error))
        return NULL;
    e = calloc(1, sizeof *e + strlen(from->method) + strlen(from->path) +
                      from->len + 3);
    if (!e) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return NULL;
    }
    job_init(&e->job, &endpoint_kind, NULL, deadline, now);
    e->job.count = 1;
    e->retries = from->retry || is_idempotent(from->method);
    copy_texts(e, from);
    return &e->job;
}
