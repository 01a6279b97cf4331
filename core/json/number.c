/* SPDX-License-Identifier: MIT */
/* Reading has three ways. If the digits and the power of ten are exact
 * doubles, one multiplication or division is enough. Else a 64-bit product is
 * nearly always exact enough to choose the nearest double. decimal.c decides
 * the rest. */
#include "json/number.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/ascii.h"
#include "json/decimal.h"
#include "luma.h"

/* ---- parsing ------------------------------------------------------------ */

/* A parsed number, about digits * 10^exponent. */
struct parts {
    bool negative;
    bool is_integer;      /* no fraction, no exponent */
    const char *text;     /* the digits, and the point */
    size_t len;           /* of `text` */
    uint64_t digits;      /* the first digits, as a number */
    long dropped;         /* how many further digits there are */
    bool dropped_nonzero; /* one of them is not zero */
    long exponent;        /* of the last digit of `text` */
};

static const char *read_digits(const char *p, const char *end, uint64_t *digits)
{
    uint64_t value = *digits;

    for (; p < end && ascii_is_digit(*p); p++)
        value = value * 10 + (uint64_t)(*p - '0');
    *digits = value;
    return p;
}

enum { MAX_DIGITS = 19 }; /* any 19 digits fit into 64 bits */

/* Keeps the first MAX_DIGITS digits in `digits` and counts the others. */
static void drop_digits(struct parts *parts)
{
    size_t i;
    int n = 0;

    parts->digits = 0;
    for (i = 0; i < parts->len; i++) {
        unsigned digit = (unsigned)(parts->text[i] - '0');

        if (!ascii_is_digit(parts->text[i]))
            continue;
        if (n < MAX_DIGITS) {
            parts->digits = parts->digits * 10 + digit;
            n += n || digit; /* leading zeros do not count */
        } else {
            parts->dropped++;
            parts->dropped_nonzero = parts->dropped_nonzero || digit;
        }
    }
}

static const char *read_exponent(const char *p, const char *end,
                                 struct parts *parts)
{
    bool negative = p < end && *p == '-';
    long value = 0;

    p += p < end && (*p == '-' || *p == '+');
    /* Larger exponents always give 0 or infinity. */
    for (; p < end && ascii_is_digit(*p); p++)
        if (value < 100000000)
            value = value * 10 + (*p - '0');
    parts->exponent += negative ? -value : value;
    return p;
}

static bool parse(const char *p, const char *end, struct parts *parts)
{
    const char *from;

    *parts = (struct parts){.is_integer = true};
    parts->negative = p < end && *p == '-';
    p += parts->negative;
    parts->text = from = p;
    p = read_digits(p, end, &parts->digits);
    if (p == from || (*from == '0' && p - from > 1))
        return false;
    if (p < end && *p == '.') {
        parts->is_integer = false;
        from = ++p;
        p = read_digits(p, end, &parts->digits);
        parts->exponent = -(long)(p - from);
        if (p == from)
            return false;
    }
    parts->len = (size_t)(p - parts->text);
    if (p < end && (*p == 'e' || *p == 'E')) {
        parts->is_integer = false;
        p = read_exponent(p + 1, end, parts);
        if (!ascii_is_digit(p[-1]))
            return false;
    }
    if (parts->len > MAX_DIGITS)
        drop_digits(parts);
    return p == end;
}

/* ---- conversion --------------------------------------------------------- */

/* m * 2^e; the highest bit of m is set. */
struct scaled {
    uint64_t m;
    int e;
};

static struct scaled scaled_of(uint64_t value)
{
    int zeros = __builtin_clzll(value);

    return (struct scaled){value << zeros, -zeros};
}

/* The product, without the bits after the 64th. */
static struct scaled multiply(struct scaled a, struct scaled b)
{
    uint64_t a1 = a.m >> 32, a0 = (uint32_t)a.m;
    uint64_t b1 = b.m >> 32, b0 = (uint32_t)b.m;
    uint64_t low = a0 * b0, one = a1 * b0, other = a0 * b1;
    uint64_t middle = (low >> 32) + (uint32_t)one + (uint32_t)other;
    uint64_t high = a1 * b1 + (one >> 32) + (other >> 32) + (middle >> 32);

