/* SPDX-License-Identifier: MIT */
/* The codes and messages of errors. */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

enum luma_code code_of_http(long http_status)
{
    if (http_status >= 500)
        return LUMA_ERR_SERVER;
    if (http_status == 401 || http_status == 403)
        return LUMA_ERR_AUTH;
    if (http_status == 429)
        return LUMA_ERR_RATE_LIMIT;
    if (http_status >= 300 && http_status < 400)
        return LUMA_ERR_REDIRECT;
    return LUMA_ERR_REJECTED;
}

enum retry_class retry_class_of(enum luma_code code, long http_status)
{
    switch (http_status) {
    case 408:
    case 500:
    case 502:
    case 504:
        return RETRY_CLASS_TRANSIENT;
    case 425:
        return RETRY_CLASS_ONCE;
    case 429:
    case 503:
        return RETRY_CLASS_THROTTLED;
    default:
        return http_status >= 300 ? RETRY_CLASS_NEVER : codes[code].retry;
    }
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
        {EDQUOT, "Disk quota exceeded"},
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
        {ESTALE, "Stale file handle"},
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
