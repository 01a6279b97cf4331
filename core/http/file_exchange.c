/* SPDX-License-Identifier: MIT */
/* Requests for a file, and what their responses mean. */
#include "http/file_exchange.h"

#include <stdlib.h>
#include <string.h>

#include "file/resume.h"
#include "http/url.h"
#include "http/proxy.h"

enum { MAX_IGNORED = 64 * 1024 };

struct file_exchange {
    struct exchange x;            /* first */
    bool begun;                   /* the head was looked at */
    enum resume_verdict verdict;  /* of the head */
    bool stopped;                 /* by luma: nothing more is wanted */
    size_t ignored;               /* bytes of a body that is no file */
    struct luma_error file_error; /* LUMA_OK for none */
};

static struct resume *file_of(const struct file_exchange *f)
{
    return f->x.request->file;
}

/* ---- what libcurl calls ------------------------------------------------ */

/* Of these, resume.h has a table. 412 says that the condition of a Range does
 * not hold; without one it is a failure like others. */
static bool is_about_bytes(const struct file_exchange *f)
{
    return f->x.http_status == 200 || f->x.http_status == 206 ||
           f->x.http_status == 416 ||
           (f->x.http_status == 412 && file_of(f)->asked);
}

/* A page or message is called what the server calls it. */
static void tell_type(struct file_exchange *f, const struct head *head)
{
    char type[HEAD_TYPE];

    if (f->file_error.code != LUMA_ERR_LINK || head->kind == MEDIA_FILE ||
        f->x.http_status >= 300)
        return;
    proxy_sanitize(type, sizeof type, head->raw_type, strlen(head->raw_type),
                   false, f->x.options);
    luma_error_append(&f->file_error, "%s", type);
}

/* The head is complete: what is it? */
static void begin(struct file_exchange *f)
{
    struct head head;

    f->begun = true;
    f->verdict = RESUME_REFUSE;
    if (!is_about_bytes(f))
        return;
    exchange_read_head(&f->x, &head);
    f->verdict = resume_begin(file_of(f), &head, &f->file_error);
    tell_type(f, &head);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct file_exchange *f = user;
    bool good;

    if (f->x.phase != EXCHANGE_BODY)
        return 0; /* after a 101, it is another protocol */
    if (!f->begun)
        begin(f);
    f->x.active_since_check = true;
    if (f->verdict == RESUME_TAKE) {
        good = resume_write(file_of(f), bytes, size * n, &f->file_error);
        f->x.bytes += good ? size * n : 0;
    } else { /* a short one is read, so that its connection can be used */
        f->ignored += size * n;
        good = f->ignored <= MAX_IGNORED && f->verdict != RESUME_AGAIN &&
               f->file_error.code == LUMA_OK;
    }
    f->stopped = !good;
    return good ? size * n : 0;
}

/* ---- the request ------------------------------------------------------- */

/* What another origin redirects to is its choice, even if it is a URL of the
 * gateway. */
static bool add_private_headers(struct file_exchange *f)
{
    struct request *r = f->x.request;
    bool same;

    if (!url_compare_origins(r->url, f->x.options->base_url, &same))
        return false;
    r->foreign = r->foreign || !same;
    return r->foreign || exchange_add_private_headers(&f->x);
}

static bool add_headers(struct file_exchange *f)
{
    struct exchange *x = &f->x;
    char range[RESUME_RANGE];

    if (resume_ask(file_of(f), range) &&
        (!exchange_add_header(x, "Range: ", range) ||
         !exchange_add_header(x, "If-Range: ", file_of(f)->state.etag)))
        return false;
    return exchange_add_header(x, "Accept: */*", "") &&
           exchange_add_header(x, "Accept-Encoding: identity", "") &&
           add_private_headers(f);
}

/* A proxy's address is the caller's own choice, and what lies behind it cannot
 * be seen from here. */
static bool prepare(struct exchange *x, const struct request *request)
{
    struct file_exchange *f = (struct file_exchange *)x;

    x->public_only = !request->allow_private && !x->options->proxy;
    return exchange_init(x, request->url, on_body) &&
           curl_easy_setopt(x->easy, CURLOPT_URL, request->url) == CURLE_OK &&
           add_headers(f);
}

/* ---- the end ----------------------------------------------------------- */