    if (high >> 63)
        return (struct scaled){high, a.e + b.e + 64};
    high = high << 1 | (middle >> 31 & 1);
    return (struct scaled){high, a.e + b.e + 63};
}

enum { LEAST_POWER = -342, MOST_POWER = 308, FIRST = -351, STEP = 27 };

/* digits * 10^power. The error is less than 4 in the last bit of m. */
static struct scaled scale(uint64_t digits, int power)
{
    static const struct scaled coarse[] = {
        /* 1e-351, 1e-324, … 1e297, rounded to 64 bits */
        {0x8049A4AC0C5811AE, -1229}, {0xCF42894A5DCE35EA, -1140},
        {0xA76C582338ED2622, -1050}, {0x873E4F75E2224E68, -960},
        {0xDA7F5BF590966849, -871},  {0xB080392CC4349DED, -781},
        {0x8E938662882AF53E, -691},  {0xE65829B3046B0AFA, -602},
        {0xBA121A4650E4DDEC, -512},  {0x964E858C91BA2655, -422},
        {0xF2D56790AB41C2A3, -333},  {0xC428D05AA4751E4D, -243},
        {0x9E74D1B791E07E48, -153},  {0x8000000000000000, -63},
        {0xCECB8F27F4200F3A, 26},    {0xA70C3C40A64E6C52, 116},
        {0x86F0AC99B4E8DAFD, 206},   {0xDA01EE641A708DEA, 295},
        {0xB01AE745B101E9E4, 385},   {0x8E41ADE9FBEBC27D, 475},
        {0xE5D3EF282A242E82, 564},   {0xB9A74A0637CE2EE1, 654},
        {0x95F83D0A1FB69CD9, 744},   {0xF24A01A73CF2DCD0, 833},
        {0xC3B8358109E84F07, 923}};
    static const uint64_t fives[STEP] = {
        /* 5^0 to 5^26 */
        0x0000000000000001, 0x0000000000000005, 0x0000000000000019,
        0x000000000000007D, 0x0000000000000271, 0x0000000000000C35,
        0x0000000000003D09, 0x000000000001312D, 0x000000000005F5E1,
        0x00000000001DCD65, 0x00000000009502F9, 0x0000000002E90EDD,
        0x000000000E8D4A51, 0x0000000048C27395, 0x000000016BCC41E9,
        0x000000071AFD498D, 0x0000002386F26FC1, 0x000000B1A2BC2EC5,
        0x000003782DACE9D9, 0x00001158E460913D, 0x000056BC75E2D631,
        0x0001B1AE4D6E2EF5, 0x000878678326EAC9, 0x002A5A058FC295ED,
        0x00D3C21BCECCEDA1, 0x0422CA8B0A00A425, 0x14ADF4B7320334B9};
    int rest = (power - FIRST) % STEP;
    struct scaled fine = scaled_of(fives[rest]);

    fine.e += rest; /* 5^rest * 2^rest */
    return multiply(multiply(scaled_of(digits), fine),
                    coarse[(power - FIRST) / STEP]);
}

