/* SPDX-License-Identifier: MIT */
/* What libcurl is told for a request, and what its end means. */
#include "http/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "http/failure.h"
#include "http/origin.h"
#include "base/process.h"
#include "http/proxy.h"

enum { MAX_HEADER_BYTES = 64 * 1024 };

/* ---- what libcurl calls ------------------------------------------------ */

/* Before each send on a connection, libcurl's silent resends included. */
static int before_send(void *user, char *ip, char *local, int port, int from)
{
    struct transfer *t = user;

    (void)ip, (void)local, (void)port, (void)from;
    if (t->sends == t->allowed) {
        t->refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    t->sends++;
    t->moved = true;
    return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer *t = user;

    t->answered = t->moved = true;
    if (size * n > 5 && memcmp(bytes, "HTTP/", 5) == 0)
        t->in_head = true;
    else if (*bytes == '\r' || *bytes == '\n')
        t->in_head = false;
    t->header_bytes += size * n;
    return t->header_bytes > MAX_HEADER_BYTES ? 0 : size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer *t = user;

    if (!t->http) {
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->http);
        reply_reset(&t->reply, t->http / 100 == 2);
    }
    t->answered = t->moved = true;
    return reply_feed(&t->reply, bytes, size * n) ? size * n : 0;
}

/* Whenever libcurl has read or written: a long request on its way out, and
 * bytes that do not unpack to anything yet, are no silence. */
static int on_progress(void *user, curl_off_t dltotal, curl_off_t dlnow,
                       curl_off_t ultotal, curl_off_t ulnow)
{
    struct transfer *t = user;

    (void)dltotal, (void)ultotal;
    if (t->progress != dlnow + ulnow)
        t->moved = true;
    t->progress = dlnow + ulnow;
    return 0;
}

/* Close-on-exec, so a program that the host starts does not get the socket. The
 * host may have closed a standard descriptor since the exchange began. */
curl_socket_t transfer_open_socket(void *user, curlsocktype purpose,
                                   struct curl_sockaddr *a)
{
    int *why = user;
    curl_socket_t fd;

    (void)purpose;
    process_fill_standard();
#ifdef SOCK_CLOEXEC
    fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
#else
    fd = socket(a->family, a->socktype, a->protocol);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
    if (fd >= 0)
        fd = process_move_up(fd);
    *why = fd < 0 ? errno : 0;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* ---- options ----------------------------------------------------------- */

/* libcurl copies strings; whatever fails here fails for want of memory. */
#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool set_callbacks(struct transfer *t, CURL *easy)
{
    return SET(CURLOPT_PRIVATE, t) && SET(CURLOPT_ERRORBUFFER, t->trouble) &&
           SET(CURLOPT_PREREQFUNCTION, before_send) &&
           SET(CURLOPT_PREREQDATA, t) &&
           SET(CURLOPT_HEADERFUNCTION, on_header) &&
           SET(CURLOPT_HEADERDATA, t) && SET(CURLOPT_WRITEFUNCTION, on_body) &&
           SET(CURLOPT_WRITEDATA, t) && SET(CURLOPT_NOPROGRESS, 0L) &&
           SET(CURLOPT_XFERINFOFUNCTION, on_progress) &&
           SET(CURLOPT_XFERINFODATA, t) &&
           SET(CURLOPT_OPENSOCKETFUNCTION, transfer_open_socket) &&
           SET(CURLOPT_OPENSOCKETDATA, &t->socket_error);
}

/* A directory of issuers beside the file would be read for every connection;
 * where there is only the directory, it has to be. */
static bool set_issuers(const struct luma_options *o, CURL *easy)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    if (!o->ca_file && !info->cainfo)
        return true;
    return SET(CURLOPT_CAPATH, NULL) &&
           (!o->ca_file || SET(CURLOPT_CAINFO, o->ca_file));
}

/* What could surprise a host, its user or the gateway is off: signals, the
 * wait for a resolver, redirects, environment proxies, other protocols. */
