/* SPDX-License-Identifier: MIT */
/* What libcurl is told for a file, and what its end means. */
#include "http/transfer_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/address.h"
#include "base/buf.h"
#include "http/failure.h"
#include "http/link.h"
#include "http/proxy.h"
#include "http/transfer.h"

/* Each header counts some bytes more than it has, as in HTTP/2: many short ones
 * cost as much as a few long ones. */
enum {
    MAX_HEADER_BYTES = 64 * 1024,
    HEADER_COST = 32,
    MAX_IGNORED = 64 * 1024
};

/* ---- what libcurl calls ------------------------------------------------ */

/* A proxy's address is the caller's own choice, and what lies behind it cannot
 * be seen from here. */
static bool checks_addresses(const struct transfer_file *t)
{
    return !t->allow_private && !t->options->proxy;
}

/* Before each send on a connection: also on one that was made for another
 * download, which may be allowed more. */
static int before_send(void *user, char *ip, char *local, int port, int from)
{
    struct transfer_file *t = user;

    (void)local, (void)port, (void)from;
    t->closed = checks_addresses(t) && !address_text_is_public(ip);
    t->refused = t->sends == t->allowed;
    if (t->closed || t->refused)
        return CURL_PREREQFUNC_ABORT;
    t->sends++;
    t->moved = true;
    return CURL_PREREQFUNC_OK;
}

/* The address itself is looked at, whatever name led to it. */
static curl_socket_t open_socket(void *user, curlsocktype purpose,
                                 struct curl_sockaddr *a)
{
    struct transfer_file *t = user;

    if (checks_addresses(t) && !address_is_public(&a->addr)) {
        t->closed = true;
        return CURL_SOCKET_BAD;
    }
    return transfer_open_socket(&t->socket_error, purpose, a);
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer_file *t = user;

    t->answered = t->moved = true;
    if (size * n > 5 && memcmp(bytes, "HTTP/", 5) == 0)
        t->in_head = true;
    else if (*bytes == '\r' || *bytes == '\n')
        t->in_head = false;
    t->header_bytes += size * n + HEADER_COST;
    return t->header_bytes > MAX_HEADER_BYTES ? 0 : size * n;
}

/* NULL where there is none, or several that differ. */
static const char *header(const struct transfer_file *t, const char *name)
{
    struct curl_header *found;
    const char *value;
    size_t i, amount;

    if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &found) !=
        CURLHE_OK)
        return NULL;
    value = found->value;
    amount = found->amount;
    for (i = 1; i < amount; i++)
        if (curl_easy_header(t->easy, name, i, CURLH_HEADER, -1, &found) !=
                CURLHE_OK ||
            strcmp(found->value, value) != 0)
            return NULL;
    return value;
}

static void read_head(const struct transfer_file *t, struct head *head)
{
    struct curl_header *h = NULL;
    long version = 0;

    curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
    head_start(head, t->http, version > CURL_HTTP_VERSION_1_1);
    while ((h = curl_easy_nextheader(t->easy, CURLH_HEADER, -1, h)))
        head_add(head, h->name, h->value);
}

/* Of these, download.h has a table. 412 says that the condition of a Range does
 * not hold; without one it is a failure like others. */
static bool is_about_bytes(const struct transfer_file *t)
{
    return t->http == 200 || t->http == 206 || t->http == 416 ||
           (t->http == 412 && t->download->asked);
}

/* A page or message is called what the server calls it. */
static void tell_type(struct transfer_file *t, const struct head *head)
{
    char type[HEAD_TYPE];

    if (t->trouble.code != LUMA_LINK || head->kind == MEDIA_FILE ||
        t->http >= 300)
        return;
    proxy_clean(type, sizeof type, head->whole_type, strlen(head->whole_type),
                false, t->options);
    status_detail(&t->trouble, "%s", type);
}

