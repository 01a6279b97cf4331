/* SPDX-License-Identifier: MIT */
/* What may be requested, and what may be requested twice. */
#include "job/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

enum { MAX_METHOD = LUMA_METHOD_SIZE - 1, MAX_PATH = 8192 };

_Static_assert(MAX_PATH == 8192, "a message says so");

struct endpoint {
    struct job job; /* first */
    bool requested; /* the request was given to the loop */
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

/* How many bytes stand for a dot here: one, or three if it is escaped as %2e,
 * which libcurl and servers read as a dot. */
static size_t dot_length(const char *at)
{
    bool escaped = at[0] == '%' && at[1] == '2' && ascii_lower(at[2]) == 'e';

    return escaped ? 3 : *at == '.';
}

/* Whether the path has the segment "..", which leads above the path of
 * base_url. */
static bool has_parent(const char *path)
{
    for (; *path && *path != '?'; path++) {
        const char *at = path + 1;
        size_t first = *path == '/' ? dot_length(at) : 0;
        size_t second = first ? dot_length(at + first) : 0;

        if (second && strchr("/?", at[first + second]))
            return true;
    }
    return false;
}

/* What is wrong with the path, or NULL. Printable ASCII, so that nothing can
 * hide behind the request's line. */
static const char *path_problem(const char *path)
{
    const char *c = path;

    while (*c > ' ' && *c <= '~')
        c++;
    if (path[0] != '/' || path[1] == '/' || *c)
        return "must start with one / and be printable ASCII without spaces";
    if (c - path > MAX_PATH)
        return "must have at most 8192 bytes";
    if (strchr(path, '#'))
        return "must not have a #, which is %23 in a URL";
    return has_parent(path) ? "must not have the segment \"..\"" : NULL;
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
    const char *problem = path_problem(from->path);

    luma_error_set(error, LUMA_OK);
    if (!is_method(from->method))
        luma_error_set_argument(error, "method",
                                "must be a word in capital letters, such "
                                "as GET or POST");
    else if (from->body && strcmp(from->method, "HEAD") == 0)
        luma_error_set_argument(error, "method", "HEAD goes without a body");
    else if (problem)
        luma_error_set_argument(error, "path", problem);
    return error->code == LUMA_OK;
}

/* ---- the request ------------------------------------------------------- */

static int64_t due(const struct job *job)
{
    return ((const struct endpoint *)job)->requested ? INT64_MAX : 0;
}

static struct request *next(struct job *job, const struct job_context *c)
{
    struct endpoint *e = (struct endpoint *)job;
    struct endpoint_request *r = calloc(1, sizeof *r);

    if (!r) {
        job_fail_memory(job);
        return NULL;
    }
    e->requested = true;
    job_init_request(job_ref(job), &r->request, c->options);
    r->request.target = REQUEST_ENDPOINT;
    r->request.settled.ids = &r->index;
    r->request.idempotent = e->retries;
    r->request.method = e->method;
    r->request.path = e->path;
    r->request.body = e->body;
    r->request.body_len = e->body_len;
    return &r->request;
}

static void drop_value(struct request *request)
{
    free(request->settled.value);
    request->settled.value = NULL;
}

/* The value of an earlier attempt is not that of the next one. */
static bool prepare(struct request *request, const struct job_context *c,
                    struct luma_error *error)
{
    (void)c, (void)error;
    drop_value(request);
    return true;
}

/* The end of the exchange decides whether it is the result, or belongs to an
 * error. */
static enum doc_verdict document(struct request *request, struct luma_doc *doc,
                                 const struct job_context *c)
{
    (void)c;
    drop_value(request);
    request->settled.value = doc;
    return DOC_KEPT;
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
    const struct endpoint *e = (const struct endpoint *)request->job;
    struct luma_doc *value = request->settled.value;

    if (!e->retries && end->sends)
        request->limits.attempts = request->attempts; /* it may have arrived */
    if (end->error.code != LUMA_OK)
        return REQUEST_FAILED;
    request->settled.value = NULL;
    value->final = true;
    request->job->phase = JOB_DONE;
    job_deliver(request->job, value, 0, c->events);
    end->delivered++;
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
    drop_value(request);
    free(request);
}

/* What has come belongs to the error. A job that is cancelled has no error of
 * its own, but its caller may look at the value. */
static void cut(struct request *request, const struct exchange_end *end,
                const struct job_context *c)
{
    if (!request->settled.value) {
        drop(request);
    } else if (end->error.code != LUMA_ERR_CANCELLED) {
        failed(request, end, c);
    } else {
        request->settled.error = end->error;
        close_request(request, c->events);
    }
}

/* ---- life -------------------------------------------------------------- */

static const struct job_kind endpoint_kind = {
    .loop = LOOP_GATEWAY,
    .due = due,
    .next = next,
    .prepare = prepare,
    .document = document,
    .ended = ended,
    .failed = failed,
    .drop = drop,
    .cut = cut,
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