static bool is_redirect(long http)
{
    return http == 301 || http == 302 || http == 303 || http == 307 ||
           http == 308;
}

/* What refuses a file says something about its link, if nothing else. */
static enum luma_code code_of_refusal(long http)
{
    enum luma_code code = code_of_http(http);

    return code == LUMA_ERR_SERVER || code == LUMA_ERR_RATE_LIMIT
               ? code
               : LUMA_ERR_LINK;
}

static void set_refusal(const struct file_exchange *f, struct luma_error *error)
{
    long http = f->x.http_status;
    char host[URL_HOST_SIZE];

    if (code_of_http(http) == LUMA_ERR_CONNECT) {
        luma_error_set_proxy(error, http);
        return;
    }
    url_read_host(f->x.request->url, f->x.options, host);
    luma_error_set(error, code_of_refusal(http));
    luma_error_append(error, "%s answered with HTTP %ld", host, http);
}

/* libcurl does not pass on the header that it refuses, so the other headers
 * say nothing about the file. */
static void refuse_head(struct file_exchange *f)
{
    f->begun = true;
    f->verdict = is_about_bytes(f)
                     ? resume_refuse_head(file_of(f), &f->file_error)
                     : RESUME_REFUSE;
}

/* The response has no file. */
static enum exchange_outcome no_file(const struct file_exchange *f,
                                     struct exchange_end *end)
{
    const char *url = f->x.request->url;
    const char *location = exchange_only_header(&f->x, "Location");

    set_refusal(f, &end->error);
    if (!is_redirect(f->x.http_status))
        return EXCHANGE_FAILED;
    if (!location || url_follow(url, location, &end->location))
        return EXCHANGE_REDIRECTED;
    luma_error_set(&end->error, LUMA_ERR_MEMORY);
    return EXCHANGE_FAILED;
}

/* The response was read as far as it was wanted. */
static enum exchange_outcome outcome_of(const struct file_exchange *f,
                                        struct exchange_end *end)
{
    if (f->file_error.code != LUMA_OK) {
        end->error = f->file_error;
        return EXCHANGE_FAILED;
    }
    if (f->verdict == RESUME_TAKE) {
        luma_error_set(&end->error, LUMA_OK);
        return EXCHANGE_DONE;
    }
    luma_error_set(&end->error, LUMA_ERR_REPLY);
    return f->verdict == RESUME_AGAIN ? EXCHANGE_RESTART : no_file(f, end);
}

static enum retry_class class_of(const struct file_exchange *f,
                                 const struct luma_error *error)
{
    if (f->file_error.code != LUMA_OK && !f->file_error.retryable)
        return RETRY_CLASS_NEVER; /* the next response would be the same */
    return retry_class_of(error->code, f->x.http_status);
}

static void finish(struct exchange *x, CURLcode result,
                   enum luma_code abort_code, struct exchange_end *end)
{
    struct file_exchange *f = (struct file_exchange *)x;
    bool whole = !abort_code && (result == CURLE_OK || f->stopped);

    if (exchange_head_is_refused(x, result))
        refuse_head(f);
    else if (x->phase == EXCHANGE_BODY && !f->begun &&
             (whole || x->http_status >= 300))
        begin(f); /* nothing of a body has come */
    if (f->begun && (whole || f->verdict != RESUME_TAKE)) {
        end->outcome = outcome_of(f, end);
        end->retry_class = class_of(f, &end->error);
    } else {
        exchange_failed(x, result, abort_code, end);
    }
    if (end->outcome == EXCHANGE_FAILED &&
        end->retry_class == RETRY_CLASS_NEVER &&
        end->error.code == LUMA_ERR_LINK)
        end->outcome = EXCHANGE_NOT_FILE;
}

/* ---- life -------------------------------------------------------------- */

static void free_exchange(struct exchange *x)
{
    exchange_free(x);
    free(x);
}

static const struct exchange_type type = {
    .prepare = prepare,
    .finish = finish,
    .free = free_exchange,
};

struct exchange *file_exchange_new(const struct luma_options *options,
                                   struct connections *connections)
{
    struct file_exchange *f = calloc(1, sizeof *f);

    if (!f)
        return NULL;
    f->x.type = &type;
    f->x.options = options;
    f->x.connections = connections;
    luma_error_set(&f->file_error, LUMA_OK);
    return &f->x;
}
