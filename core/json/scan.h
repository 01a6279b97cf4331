/* SPDX-License-Identifier: MIT */
/* Finds bytes in JSON text, 16 or 8 at a time. Reads nothing at or behind
 * `end`. Pure; any thread; nothing blocks or fails. */
#ifndef LUMA_SCAN_H
#define LUMA_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    SCAN_INDENT = 31,
    SCAN_READS = 16 /* of a text that scan_is_at compares */
};

static inline bool scan_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

#ifdef __SSE2__

/* Returns the first quote or backslash, or `end`. */
static inline const char *scan_string(const char *p, const char *end)
{
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');

    for (; end - p >= 16; p += 16) {
        __m128i w = _mm_loadu_si128((const void *)p);
        int found = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(w, quote), _mm_cmpeq_epi8(w, slash)));

        if (found)
            return p + __builtin_ctz((unsigned)found);
    }
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* Returns the first byte that is not a blank, or `end`. */
static inline const char *scan_blanks(const char *p, const char *end)
{
    const __m128i blank = _mm_set1_epi8(' ');

    for (; end - p >= 16; p += 16) {
        __m128i w = _mm_loadu_si128((const void *)p);
        int other = _mm_movemask_epi8(_mm_cmpeq_epi8(w, blank)) ^ 0xFFFF;

        if (other)
            return p + __builtin_ctz((unsigned)other);
    }
    while (p < end && *p == ' ')
        p++;
    return p;
}

/* Whether the `n` bytes of `text` stand at `p`. SCAN_READS bytes of `text` can
 * be read, even if n is less. */
static inline bool scan_is_at(const char *p, const char *end, const char *text,
                              size_t n)
{
    if (n <= 16 && end - p >= 16) {
        __m128i a = _mm_loadu_si128((const void *)p);
        __m128i b = _mm_loadu_si128((const void *)text);
        unsigned other = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) ^
                         0xFFFFu;

        return (other & ((1u << n) - 1)) == 0;
    }
    return (size_t)(end - p) >= n && memcmp(p, text, n) == 0;
}

/* Whether a line break and `n` blanks stand at `p`, and no white space behind
 * them; `n` is at most SCAN_INDENT. */
static inline bool scan_is_indent(const char *p, const char *end, unsigned n)
{
    const __m128i blank = _mm_set1_epi8(' ');
    __m128i low, high;
    unsigned blanks;

    if (end - p <= SCAN_INDENT + 1 || *p != '\n' ||
        (unsigned char)p[n + 1] <= ' ')
        return false;
    low = _mm_cmpeq_epi8(_mm_loadu_si128((const void *)(p + 1)), blank);
    high = _mm_cmpeq_epi8(_mm_loadu_si128((const void *)(p + 17)), blank);
    blanks = (unsigned)_mm_movemask_epi8(low) |
             (unsigned)_mm_movemask_epi8(high) << 16;
    return (~blanks & ((1u << n) - 1)) == 0;
}

#else

static inline const char *scan_string(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;

    for (; end - p >= 8; p += 8) {
        uint64_t w, quote, slash;

        memcpy(&w, p, 8);
        quote = w ^ ones * '"';
        slash = w ^ ones * '\\';
        quote = (quote - ones) & ~quote;
        slash = (slash - ones) & ~slash;
        if ((quote | slash) & highs)
            break;
    }
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

static inline const char *scan_blanks(const char *p, const char *end)
{
    while (end - p >= 8 && memcmp(p, "        ", 8) == 0)
        p += 8;
    while (p < end && *p == ' ')
        p++;
    return p;
}

static inline bool scan_is_at(const char *p, const char *end, const char *text,
                              size_t n)
{
    return (size_t)(end - p) >= n && memcmp(p, text, n) == 0;
}

static inline bool scan_is_indent(const char *p, const char *end, unsigned n)
{
    static const char blanks[SCAN_INDENT + 1] =
        "                               ";

    return end - p > SCAN_INDENT + 1 && *p == '\n' &&
           memcmp(p + 1, blanks, n) == 0 && (unsigned char)p[n + 1] > ' ';
}

#endif

/* Returns the first byte that is not white space, or `end`. Most white space is
 * indentation: a line break and blanks. */
static inline const char *scan_space(const char *p, const char *end)
{
    while (p < end && scan_is_space(*p))
        p = scan_blanks(p + 1, end);
    return p;
}

#endif
