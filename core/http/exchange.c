/* SPDX-License-Identifier: MIT */
/* What libcurl is told for every exchange, and what its end means. */
#include "http/exchange.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/secret.h"
#include "http/address.h"
#include "http/failure.h"
#include "http/reuse.h"

/* Each header counts some bytes more than it has, as in HTTP/2: many short ones
 * cost as much as a few long ones. */
enum { MAX_HEADER_BYTES = 64 * 1024, HEADER_COST = 32 };

_Static_assert(MAX_HEADER_BYTES == 64 * 1024, "failure_set_headers says so");

enum {
    TAIL_MS = 250, /* from the last task to the end of the response */
    CLOCKS_MS = 50 /* by which two clocks may differ */
};

/* ---- what libcurl calls ------------------------------------------------ */

/* Before each send on a connection, libcurl's silent resends included: also on
 * one that was made for another exchange, which may be allowed more. */
static int before_send(void *user, char *ip, char *local, int port, int from)
{
    struct exchange *x = user;

    (void)local;
    x->ports = (struct ports){from, port};
    x->refused = x->public_only && !address_text_is_public(ip)
                     ? REFUSED_ADDRESS
                     : reuse_count_send(x);
    if (x->refused)
        return CURL_PREREQFUNC_ABORT;
    x->phase = EXCHANGE_WAIT;
    x->active_since_check = true;
    return CURL_PREREQFUNC_OK;
}

/* The address itself is checked, whatever name led to it. One that is refused
 * is the cause of a failure only if the host has no other. */
curl_socket_t exchange_open_socket(void *user, curlsocktype purpose,
                                   struct curl_sockaddr *a)
{
    struct exchange *x = user;
    curl_socket_t fd;

    (void)purpose;
    if (x->public_only && !address_is_public(&a->addr)) {
        if (!x->connected)
            x->refused = REFUSED_ADDRESS;
        return CURL_SOCKET_BAD;
    }
    x->connected = true;
    x->refused = REFUSED_NOTHING;
    x->phase = EXCHANGE_CONNECT; /* also for a resend */
    fd = connections_open(x->connections, a);
    x->socket_error = fd == CURL_SOCKET_BAD ? errno : 0;
    return fd;
}

/* The final response comes after all interim ones. The trailers behind a body
 * are headers to libcurl. */
static void note_line(struct exchange *x, const char *line, size_t n)
{
    long status = 0;

    x->folded = x->folded || *line == ' ' || *line == '\t';
    if (x->phase <= EXCHANGE_WAIT && n > 5 && memcmp(line, "HTTP/", 5) == 0) {
        curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
        x->http_status = status >= 200 ? status : 0;
        x->folded = false;
        x->phase = EXCHANGE_HEAD;
        reuse_note_response(x);
    } else if (x->phase == EXCHANGE_HEAD && (*line == '\r' || *line == '\n')) {
        x->phase = x->http_status ? EXCHANGE_BODY : EXCHANGE_WAIT;
    }
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
    struct exchange *x = user;

    x->active_since_check = true;
    note_line(x, bytes, size * n);
    x->header_bytes += size * n + HEADER_COST;
    return x->header_bytes > MAX_HEADER_BYTES ? 0 : size * n;
}

/* Uploads and compressed bytes count as activity, so they do not trigger the
 * stall timeout. */
static int on_progress(void *user, curl_off_t dltotal, curl_off_t dlnow,
                       curl_off_t ultotal, curl_off_t ulnow)
{
    struct exchange *x = user;

    (void)dltotal, (void)ultotal;
    if (x->progress != dlnow + ulnow)
        x->active_since_check = true;
    x->progress = dlnow + ulnow;
    return 0;
}

/* ---- options ----------------------------------------------------------- */

/* libcurl copies strings. It has these options (library_init), so whatever
 * fails here fails for want of memory. */
#define SET(option, value) \
    (curl_easy_setopt(x->easy, option, value) == CURLE_OK)

static bool set_callbacks(struct exchange *x, curl_write_callback on_body)
{
    return SET(CURLOPT_PRIVATE, x) && SET(CURLOPT_ERRORBUFFER, x->curl_error) &&
           SET(CURLOPT_PREREQFUNCTION, before_send) &&
           SET(CURLOPT_PREREQDATA, x) &&
           SET(CURLOPT_HEADERFUNCTION, on_header) &&
           SET(CURLOPT_HEADERDATA, x) && SET(CURLOPT_WRITEFUNCTION, on_body) &&
           SET(CURLOPT_WRITEDATA, x) && SET(CURLOPT_NOPROGRESS, 0L) &&
           SET(CURLOPT_XFERINFOFUNCTION, on_progress) &&
           SET(CURLOPT_XFERINFODATA, x) &&
           SET(CURLOPT_OPENSOCKETFUNCTION, exchange_open_socket) &&
           SET(CURLOPT_OPENSOCKETDATA, x) &&
           SET(CURLOPT_CLOSESOCKETFUNCTION, connections_close) &&
           SET(CURLOPT_CLOSESOCKETDATA, x->connections);
}