/* The head is complete: what is it? */
static void begin(struct transfer_file *t)
{
    struct head head;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->http);
    t->begun = true;
    t->verdict = DOWNLOAD_REFUSE;
    if (!is_about_bytes(t))
        return;
    read_head(t, &head);
    t->verdict = download_begin(t->download, &head, &t->trouble);
    tell_type(t, &head);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer_file *t = user;
    bool good;

    if (!t->begun)
        begin(t);
    t->answered = t->moved = true;
    if (t->verdict == DOWNLOAD_TAKE) {
        good = download_write(t->download, bytes, size * n, &t->trouble);
        t->bytes += good ? size * n : 0;
    } else { /* a short one is read, so that its connection can be used */
        t->ignored += size * n;
        good = t->ignored <= MAX_IGNORED && t->verdict != DOWNLOAD_AGAIN &&
               t->trouble.code == LUMA_OK;
    }
    t->stopped = !good;
    return good ? size * n : 0;
}

static int on_progress(void *user, curl_off_t dltotal, curl_off_t dlnow,
                       curl_off_t ultotal, curl_off_t ulnow)
{
    struct transfer_file *t = user;

    (void)dltotal, (void)ultotal;
    if (t->progress != dlnow + ulnow)
        t->moved = true;
    t->progress = dlnow + ulnow;
    return 0;
}

/* ---- options ----------------------------------------------------------- */

#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool set_callbacks(struct transfer_file *t, CURL *easy)
{
    return SET(CURLOPT_ERRORBUFFER, t->detail) &&
           SET(CURLOPT_PREREQFUNCTION, before_send) &&
           SET(CURLOPT_PREREQDATA, t) &&
           SET(CURLOPT_HEADERFUNCTION, on_header) &&
           SET(CURLOPT_HEADERDATA, t) && SET(CURLOPT_WRITEFUNCTION, on_body) &&
           SET(CURLOPT_WRITEDATA, t) && SET(CURLOPT_NOPROGRESS, 0L) &&
           SET(CURLOPT_XFERINFOFUNCTION, on_progress) &&
           SET(CURLOPT_XFERINFODATA, t) &&
           SET(CURLOPT_OPENSOCKETFUNCTION, open_socket) &&
           SET(CURLOPT_OPENSOCKETDATA, t);
}

static bool set_request(struct transfer_file *t, CURL *easy)
{
    const struct luma_options *o = t->options;

    return SET(CURLOPT_URL, t->url) && SET(CURLOPT_HTTPGET, 1L) &&
           SET(CURLOPT_HTTPHEADER, t->headers) &&
           SET(CURLOPT_HEADEROPT, CURLHEADER_SEPARATE) &&
           SET(CURLOPT_USERAGENT, o->user_agent) &&
           SET(CURLOPT_HTTP_VERSION,
               o->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_TCP_KEEPALIVE, 1L) &&
           SET(CURLOPT_BUFFERSIZE, 128L * 1024) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout);
}

static bool add_headers(struct transfer_file *t)
{
    char range[DOWNLOAD_RANGE];

    if (download_ask(t->download, range) &&
        (!transfer_add_header(&t->headers, "Range: ", range) ||
         !transfer_add_header(&t->headers,
                              "If-Range: ", t->download->state.etag)))
        return false;
    return transfer_add_header(&t->headers, "Accept: */*", "") &&
           transfer_add_header(&t->headers, "Accept-Encoding: identity", "") &&
           (!link_same_origin(t->url, t->options->base_url) ||
            transfer_add_header(&t->headers, "Authorization: Bearer ",
                                t->options->token));
}

struct transfer_file *transfer_file_new(const struct luma_options *options,
                                        struct download *download,
                                        const char *url, bool allow_private,
                                        unsigned allowed)
{
    struct transfer_file *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->options = options;
    t->download = download;
    t->allow_private = allow_private;
    t->allowed = allowed;
    status_set(&t->trouble, LUMA_OK);
    t->easy = curl_easy_init();
    t->url = buf_copy(url, strlen(url));
    if (t->easy && t->url && add_headers(t) && set_callbacks(t, t->easy) &&
        transfer_set_safety(t->easy, options, url) && set_request(t, t->easy))
        return t;
    transfer_file_free(t);
    return NULL;
}

void transfer_file_free(struct transfer_file *t)
{
    if (!t)
        return;
    if (t->easy)
        curl_easy_cleanup(t->easy);
    transfer_free_headers(t->headers);
    free(t->url);
    free(t);
}

