/* SPDX-License-Identifier: MIT */
/* Reads a text one UTF-8 character at a time. */
#include "base/text.h"

#include <string.h>

#include "base/ascii.h"

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

void text_drop_cut(char *text)
{
    size_t len = strlen(text), n;

    for (n = 1; n <= 3 && n <= len; n++) {
        const unsigned char *s = (const unsigned char *)text + len - n;

        if (*s < 0x80 || (*s >= 0xC2 && utf8_length(s, n)))
            return;
        if (*s >= 0xC2) {
            text[len - n] = '\0';
            return;
        }
    }
}

/* Whether it is an ASCII control character, one of C1 (U+0080 to U+009F), ends
 * a line (U+2028, U+2029), or changes the direction of the text around it
 * (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069). */
static bool is_control(const unsigned char *s, size_t n)
{
    if (n == 1)
        return *s < ' ' || *s == 0x7F;
    if (n == 2)
        return (*s == 0xC2 && s[1] < 0xA0) || (*s == 0xD8 && s[1] == 0x9C);
    return n == 3 && *s == 0xE2 &&
           ((s[1] == 0x80 && (s[2] == 0x8E || s[2] == 0x8F ||
                              (s[2] >= 0xA8 && s[2] <= 0xAE))) ||
            (s[1] == 0x81 && s[2] >= 0xA6 && s[2] <= 0xA9));
}

/* ---- secrets ----------------------------------------------------------- */

/* How JSON, URLs and HTML write a byte as a number. */
static const struct form {
    const char *start;
    int base;
    size_t least, most; /* digits */
    const char *end;
} forms[] = {
    {"\\u", 16, 4, 4, ""},
    {"%", 16, 2, 2, ""},
    {"&#x", 16, 1, 7, ";"},
    {"&#", 10, 1, 7, ";"},
};

static int value_of_digit(char c, int base)
{
    int value = ascii_is_digit(c)    ? c - '0'
                : ascii_is_letter(c) ? ascii_lower(c) - 'a' + 10
                                     : base;

    return value < base ? value : -1;
}

/* The length of a byte in this form at the start of a text, or 0 if it is not
 * there. Sets `cut` if the text ends within it. */
static size_t length_in_form(const struct form *form, const char *text,
                             size_t len, char byte, bool *cut)
{
    size_t start = strlen(form->start), end = strlen(form->end), i;
    int number = 0, digit;

    if (!ascii_same_bytes(text, form->start, start < len ? start : len))
        return 0;
    for (i = start; i < len && i < start + form->most; i++) {
        digit = value_of_digit(text[i], form->base);
        if (digit < 0)
            break;
        number = number * form->base + digit;
    }
    if (i >= len && (i < start + form->least || end)) {
        *cut = true;
        return 0;
    }
    return i >= start + form->least && number == (unsigned char)byte &&
                   memcmp(text + i, form->end, end) == 0
               ? i + end
               : 0;
}

/* The same in any form, with a backslash as well, or as it is. Which of them
 * comes first matters for a byte that begins a form. */
static size_t length_of_byte(const char *text, size_t len, char byte,
                             bool plain_first, bool *cut)
{
    size_t i, n = 0;

    if (len >= 2 && text[0] == '\\' && text[1] == byte)
        return 2;
    if (plain_first && *text == byte)
        return 1;
    for (i = 0; !n && i < sizeof forms / sizeof *forms; i++)
        n = length_in_form(&forms[i], text, len, byte, cut);
    return n ? n : *text == byte;
}

/* The length of the secret at the start of a text, plain or escaped, or 0 if it
 * is not there. Sets `cut`: the text ends within it, after its first byte. */
static size_t length_one_way(const char *text, size_t len, const char *secret,
                             bool plain_first, bool *cut)
{
    const char *byte;
    size_t used = 0, n = strlen(secret);
    bool within = false; /* an escape, or the secret, may be cut */

    *cut = len < n && memcmp(text, secret, len) == 0;
    if (*cut)
        return 0;
    if (n <= len && memcmp(text, secret, n) == 0)
        return n;
    for (byte = secret; *byte; byte++, used += n) {
        within = within || used == len;
        n = used < len ? length_of_byte(text + used, len - used, *byte,
                                        plain_first, &within)
                       : 0;
        if (!n) {
            *cut = within && used > 0;
            return 0;
        }
    }
    return used;
}

/* The same. In a text that escapes in one way, a secret may look like an escape
 * of another way. */
static size_t length_of_secret(const char *text, size_t len, const char *secret,
                               bool *cut)
{
    size_t n = length_one_way(text, len, secret, false, cut);

    return n || *cut ? n : length_one_way(text, len, secret, true, cut);
}

/* ---- URLs -------------------------------------------------------------- */

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

static bool is_of_word(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '_' || c == '-';
}

/* Whether an escape ends before `at`, such as %3D, \n or \u003d. */
static bool follows_escape(const char *begin, const char *at)
{
    size_t n = (size_t)(at - begin);

    return (n >= 2 && at[-2] == '\\') || (n >= 3 && at[-3] == '%') ||
           (n >= 6 && at[-6] == '\\' && at[-5] == 'u');
}

/* The length of the secret at `at`, in the text from `begin` to `end`, where it
 * has to be hidden; or 0. A short secret may be a part of any word, and is
 * hidden only where it stands alone. */
static size_t length_to_hide(const char *begin, const char *at, const char *end,
                             const char *secret)
{
    bool cut;
    size_t n = length_of_secret(at, (size_t)(end - at), secret, &cut);

    if (!n || strlen(secret) >= TEXT_SHORT_SECRET)
        return n;
    return (at > begin && is_of_word(at[-1]) && !follows_escape(begin, at)) ||
                   (at + n < end && is_of_word(at[n]))
               ? 0
               : n;
}

/* The longest of them, because one may be the start of another. */
static size_t longest_to_hide(const char *begin, const char *at,
                              const char *end, const char *const *secrets)
{
    size_t longest = 0;

    for (; secrets && *secrets; secrets++) {
        size_t n = length_to_hide(begin, at, end, *secrets);

        longest = n > longest ? n : longest;
    }
    return longest;
}

bool text_sanitize(char *out, size_t capacity, const char *text, size_t len,
                   const char *const *secrets)
{
    const char *begin = text;
    size_t used = 0;

    while (len > 0) {
        const unsigned char *at = (const unsigned char *)text;
        size_t n = utf8_length(at, len);
        bool shown = n && !is_control(at, n);
        const char *from = shown ? text : n ? " " : "?";
        size_t size = shown ? n : 1, skip = n ? n : 1;
        size_t start = after_scheme(text, len), user = 0;
        size_t hidden = longest_to_hide(begin, text, text + len, secrets);

        if (start)
            user = user_info(text + start, len - start);
        if (hidden) {
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

size_t text_length_before(const char *text, size_t len,
                          const char *const *secrets)
{
    bool cut = false;
    size_t i;

    for (; secrets && *secrets; secrets++)
        for (i = 0; i < len; i++) {
            length_of_secret(text + i, len - i, *secrets, &cut);
            if (cut)
                len = i;
        }
    return len;
}