bool transfer_set_safety(CURL *easy, const struct luma_options *o,
                         const char *url)
{
    bool tls = ascii_starts(url, "https:");

    return SET(CURLOPT_NOSIGNAL, 1L) && SET(CURLOPT_QUICK_EXIT, 1L) &&
           SET(CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http") &&
           SET(CURLOPT_PROXY, o->proxy ? o->proxy : "") &&
           SET(CURLOPT_NOPROXY, "") &&
           SET(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) &&
           set_issuers(o, easy);
}

static bool set_exchange(struct transfer *t, CURL *easy)
{
    const struct luma_options *o = t->options;

    return SET(CURLOPT_HTTPHEADER, t->headers) &&
           SET(CURLOPT_HEADEROPT, CURLHEADER_SEPARATE) &&
           SET(CURLOPT_USERAGENT, o->user_agent) &&
           SET(CURLOPT_ACCEPT_ENCODING, "gzip") &&
           SET(CURLOPT_HTTP_VERSION,
               o->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_PIPEWAIT, o->http2 ? 1L : 0L) &&
           SET(CURLOPT_TCP_NODELAY, 1L) && SET(CURLOPT_TCP_KEEPALIVE, 1L) &&
           SET(CURLOPT_BUFFERSIZE, 128L * 1024) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout);
}

static bool set_post(CURL *easy, const char *url, const char *body, size_t len)
{
    return SET(CURLOPT_NOBODY, 0L) && SET(CURLOPT_CUSTOMREQUEST, NULL) &&
           SET(CURLOPT_URL, url) && SET(CURLOPT_POST, 1L) &&
           SET(CURLOPT_POSTFIELDS, body) &&
           SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
}

static bool set_request(struct transfer *t, const struct request *r)
{
    CURL *easy = t->easy;

    buf_clear(&t->target);
    if (!origin_append_base(&t->target, t->options->base_url) ||
        !buf_append(&t->target, r->path, strlen(r->path) + 1))
        return false;
    if (r->sends_body)
        return set_post(easy, t->target.data, r->body, r->len) &&
               SET(CURLOPT_CUSTOMREQUEST, r->method);
    return SET(CURLOPT_URL, t->target.data) && SET(CURLOPT_HTTPGET, 1L) &&
           SET(CURLOPT_NOBODY, strcmp(r->method, "HEAD") == 0 ? 1L : 0L) &&
           SET(CURLOPT_CUSTOMREQUEST, r->method);
}

bool transfer_prepare(struct transfer *t, const struct request *request,
                      int64_t timeout, unsigned allowed)
{
    CURL *easy = t->easy;

    t->reply.whole = request != NULL;
    reply_reset(&t->reply, false);
    t->sends = t->sends_told = 0;
    t->bytes_told = 0;
    t->allowed = allowed;
    t->refused = t->answered = t->in_head = t->moved = false;
    t->progress = t->last_byte = 0;
    t->header_bytes = 0;
    t->socket_error = 0;
    t->http = 0;
    t->trouble[0] = '\0';
    return SET(CURLOPT_TIMEOUT_MS, (long)timeout) &&
           (request ? set_request(t, request)
                    : set_post(easy, t->url, t->body.data, t->body.len));
}

/* ---- life -------------------------------------------------------------- */

bool transfer_add_header(struct curl_slist **headers, const char *name,
                         const char *value)
{
    struct buf line = {0};
    struct curl_slist *list = NULL;

    if (buf_append_text(&line, name) &&
        buf_append(&line, value, strlen(value) + 1))
        list = curl_slist_append(*headers, line.data);
    if (line.data)
        memset(line.data, 0, line.len);
    buf_free(&line);
    if (list)
        *headers = list;
    return list != NULL;
}

void transfer_free_headers(struct curl_slist *headers)
{
    struct curl_slist *line;

    for (line = headers; line; line = line->next)
        memset(line->data, 0, strlen(line->data));
    curl_slist_free_all(headers);
}

static char *endpoint(const char *base_url)
{
    static const char path[] = "/luma/tasks";
    struct buf url = {0};

    if (origin_append_base(&url, base_url) &&
        buf_append(&url, path, sizeof path))
        return url.data; /* the caller's */
    buf_free(&url);
    return NULL;
}