int64_t transfer_file_watch(struct transfer_file *t, int64_t now)
{
    if (t->moved) {
        t->moved = false;
        t->last_byte = now;
    }
    return t->last_byte ? t->last_byte + t->options->stall_timeout : 0;
}

/* ---- the end ----------------------------------------------------------- */

/* No answer that could be read to its end. */
static void broken(const struct transfer_file *t, CURLcode result,
                   enum luma_status ours, struct luma_error *error)
{
    struct failure failure = {result, t->detail, t->socket_error, t->sends > 0,
                              t->answered && t->http};

    if (t->closed || t->refused) {
        status_set(error, t->closed ? LUMA_ADDRESS : LUMA_NETWORK);
    } else if (t->header_bytes > MAX_HEADER_BYTES) {
        status_set(error, LUMA_TOO_LARGE);
        status_detail(error, "its headers are over 64 KiB");
    } else if (ours) {
        status_set(error, ours);
    } else {
        failure_set(error, &failure, t->options);
    }
}

static bool is_redirect(long http)
{
    return http == 301 || http == 302 || http == 303 || http == 307 ||
           http == 308;
}

/* An answer that gives no file. */
static enum file_result no_file(const struct transfer_file *t,
                                struct file_end *end)
{
    const char *location = header(t, "Location");
    long http = t->http;
    char host[LINK_HOST];

    link_host(t->url, t->options, host);
    status_set(&end->end.error,
               http >= 500 || http == 429 ? status_of_http(http) : LUMA_LINK);
    status_detail(&end->end.error, "%s answered with HTTP %ld", host, http);
    if (!is_redirect(http))
        return FILE_FAILED;
    if (!location || link_follow(t->url, location, &end->location))
        return FILE_MOVED;
    status_set(&end->end.error, LUMA_MEMORY);
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
    if (t->verdict == DOWNLOAD_TAKE) {
        status_set(&end->end.error, LUMA_OK);
        return result == CURLE_OK ? FILE_DONE : FILE_FAILED;
    }
    status_set(&end->end.error, LUMA_REPLY);
    return t->verdict == DOWNLOAD_AGAIN ? FILE_AGAIN : no_file(t, end);
}

/* How to repeat it. */
static enum status_retry how(const struct transfer_file *t, bool readable,
                             const struct luma_error *error)
{
    if (t->trouble.code != LUMA_OK && !t->trouble.retryable)
        return RETRY_NEVER; /* the next response would be the same */
    return status_retry(error->code, readable && t->http >= 300 ? t->http : 0);
}

static void read_hint(const struct transfer_file *t, struct exchange_end *end)
{
    end->hint = retry_hint(header(t, "Retry-After"), header(t, "Date"),
                           (int64_t)time(NULL));
    if (end->hint.kind == HINT_SECONDS)
        end->error.retry_after = end->hint.seconds;
    if (t->http != 429 && t->http != 503)
        end->hint = (struct retry_hint){HINT_NONE, 0}; /* told, not obeyed */
}

void transfer_file_finish(struct transfer_file *t, CURLcode result,
                          enum luma_status ours, struct file_end *end)
{
    bool readable;

    if (result == CURLE_OK && t->in_head)
        result = CURLE_PARTIAL_FILE; /* libcurl takes a cut head for whole */
    *end = (struct file_end){.what = FILE_FAILED, .end.sends = t->sends};
    if (!ours && result == CURLE_OK && !t->begun)
        begin(t); /* there was no body */
    readable = !ours && (result == CURLE_OK || t->stopped ||
                         (result == CURLE_PARTIAL_FILE && t->begun &&
                          t->verdict != DOWNLOAD_TAKE));
    if (readable)
        end->what = answered(t, result, end);
    else
        broken(t, result, ours, &end->end.error);
    end->end.bytes = t->bytes;
    end->end.error.http = t->http;
    if (t->begun)
        read_hint(t, &end->end);
    end->end.error.phase = !t->sends     ? "connect"
                           : t->answered ? "body"
                                         : "wait";
    end->end.how = how(t, readable, &end->end.error);
    end->end.error.retryable = end->end.how != RETRY_NEVER;
    if (end->what == FILE_FAILED && end->end.error.code == LUMA_LINK &&
        end->end.how == RETRY_NEVER)
        end->what = FILE_NOT_IT;
}
