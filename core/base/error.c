/* SPDX-License-Identifier: MIT */
/* The tables behind error.h, made from its one list. */
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

enum luma_code code_of_http(long http)
{
    if (http >= 500)
        return LUMA_ERR_SERVER;
    if (http == 401 || http == 403)
        return LUMA_ERR_AUTH;
    if (http == 429)
        return LUMA_ERR_RATE_LIMIT;
    if (http >= 300 && http < 400)
        return LUMA_ERR_REDIRECT;
    return LUMA_ERR_REJECTED;
}

enum retry_class retry_class_of(enum luma_code code, long http)
{
    switch (http) {
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
        return http >= 300 ? RETRY_CLASS_NEVER : codes[code].retry;
    }
}

void status_set(struct luma_error *error, enum luma_code code)
{
    *error = (struct luma_error){.code = code, .retry_after = -1};
    error->retryable = codes[code].retry != RETRY_CLASS_NEVER;
    snprintf(error->message, sizeof error->message, "%s", codes[code].sentence);
}

void status_set_argument(struct luma_error *error, const char *field,
                         const char *problem)
{
    status_set(error, LUMA_ERR_ARGUMENT);
    error->field = field;
    snprintf(error->message, sizeof error->message, "%s: %s", field, problem);
}

void status_detail(struct luma_error *error, const char *format, ...)
{
    size_t used = strlen(error->message), room = sizeof error->message - used;
    va_list args;

    if (room <= sizeof ": ")
        return;
    memcpy(error->message + used, ": ", sizeof ": ");
    va_start(args, format);
    vsnprintf(error->message + used + 2, room - 2, format, args);
    va_end(args);
}

/* strerror would answer in the language of the locale. */
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

void status_detail_errno(struct luma_error *error, const char *what, int number)
{
    const char *text = text_of_errno(number);

    if (text)
        status_detail(error, "%s: %s", what, text);
    else
        status_detail(error, "%s: error %d of the system", what, number);
}

void status_change(struct luma_error *error, enum luma_code code,
                   const char *detail)
{
    struct luma_error known = *error;

    status_set(error, code);
    status_detail(error, "%s", detail);
    error->http = known.http;
    error->attempts = known.attempts;
    memcpy(error->request_id, known.request_id, sizeof known.request_id);
}

/* How many bytes the UTF-8 character at `s` has; 0 when it is none. No long
 * forms, no surrogates, nothing beyond U+10FFFF. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    size_t n = *s < 0x80 ? 1 : *s >= 0xF0 ? 4 : *s >= 0xE0 ? 3 : 2, i;

    if (n > left || (*s >= 0x80 && *s < 0xC2) || *s > 0xF4)
        return 0;
    if ((*s == 0xE0 && s[1] < 0xA0) || (*s == 0xED && s[1] > 0x9F) ||
        (*s == 0xF0 && s[1] < 0x90) || (*s == 0xF4 && s[1] > 0x8F))
        return 0;
    for (i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

bool status_is_utf8(const char *text, size_t len)
{
    size_t n;

    for (; len > 0; text += n, len -= n) {
        n = utf8_length((const unsigned char *)text, len);
        if (!n)
            return false;
    }
    return true;
}

/* A control character, of ASCII or (U+0080 to U+009F) of C1: terminals obey
 * both. */
static bool is_control(const unsigned char *s, size_t n)
{
    return (n == 1 && (*s < ' ' || *s == 0x7F)) ||
           (n == 2 && *s == 0xC2 && s[1] < 0xA0);
}

/* The length of "://" at the start of a text, also with the backslashes that
 * JSON allows before slashes; 0: it does not start so. */
static size_t after_scheme(const char *text, size_t len)
{
    if (len >= 3 && memcmp(text, "://", 3) == 0)
        return 3;
    return len >= 5 && memcmp(text, ":\\/\\/", 5) == 0 ? 5 : 0;
}

/* How long the user name and password of a URL are with the "@" behind them,
 * where `text` is what follows "://"; 0: it has none. */
static size_t user_info(const char *text, size_t len)
{
    size_t i, found = 0;

    for (i = 0; i < len && (unsigned char)text[i] > ' ' &&
                !strchr("/?#\"'<>\\", text[i]);
         i++)
        if (text[i] == '@')
            found = i + 1;
    return found;
}

#define STARS "***"

bool status_clean(char *out, size_t room, const char *text, size_t len,
                  const char *secret)
{
    size_t hidden = secret ? strlen(secret) : 0, used = 0;

    while (len > 0) {
        const unsigned char *at = (const unsigned char *)text;
        size_t n = utf8_length(at, len);
        bool shown = n && !is_control(at, n);
        const char *from = shown ? text : n ? " " : "?";
        size_t size = shown ? n : 1, skip = n ? n : 1;
        size_t start = after_scheme(text, len), user = 0;

        if (start)
            user = user_info(text + start, len - start);
        if (hidden && hidden <= len && memcmp(text, secret, hidden) == 0) {
            from = STARS;
            size = sizeof STARS - 1;
            skip = hidden;
        } else if (user) {
            from = "://" STARS "@";
            size = sizeof "://" STARS "@" - 1;
            skip = start + user;
        }
        if (used + size >= room)
            break;
        memcpy(out + used, from, size);
        used += size;
        text += skip;
        len -= skip;
    }
    out[used] = '\0';
    return len == 0;
}