struct transfer *transfer_new(const struct luma_options *options)
{
    struct transfer *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->options = options;
    reply_init(&t->reply, options->max_task, options->max_reply,
               options->keep_text);
    t->easy = curl_easy_init();
    t->url = endpoint(options->base_url);
    if (t->easy && t->url &&
        transfer_add_header(&t->headers, "Accept: application/json", "") &&
        transfer_add_header(&t->headers, "Content-Type: application/json",
                            "") &&
        transfer_add_header(&t->headers, "Expect:", "") &&
        transfer_add_header(&t->headers, "Authorization: Bearer ",
                            options->token) &&
        set_callbacks(t, t->easy) &&
        transfer_set_safety(t->easy, options, t->url) &&
        set_exchange(t, t->easy))
        return t;
    transfer_free(t);
    return NULL;
}

void transfer_free(struct transfer *t)
{
    if (!t)
        return;
    if (t->easy)
        curl_easy_cleanup(t->easy);
    transfer_free_headers(t->headers);
    reply_free(&t->reply);
    buf_free(&t->body);
    buf_free(&t->target);
    free(t->url);
    free(t);
}

int64_t transfer_watch(struct transfer *t, int64_t now)
{
    if (t->moved) {
        t->moved = false;
        t->last_byte = now;
    }
    return t->last_byte ? t->last_byte + t->options->stall_timeout : 0;
}

/* ---- the end ----------------------------------------------------------- */

static const char *header(const struct transfer *t, const char *name)
{
    struct curl_header *found;

    return curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &found) ==
                   CURLHE_OK
               ? found->value
               : NULL;
}

static void no_reply(const struct transfer *t, CURLcode result,
                     enum luma_status ours, struct luma_error *error)
{
    struct failure failure = {result, t->trouble, t->socket_error, t->sends > 0,
                              t->answered && t->http};

    if (ours) {
        status_set(error, ours);
    } else if (t->header_bytes > MAX_HEADER_BYTES) {
        status_set(error, LUMA_TOO_LARGE);
        status_detail(error, "its headers are over 64 KiB");
    } else if (t->refused) {
        status_set(error, LUMA_NETWORK);
        status_detail(error, "an idle connection was dead, and no attempt "
                             "was left to use another");
    } else {
        failure_set(error, &failure, t->options);
    }
    error->http = t->http;
}

static void read_headers(const struct transfer *t, struct exchange_end *end)
{
    const char *after = header(t, "Retry-After");
    const char *id = header(t, "X-Oneapi-Request-Id");

    if (!id)
        id = header(t, "X-Request-Id");
    if (id)
        proxy_clean(end->error.request_id, sizeof end->error.request_id, id,
                    strlen(id), false, t->options);
    end->hint = retry_hint(after, header(t, "Date"), (int64_t)time(NULL));
    if (end->hint.kind == HINT_SECONDS)
        end->error.retry_after = end->hint.seconds;
    if (t->http != 429 && t->http != 503)
        end->hint = (struct retry_hint){HINT_NONE, 0}; /* told, not obeyed */
}

void transfer_finish(struct transfer *t, CURLcode result, enum luma_status ours,
                     struct exchange_end *end)
{
    struct luma_error *error = &end->error;
    bool stopped = result == CURLE_WRITE_ERROR && t->reply.bad;

    if (result == CURLE_OK && t->in_head)
        result = CURLE_PARTIAL_FILE; /* libcurl takes a cut head for whole */
    *end = (struct exchange_end){.sends = t->sends};
    if (!t->http && t->answered) /* else it would be the last exchange's */
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->http);
    t->reply.wants_tasks = t->http / 100 == 2;
    if (!ours && (result == CURLE_OK || stopped ||
                  (result == CURLE_PARTIAL_FILE && !t->reply.wants_tasks))) {
        reply_end(&t->reply, t->http, t->options->token, error);
        failure_clean(error, &t->reply, t->options,
                      t->reply.whole ? t->target.data : t->url,
                      header(t, "Location"));
    } else {
        no_reply(t, result, ours, error);
    }
    end->unreadable = (uint32_t)t->reply.unreadable;
    end->why = t->reply.why;
    end->strangers = (uint32_t)t->reply.strangers;
    end->listed = t->reply.listed;
    end->foreign = !t->reply.is_json && t->http && t->http / 100 != 2;
    if (t->answered)
        read_headers(t, end);
    error->phase = !t->sends ? "connect" : t->answered ? "body" : "wait";
    end->how = status_retry(error->code, t->http / 100 == 2 ? 0 : t->http);
    error->retryable = end->how != RETRY_NEVER;
}
