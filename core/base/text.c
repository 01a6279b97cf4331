/* SPDX-License-Identifier: MIT */
/* Reads a text one UTF-8 character at a time. */
#include "base/text.h"

#include <string.h>

/* The number of bytes of the UTF-8 character at `s`, or 0 if it is invalid:
 * overlong, a surrogate, or beyond U+10FFFF. */
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

bool text_is_utf8(const char *text, size_t len)
{
    size_t n;

    for (; len > 0; text += n, len -= n) {
        n = utf8_length((const unsigned char *)text, len);
        if (!n)
            return false;
    }
    return true;
}

/* Whether it is an ASCII control character or one of C1 (U+0080 to U+009F).
 * Terminals interpret both. */
static bool is_control(const unsigned char *s, size_t n)
{
    return (n == 1 && (*s < ' ' || *s == 0x7F)) ||
           (n == 2 && *s == 0xC2 && s[1] < 0xA0);
}

/* The length of "://" at the start of a text, or 0 if it does not start so.
 * JSON allows backslashes before the slashes. */
static size_t after_scheme(const char *text, size_t len)
{
    if (len >= 3 && memcmp(text, "://", 3) == 0)
        return 3;
    return len >= 5 && memcmp(text, ":\\/\\/", 5) == 0 ? 5 : 0;
}

/* The length of the user name and password of a URL, with the "@", or 0 if
 * there are none. `text` follows "://". */
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

bool text_sanitize(char *out, size_t capacity, const char *text, size_t len,
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
        if (used + size >= capacity)
            break;
        memcpy(out + used, from, size);
        used += size;
        text += skip;
        len -= skip;
    }
    out[used] = '\0';
    return len == 0;
}

size_t text_length_before(const char *text, size_t len, const char *secret)
{
    size_t n = secret ? strlen(secret) : 0;

    for (n = n < len ? n : len; n > 0; n--)
        if (memcmp(text + len - n, secret, n) == 0)
            break;
    return len - n;
}
