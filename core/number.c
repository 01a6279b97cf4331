/* SPDX-License-Identifier: MIT */
/* Numbers whose digits and power of ten are both exact as doubles need one
 * multiplication; the others go to strtod. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strtod_l */
#endif
#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "luma.h"

/* A number taken apart: digits * 10^exponent. */
struct parts {
    bool negative;
    bool whole;      /* neither fraction nor exponent */
    bool exact;      /* `digits` holds them all */
    uint64_t digits; /* leading ones */
    long exponent;
};

static const char *read_digits(const char *p, const char *end,
                               struct parts *parts)
{
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        unsigned digit = (unsigned)(*p - '0');

        if (parts->digits > (UINT64_MAX - digit) / 10)
            parts->exact = false;
        else
            parts->digits = parts->digits * 10 + digit;
    }
    return p;
}

static const char *read_exponent(const char *p, const char *end,
                                 struct parts *parts)
{
    bool negative = p < end && *p == '-';
    long value = 0;

    p += p < end && (*p == '-' || *p == '+');
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        if (value < 100000000) /* beyond it, no fraction makes up for it */
            value = value * 10 + (*p - '0');
    parts->exponent += negative ? -value : value;
    return p;
}

static bool take_apart(const char *p, const char *end, struct parts *parts)
{
    const char *from;

    *parts = (struct parts){.whole = true, .exact = true};
    parts->negative = p < end && *p == '-';
    p += parts->negative;
    from = p;
    p = read_digits(p, end, parts);
    if (p == from || (*from == '0' && p - from > 1))
        return false;
    if (p < end && *p == '.') {
        parts->whole = false;
        from = ++p;
        p = read_digits(p, end, parts);
        parts->exponent = -(long)(p - from);
        if (p == from)
            return false;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        parts->whole = false;
        p = read_exponent(p + 1, end, parts);
        if (p[-1] < '0' || p[-1] > '9')
            return false;
    }
    return p == end;
}

static double slow_double(const char *s, size_t n, locale_t c_locale)
{
    char small[64], *text = n < sizeof small ? small : malloc(n + 1);
    double value = 0;

    if (!text)
        return NAN;
    memcpy(text, s, n);
    text[n] = '\0';
    value = c_locale ? strtod_l(text, NULL, c_locale) : strtod(text, NULL);
    if (text != small)
        free(text);
    return value;
}

static double to_double(const struct parts *parts, const char *s, size_t n,
                        locale_t c_locale)
{
    static const double tens[] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double value = (double)parts->digits;
    long e = parts->exponent;

    if (!parts->exact || parts->digits > 1ull << 53 || e < -22 || e > 22)
        return slow_double(s, n, c_locale);
    value = e < 0 ? value / tens[-e] : value * tens[e];
    return parts->negative ? -value : value;
}

bool number_read(const char *s, size_t n, locale_t c_locale,
                 struct luma_node *node)
{
    struct parts parts;

    if (!take_apart(s, s + n, &parts))
        return false;
    if (!parts.whole) {
        node->kind = LUMA_FLOAT;
        node->number = to_double(&parts, s, n, c_locale);
    } else if (parts.exact &&
               parts.digits <= (uint64_t)INT64_MAX + parts.negative) {
        node->kind = LUMA_INTEGER;
        node->integer =
            (int64_t)(parts.negative ? 0 - parts.digits : parts.digits);
    } else {
        node->kind = LUMA_BIG;
    }
    return true;
}

double luma_big_number(const char *digits, size_t len)
{
    return slow_double(digits, len, (locale_t)0); /* no decimal point in it */
}