/* The double m * 2^e. m has at most 53 bits, and e is at least -1074. */
static double assemble(uint64_t m, int e)
{
    const uint64_t infinite = 0x7FFull << 52;
    uint64_t bits = ((uint64_t)(e + 1074) << 52) +
                    m; /* adds the highest bit of m to the exponent */
    double value;

    if (bits > infinite)
        bits = infinite;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The double nearest to the number, which is about `a`. */
static double nearest(const struct parts *parts, struct scaled a)
{
    /* the dropped digits add less than 1 */
    unsigned uncertain = parts->dropped_nonzero ? 4 + 19 : 4;
    int drop = a.e < -1074 - 11 ? -1074 - a.e : 11; /* bits to round away */
    uint64_t m = drop < 64 ? a.m >> drop : 0;
    uint64_t rest = drop < 64 ? a.m - (m << drop) : a.m, half;
    int order;

    if (drop > 65)
        return 0;
    half = drop < 65 ? 1ull << (drop - 1)
                     : rest; /* 65: it may still be one half */
    order = rest > half ? 1 : -1;
    if ((rest > half ? rest - half : half - rest) <= uncertain)
        order = decimal_compare(parts->text, parts->len, parts->exponent,
                                2 * m + 1, a.e + drop - 1);
    m += order > 0 || (order == 0 && m % 2);
    return assemble(m, a.e + drop);
}

/* Arithmetic on doubles is rounded once, to a double. (The x87 unit is not
 * like that.) */
#define ROUNDS_ONCE (FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1)

static double to_double(const struct parts *parts)
{
    static const double tens[] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    long e = parts->exponent + parts->dropped;
    double value = (double)parts->digits;

    if (parts->digits <= 1ull << 53 && !parts->dropped_nonzero && e >= -22 &&
        e <= 22 && ROUNDS_ONCE)
        value = e < 0 ? value / tens[-e] : value * tens[e];
    else if (parts->digits == 0 || e < LEAST_POWER)
        value = 0;
    else if (e > MOST_POWER)
        value = HUGE_VAL;
    else
        value = nearest(parts, scale(parts->digits, (int)e));
    return parts->negative ? -value : value;
}

bool number_read(const char *s, size_t n, struct luma_node *node)
{
    struct parts parts;

    if (!parse(s, s + n, &parts))
        return false;
    if (!parts.is_integer) {
        node->kind = LUMA_JSON_FLOAT;
        node->number = to_double(&parts);
    } else if (!parts.dropped &&
               parts.digits <= (uint64_t)INT64_MAX + parts.negative) {
        node->kind = LUMA_JSON_INTEGER;
        node->integer =
            (int64_t)(parts.negative ? 0 - parts.digits : parts.digits);
    } else {
        node->kind = LUMA_JSON_BIGINT;
    }
    return true;
}

double luma_bigint_to_double(const char *digits, size_t len)
{
    struct parts parts;

    parse(digits, digits + len, &parts);
    return to_double(&parts);
}

/* ---- writing ----------------------------------------------------------- */

size_t number_write_integer(int64_t value, char *out)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[NUMBER_SIZE];
    size_t n = 0, at = sizeof digits;

    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        out[n++] = '-';
    memcpy(out + n, digits + at, sizeof digits - at);
    return n + sizeof digits - at;
}

/* d.ddde-17 */
static size_t write_exponent(const char *digits, int n, int exponent, char *out)
{
    size_t len = 0;

    out[len++] = digits[0];
    if (n > 1) {
        out[len++] = '.';
        memcpy(out + len, digits + 1, (size_t)n - 1);
        len += (size_t)n - 1;
    }
    out[len++] = 'e';
    if (exponent > 0)
        out[len++] = '+';
    return len + number_write_integer(exponent, out + len);
}

/* ddd.ddd or 0.000ddd; there are more than `point` digits. */
static size_t write_fraction(const char *digits, int n, int point, char *out)
{
    size_t before = point > 0 ? (size_t)point : 0, len = before;

    memcpy(out, digits, before);
    if (!before)
        out[len++] = '0';
    out[len++] = '.';
    for (; point < 0; point++)
        out[len++] = '0';
    memcpy(out + len, digits + before, (size_t)n - before);
    return len + (size_t)n - before;
}

size_t number_write(double value, char *out)
{
    char digits[DECIMAL_DIGITS];
    bool negative = signbit(value);
    int n, point;

    if (!isfinite(value))
        return 0;
    if (value >= -0x1p63 && value < 0x1p63 && value == (double)(int64_t)value &&
        !(value == 0 && negative))
        return number_write_integer((int64_t)value, out);
    if (negative)
        *out++ = '-';
    if (value == 0) {
        *out = '0';
        return 2;
    }
    n = decimal_shortest(fabs(value), digits, &point);
    return negative + (point < -3 || point >= n
                           ? write_exponent(digits, n, point - 1, out)
                           : write_fraction(digits, n, point, out));
}

size_t number_write_digits(double value, char *out)
{
    char digits[DECIMAL_DIGITS];
    bool negative = value < 0;
    int n, point;

    if (value >= -0x1p63 && value < 0x1p63)
        return number_write_integer((int64_t)value, out);
    n = decimal_shortest(fabs(value), digits, &point);
    *out = '-';
    memset(out + negative, '0', (size_t)point);
    memcpy(out + negative, digits, (size_t)n);
    return (size_t)(negative + point);
}
