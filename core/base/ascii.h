/* SPDX-License-Identifier: MIT */
/* ASCII letters, digits and white space, independent of the locale: protocols
 * and gateways mean exactly these bytes. Pure; any thread; nothing blocks. */
#ifndef LUMA_ASCII_H
#define LUMA_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

/* A space, tab or line break. */
static inline bool ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Removes white space from both ends of a text. */
static inline void ascii_trim(const char **text, size_t *len)
{
    while (*len && ascii_is_space(**text)) {
        ++*text;
        --*len;
    }
    while (*len && ascii_is_space((*text)[*len - 1]))
        --*len;
}

/* Whether the first n bytes are equal, ignoring case. Both texts must have n
 * bytes. */
static inline bool ascii_same_bytes(const char *a, const char *b, size_t n)
{
    while (n && ascii_lower(*a) == ascii_lower(*b)) {
        a++;
        b++;
        n--;
    }
    return n == 0;
}

/* Whether two texts are equal, ignoring case. */
static inline bool ascii_same(const char *a, const char *b)
{
    while (*a && ascii_lower(*a) == ascii_lower(*b)) {
        a++;
        b++;
    }
    return ascii_lower(*a) == ascii_lower(*b);
}

/* Whether `text` starts with `start`, ignoring case. */
static inline bool ascii_starts(const char *text, const char *start)
{
    while (*start && ascii_lower(*text) == ascii_lower(*start)) {
        text++;
        start++;
    }
    return !*start;
}

/* Reads the digits at `*at` as a number in base 8, 10 or 16, and moves `*at`
 * behind them. False: there are no digits, or the number needs more than 64
 * bits. */
static inline bool ascii_read(const char **at, unsigned base, uint64_t *number)
{
    const char *p = *at;
    uint64_t n = 0;

    for (; ascii_is_digit(*p) || (base == 16 && ascii_is_letter(*p)); p++) {
        unsigned digit = ascii_is_digit(*p)
                             ? (unsigned)(*p - '0')
                             : (unsigned)(ascii_lower(*p) - 'a') + 10;

        if (digit >= base || n > (UINT64_MAX - digit) / base)
            return false;
        n = n * base + digit;
    }
    if (p == *at)
        return false;
    *at = p;
    *number = n;
    return true;
}

#endif
