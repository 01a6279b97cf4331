/* SPDX-License-Identifier: MIT */
/* What libcurl is told for a file, and what its end means. */
#include "http/transfer_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "http/url.h"
#include "http/proxy.h"

enum { MAX_IGNORED = 64 * 1024 };

/* ---- what libcurl calls ------------------------------------------------ */

static void read_head(const struct transfer_file *t, struct head *head)
{
    struct curl_header *h = NULL;
    long version = 0;

    curl_easy_getinfo(t->x.easy, CURLINFO_HTTP_VERSION, &version);
    head_start(head, t->x.http, version > CURL_HTTP_VERSION_1_1);
    while ((h = curl_easy_nextheader(t->x.easy, CURLH_HEADER, -1, h)))
        head_add(head, h->name, h->value);
}

/* Of these, resume.h has a table. 412 says that the condition of a Range does
 * not hold; without one it is a failure like others. */
static bool is_about_bytes(const struct transfer_file *t)
{
    return t->x.http == 200 || t->x.http == 206 || t->x.http == 416 ||
           (t->x.http == 412 && t->download->asked);
}

/* A page or message is called what the server calls it. */
static void tell_type(struct transfer_file *t, const struct head *head)
{
    char type[HEAD_TYPE];

    if (t->trouble.code != LUMA_ERR_LINK || head->kind == MEDIA_FILE ||
        t->x.http >= 300)
        return;
    proxy_sanitize(type, sizeof type, head->raw_type, strlen(head->raw_type),
                   false, t->x.options);
    luma_error_append(&t->trouble, "%s", type);
}

/* The head is complete: what is it? */
static void begin(struct transfer_file *t)
{
    struct head head;

    curl_easy_getinfo(t->x.easy, CURLINFO_RESPONSE_CODE, &t->x.http);
    t->begun = true;
    t->verdict = RESUME_REFUSE;
    if (!is_about_bytes(t))
        return;
    read_head(t, &head);
    t->verdict = resume_begin(t->download, &head, &t->trouble);
    tell_type(t, &head);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer_file *t = user;
    bool good;

    if (!t->begun)
        begin(t);
    t->x.answered = t->x.active = true;
    if (t->verdict == RESUME_TAKE) {
        good = resume_write(t->download, bytes, size * n, &t->trouble);
        t->bytes += good ? size * n : 0;
    } else { /* a short one is read, so that its connection can be used */
        t->ignored += size * n;
        good = t->ignored <= MAX_IGNORED && t->verdict != RESUME_AGAIN &&
               t->trouble.code == LUMA_OK;
    }
    t->stopped = !good;
    return good ? size * n : 0;
}

/* ---- life -------------------------------------------------------------- */

static bool add_headers(struct transfer_file *t)
{
    struct exchange *x = &t->x;
    char range[RESUME_RANGE];

    if (resume_ask(t->download, range) &&
        (!exchange_add_header(x, "Range: ", range) ||
         !exchange_add_header(x, "If-Range: ", t->download->state.etag)))
        return false;
    return exchange_add_header(x, "Accept: */*", "") &&
           exchange_add_header(x, "Accept-Encoding: identity", "") &&
           (!url_is_same_origin(t->url, x->options->base_url) ||
            exchange_add_header(x, "Authorization: Bearer ",
                                x->options->token));
}

/* A proxy's address is the caller's own choice, and what lies behind it cannot
 * be seen from here. */
struct transfer_file *transfer_file_new(const struct luma_options *options,
                                        struct resume *download,
                                        const char *url, bool allow_private,
                                        unsigned allowed)
{
    struct transfer_file *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->download = download;
    t->x.public_only = !allow_private && !options->proxy;
    luma_error_set(&t->trouble, LUMA_OK);
    t->url = buf_copy(url, strlen(url));
    if (t->url && exchange_init(&t->x, options, url, on_body) &&
        curl_easy_setopt(t->x.easy, CURLOPT_URL, url) == CURLE_OK &&
        add_headers(t) && exchange_begin(&t->x, allowed))
        return t;
    transfer_file_free(t);
    return NULL;
}

void transfer_file_free(struct transfer_file *t)
{
    if (!t)
        return;
    exchange_free(&t->x);
    free(t->url);
    free(t);
}

/* ---- the end ----------------------------------------------------------- */

static bool is_redirect(long http)
{
    return http == 301 || http == 302 || http == 303 || http == 307 ||
           http == 308;
}

/* An answer that gives no file. */
static enum file_result no_file(const struct transfer_file *t,
                                struct file_end *end)
{
    const char *location = exchange_only_header(&t->x, "Location");
    long http = t->x.http;
    char host[URL_HOST_SIZE];

    url_read_host(t->url, t->x.options, host);
    luma_error_set(&end->end.error, http >= 500 || http == 429
                                        ? code_of_http(http)
                                        : LUMA_ERR_LINK);
    luma_error_append(&end->end.error, "%s answered with HTTP %ld", host, http);
    if (!is_redirect(http))
        return FILE_FAILED;
    if (!location || url_follow(t->url, location, &end->location))
        return FILE_MOVED;
    luma_error_set(&end->end.error, LUMA_ERR_MEMORY);
    return FILE_FAILED;
}

/* The answer was read as far as it was wanted. */
static enum file_result answered(const struct transfer_file *t, CURLcode result,
                                 struct file_end *end)
{
    if (t->trouble.code != LUMA_OK) {
        end->end.error = t->trouble;
        return FILE_FAILED;
    }
    if (t->verdict == RESUME_TAKE) {
        luma_error_set(&end->end.error, LUMA_OK);
        return result == CURLE_OK ? FILE_DONE : FILE_FAILED;
    }
    luma_error_set(&end->end.error, LUMA_ERR_REPLY);
    return t->verdict == RESUME_AGAIN ? FILE_AGAIN : no_file(t, end);
}

/* How to repeat it. */
static enum retry_class how(const struct transfer_file *t, bool readable,
                            const struct luma_error *error)
{
    if (t->trouble.code != LUMA_OK && !t->trouble.retryable)
        return RETRY_CLASS_NEVER; /* the next response would be the same */
    return retry_class_of(error->code,
                          readable && t->x.http >= 300 ? t->x.http : 0);
}

void transfer_file_finish(struct transfer_file *t, CURLcode result,
                          enum luma_code ours, struct file_end *end)
{
    struct luma_error *error = &end->end.error;
    bool readable;

    result = exchange_result(&t->x, result);
    *end = (struct file_end){.what = FILE_FAILED};
    if (!ours && result == CURLE_OK && !t->begun)
        begin(t); /* there was no body */
    readable = !ours && (result == CURLE_OK || t->stopped ||
                         (result == CURLE_PARTIAL_FILE && t->begun &&
                          t->verdict != RESUME_TAKE));
    if (readable)
        end->what = answered(t, result, end);
    else
        exchange_failed(&t->x, result, ours, error);
    exchange_finish(&t->x, &end->end);
    end->end.bytes = t->bytes;
    end->end.how = how(t, readable, error);
    error->retryable = end->end.how != RETRY_CLASS_NEVER;
    if (end->what == FILE_FAILED && error->code == LUMA_ERR_LINK &&
        end->end.how == RETRY_CLASS_NEVER)
        end->what = FILE_NOT_IT;
}