/* ---- life -------------------------------------------------------------- */

bool exchange_init(struct exchange *x, const char *url,
                   curl_write_callback on_body)
{
    x->tls = ascii_starts(url, "https:");
    x->easy = curl_easy_init();
    return x->easy && set_callbacks(x, on_body) && exchange_set_options(x);
}

void exchange_free(struct exchange *x)
{
    struct curl_slist *line;

    if (x->easy)
        curl_easy_cleanup(x->easy);
    for (line = x->headers; line; line = line->next)
        secret_clear_text(line->data);
    curl_slist_free_all(x->headers);
}

bool exchange_prepare(struct exchange *x, struct request *request, int64_t now)
{
    x->request = request;
    x->started = now;
    x->phase = EXCHANGE_CONNECT;
    x->refused = REFUSED_NOTHING;
    x->counted_sends = 0;
    x->active_since_check = false;
    x->progress = x->last_byte = x->ends_by = 0;
    request->complete = false;
    x->bytes = x->counted_bytes = 0;
    x->header_bytes = 0;
    x->socket_error = 0;
    x->http_status = 0;
    x->curl_error[0] = '\0';
    return x->type->prepare(x, request) && reuse_prepare(x, now) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS,
               (long)request->limits.connect_timeout) &&
           SET(CURLOPT_HTTPHEADER, x->headers);
}

bool exchange_add_header(struct exchange *x, const char *name,
                         const char *value)
{
    struct buf line = {0};
    struct curl_slist *list = NULL;

    /* At once, since a block that grows leaves its bytes behind. */
    if (buf_reserve(&line, strlen(name) + strlen(value) + 1) &&
        buf_append_text(&line, name) &&
        buf_append(&line, value, strlen(value) + 1))
        list = curl_slist_append(x->headers, line.data);
    if (line.data)
        secret_clear(line.data, line.len);
    buf_free(&line);
    if (list)
        x->headers = list;
    return list != NULL;
}

bool exchange_add_private_headers(struct exchange *x)
{
    const char *const *line = x->options->headers;

    for (; line && *line; line++)
        if (!exchange_add_header(x, *line, ""))
            return false;
    return exchange_add_header(x, "Authorization: Bearer ", x->options->token);
}

int64_t exchange_stalls_at(struct exchange *x, int64_t now)
{
    if (x->active_since_check) {
        x->active_since_check = false;
        x->last_byte = now;
    }
    if (x->request->complete && !x->ends_by)
        x->ends_by = now + TAIL_MS;
    if (x->ends_by)
        return x->ends_by;
    return x->last_byte ? x->last_byte + x->request->limits.stall_timeout : 0;
}

/* ---- the response ------------------------------------------------------ */

static struct curl_header *find(const struct exchange *x, const char *name,
                                size_t index)
{
    struct curl_header *found;

    return curl_easy_header(x->easy, name, index, CURLH_HEADER, -1, &found) ==
                   CURLHE_OK
               ? found
               : NULL;
}

const char *exchange_header(const struct exchange *x, const char *name)
{
    const struct curl_header *found = find(x, name, 0);

    return found ? found->value : NULL;
}

const char *exchange_only_header(const struct exchange *x, const char *name)
{
    const struct curl_header *found = find(x, name, 0);
    const char *value = found ? found->value : NULL;
    size_t i, amount = found ? found->amount : 0;

    for (i = 1; i < amount; i++) {
        found = find(x, name, i);
        if (!found || strcmp(found->value, value) != 0)
            return NULL;
    }
    return value;
}

void exchange_read_head(const struct exchange *x, struct head *head)
{
    struct curl_header *h = NULL;

    head_start(head, x->http_status);
    while ((h = curl_easy_nextheader(x->easy, CURLH_HEADER, -1, h)))
        head_add(head, h->name, h->value);
    if (x->folded && head->end == HEAD_MARKED)
        head->end = HEAD_CODED; /* libcurl may have seen another value */
}

/* The status of a proxy that opens no tunnel, or 0. */
static long refusal_of_proxy(const struct exchange *x)
{
    long status = 0;

    if (!x->sends)
        curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status >= 300 ? status : 0;
}

