/* SPDX-License-Identifier: MIT */
/* The codes and messages of errors. */
#include "error.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *name;
    const char *sentence;
    enum retry_class retry;
} codes[] = {
#define CODE_ROW(enumerator, name, retry, sentence) \
    {name, sentence, RETRY_CLASS_##retry},
    LUMA_CODES(CODE_ROW)
#undef CODE_ROW
};

_Static_assert(sizeof codes / sizeof *codes == LUMA_CODE_COUNT,
               "a row for each code");

const char *luma_code_name(enum luma_code code)
{
    return codes[code].name;
}

const char *luma_code_sentence(enum luma_code code)
{
    return codes[code].sentence;
}

/* The first row that has the status counts. A status that nobody has defined
 * may come from any server between the gateway and us. From 500 to 599 it is
 * temporary more often than not: Cloudflare's are 520 to 530. */
static const struct status_row {
    long first, last;
    enum luma_code code;
    enum retry_class retry;
} statuses[] = {
    {304, 304, LUMA_ERR_REPLY, RETRY_CLASS_TRANSIENT}, /* not asked for */
    {300, 399, LUMA_ERR_REDIRECT, RETRY_CLASS_NEVER},
    {401, 401, LUMA_ERR_AUTH, RETRY_CLASS_NEVER},
    {403, 403, LUMA_ERR_AUTH, RETRY_CLASS_NEVER},
    {407, 407, LUMA_ERR_CONNECT, RETRY_CLASS_NEVER}, /* from a proxy */
    {408, 409, LUMA_ERR_REJECTED, RETRY_CLASS_TRANSIENT},
    {421, 421, LUMA_ERR_REJECTED, RETRY_CLASS_TRANSIENT},
    {425, 425, LUMA_ERR_REJECTED, RETRY_CLASS_ONCE},
    {429, 429, LUMA_ERR_RATE_LIMIT, RETRY_CLASS_THROTTLED},
    {501, 501, LUMA_ERR_SERVER, RETRY_CLASS_NEVER}, /* not implemented */
    {503, 503, LUMA_ERR_SERVER, RETRY_CLASS_THROTTLED},
    {505, 506, LUMA_ERR_SERVER, RETRY_CLASS_NEVER}, /* version, variants */
    {508, 508, LUMA_ERR_SERVER, RETRY_CLASS_NEVER}, /* a loop */
    {510, 511, LUMA_ERR_SERVER, RETRY_CLASS_NEVER}, /* extension, log in */
    {529, 529, LUMA_ERR_SERVER, RETRY_CLASS_THROTTLED},
    {500, 599, LUMA_ERR_SERVER, RETRY_CLASS_TRANSIENT},
    {600, LONG_MAX, LUMA_ERR_SERVER, RETRY_CLASS_NEVER},
    {LONG_MIN, LONG_MAX, LUMA_ERR_REJECTED, RETRY_CLASS_NEVER},
};

static const struct status_row *row_of(long http_status)
{
    const struct status_row *row = statuses;

    while (http_status < row->first || http_status > row->last)
        row++;
    return row;
}

enum luma_code code_of_http(long http_status)
{
    return row_of(http_status)->code;
}

enum retry_class retry_class_of(enum luma_code code, long http_status)
{
    return http_status >= 300 ? row_of(http_status)->retry : codes[code].retry;
}

void luma_error_set(struct luma_error *error, enum luma_code code)
{
    *error = (struct luma_error){.code = code, .retry_after = -1};
    error->retryable = codes[code].retry != RETRY_CLASS_NEVER;
    snprintf(error->message, sizeof error->message, "%s", codes[code].sentence);
}

void luma_error_set_argument(struct luma_error *error, const char *field,
                             const char *problem)
{
    luma_error_set(error, LUMA_ERR_ARGUMENT);
    error->field = field;
    snprintf(error->message, sizeof error->message, "%s: %s", field, problem);
}

void luma_error_set_proxy(struct luma_error *error, long http_status)
{
    luma_error_set(error, LUMA_ERR_CONNECT);
    luma_error_append(error, "the proxy answered with HTTP %ld%s", http_status,
                      http_status == 407 ? ", check its user name and password"
                                         : "");
    error->http_status = http_status;
}

/* A message that fills its room was cut. */
static void end_message(struct luma_error *error)
{
    if (strlen(error->message) == sizeof error->message - 1)
        text_drop_cut(error->message);
}

void luma_error_append(struct luma_error *error, const char *format, ...)
{
    size_t used = strlen(error->message), left = sizeof error->message - used;
    va_list args;

    if (left <= sizeof ": ")
        return;
    memcpy(error->message + used, ": ", sizeof ": ");
    va_start(args, format);
    vsnprintf(error->message + used + 2, left - 2, format, args);
    va_end(args);
    end_message(error);
}

void luma_error_set_after(struct luma_error *error, enum luma_code code)
{
    struct luma_error last = *error;
    size_t used;

    luma_error_set(error, code);
    if (last.code == LUMA_OK)
        return;
    used = strlen(error->message);
    snprintf(error->message + used, sizeof error->message - used,
             "; last error: %s", last.message);
    end_message(error);
    luma_error_copy_exchange(error, &last);
}

/* Replaces strerror, whose language depends on the locale. */
static const char *text_of_errno(int number)
{
    static const struct {
        int number;
        const char *text;
    } texts[] = {
        {EACCES, "Permission denied"},
        {EAGAIN, "Resource temporarily unavailable"},
        {EBUSY, "Device or resource busy"},
        {EDEADLK, "Resource deadlock avoided"},
#ifdef EDQUOT
        {EDQUOT, "Disk quota exceeded"},
#endif
        {EEXIST, "File exists"},
        {EFBIG, "File too large"},
        {EINTR, "Interrupted system call"},
        {EINVAL, "Invalid argument"},
        {EIO, "Input/output error"},
        {EISDIR, "Is a directory"},
        {ELOOP, "Too many levels of symbolic links"},
        {EMFILE, "Too many open files"},
        {EMLINK, "Too many links"},
        {ENAMETOOLONG, "File name too long"},
        {ENFILE, "Too many open files in system"},
        {ENODEV, "No such device"},
        {ENOENT, "No such file or directory"},
        {ENOLCK, "No locks available"},
        {ENOMEM, "Cannot allocate memory"},
        {ENOSPC, "No space left on device"},
        {ENOSYS, "Function not implemented"},
        {ENOTDIR, "Not a directory"},
        {ENOTEMPTY, "Directory not empty"},
        {ENOTSUP, "Operation not supported"},
        {ENXIO, "No such device or address"},
        {EOVERFLOW, "Value too large for defined data type"},
        {EPERM, "Operation not permitted"},
        {EPIPE, "Broken pipe"},
        {EROFS, "Read-only file system"},
#ifdef ESTALE
        {ESTALE, "Stale file handle"},
#endif
        {ETXTBSY, "Text file busy"},
        {EXDEV, "Invalid cross-device link"},
    };
    size_t i = 0;

    while (i < sizeof texts / sizeof *texts && texts[i].number != number)
        i++;
    return i < sizeof texts / sizeof *texts ? texts[i].text : NULL;
}

void luma_error_append_errno(struct luma_error *error, const char *what,
                             int number)
{
    const char *text = text_of_errno(number);

    if (text)
        luma_error_append(error, "%s: %s", what, text);
    else
        luma_error_append(error, "%s: error %d of the system", what, number);
}

void luma_error_copy_exchange(struct luma_error *error,
                              const struct luma_error *from)
{
    error->http_status = from->http_status;
    error->attempts = from->attempts;
    error->phase = from->phase;
    error->retry_after = from->retry_after;
    memcpy(error->request_id, from->request_id, sizeof from->request_id);
}

void luma_error_change(struct luma_error *error, enum luma_code code,
                       const char *detail)
{
    struct luma_error known = *error;

    luma_error_set(error, code);
    if (detail)
        luma_error_append(error, "%s", detail);
    luma_error_copy_exchange(error, &known);
}