/* libcurl itself takes no line of more than 100 KB. Some versions then report a
 * lack of memory. It may also be a real one, unless a byte has come. */
static bool headers_are_too_large(const struct exchange *x, CURLcode result)
{
    curl_off_t first_byte = 0;

    if (x->header_bytes > MAX_HEADER_BYTES)
        return true;
    if (!x->sends || x->phase >= EXCHANGE_BODY || !failure_is_of_size(result))
        return false;
    curl_easy_getinfo(x->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
    return first_byte || result != CURLE_OUT_OF_MEMORY;
}

bool exchange_head_is_refused(const struct exchange *x, CURLcode result)
{
    return result == CURLE_WEIRD_SERVER_REPLY && x->phase == EXCHANGE_HEAD &&
           x->http_status;
}

/* Whether the attempt's time is up after `time` ms, rather than that of the
 * connection: libcurl does not say, and its clock is another one. A file has no
 * such time. A request that is sent again has new time for its connection. */
static bool is_overtime(const struct exchange *x, int64_t time)
{
    const struct luma_limits *limits = &x->request->limits;

    if (x->request->target == REQUEST_FILE)
        return false;
    if (!x->sends)
        return limits->attempt_timeout < limits->connect_timeout;
    return x->phase > EXCHANGE_WAIT ||
           time + CLOCKS_MS >= limits->attempt_timeout;
}

static void set_failure(const struct exchange *x, CURLcode result,
                        enum luma_code abort_code, int64_t time,
                        struct luma_error *error)
{
    long refusal = refusal_of_proxy(x), system_error = 0;
    struct failure failure = {.result = result,
                              .text = x->curl_error,
                              .socket_error = x->socket_error,
                              .sent = x->sends > 0,
                              .answered = x->phase >= EXCHANGE_HEAD,
                              .overtime = is_overtime(x, time)};

    curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &system_error);
    failure.system_error = (int)system_error;

    if (x->refused == REFUSED_ADDRESS) {
        luma_error_set(error, LUMA_ERR_ADDRESS);
    } else if (abort_code) {
        luma_error_set(error, abort_code);
    } else if (headers_are_too_large(x, result)) {
        failure_set_headers(error, result, x->header_bytes > MAX_HEADER_BYTES);
    } else if (refusal) {
        luma_error_set_proxy(error, refusal);
    } else if (x->refused == REFUSED_SEND) {
        luma_error_set(error, LUMA_ERR_NETWORK);
        luma_error_append(error, "the connection ended without a response");
    } else {
        failure_set(error, &failure, x->options);
    }
}

void exchange_failed(const struct exchange *x, CURLcode result,
                     enum luma_code abort_code, struct exchange_end *end)
{
    long code = CURLPX_OK;

    set_failure(x, result, abort_code, end->time, &end->error);
    end->retry_class = failure_retry_class(result, &end->error);
    if (result == CURLE_PROXY)
        curl_easy_getinfo(x->easy, CURLINFO_PROXY_ERROR, &code);
    if (failure_is_refusal(code))
        end->retry_class = RETRY_CLASS_NEVER;
}

/* What Retry-After asks for. */
static void read_retry_after(const struct exchange *x, struct exchange_end *end)
{
    end->retry_after = retry_after_read(exchange_header(x, "Retry-After"),
                                        exchange_header(x, "Date"),
                                        (int64_t)time(NULL));
    if (end->retry_after.kind == RETRY_AFTER_SECONDS)
        end->error.retry_after = end->retry_after.seconds;
}

/* libcurl takes headers that were cut for a whole response, and what follows a
 * 101 for a body. */
void exchange_finish(struct exchange *x, CURLcode result,
                     enum luma_code abort_code, int64_t now,
                     struct exchange_end *end)
{
    /* of a request that was sent, even if it connects once more */
    static const char *const phases[] = {"wait", "wait", "body", "body"};

    *end = (struct exchange_end){.outcome = EXCHANGE_FAILED,
                                 .time = now - x->started};
    if ((result == CURLE_OK && x->phase == EXCHANGE_HEAD) ||
        (result == CURLE_WRITE_ERROR && x->phase < EXCHANGE_HEAD))
        result = CURLE_PARTIAL_FILE;
    reuse_note_end(x, result, abort_code, now);
    x->type->finish(x, result, abort_code, end);
    end->sends = x->sends;
    end->bytes = x->bytes;
    if (x->http_status) /* else it may be a proxy's */
        end->error.http_status = x->http_status;
    end->error.phase = x->sends ? phases[x->phase] : "connect";
    end->error.retryable = end->retry_class != RETRY_CLASS_NEVER;
    if (x->http_status)
        read_retry_after(x, end);
}
