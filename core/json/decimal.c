/* SPDX-License-Identifier: MIT */
/* Big integers of a fixed size: no number here needs more than about 2,600
 * bits. */
#include "json/decimal.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"

enum {
    LIMBS = 96,
    /* A number halfway between two doubles has at most 767 digits. Of all
     * further digits, it only matters whether one of them is not zero. */
    MAX_DIGITS = 770
};

struct bignum {
    int used; /* limbs; the last one is not 0 */
    uint32_t limbs[LIMBS];
};

static void set(struct bignum *a, uint64_t value)
{
    a->limbs[0] = (uint32_t)value;
    a->limbs[1] = (uint32_t)(value >> 32);
    a->used = a->limbs[1] ? 2 : a->limbs[0] ? 1 : 0;
}

static void push_limb(struct bignum *a, uint32_t limb)
{
    if (limb && a->used < LIMBS)
        a->limbs[a->used++] = limb;
}

/* a = a * factor + more */
static void multiply(struct bignum *a, uint32_t factor, uint32_t more)
{
    uint64_t carry = more;
    int i;

    for (i = 0; i < a->used; i++) {
        carry += (uint64_t)a->limbs[i] * factor;
        a->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push_limb(a, (uint32_t)carry);
}

static void multiply_by_power_of_5(struct bignum *a, long n)
{
    for (; n >= 13; n -= 13)
        multiply(a, 1220703125, 0); /* 5^13 */
    for (; n > 0; n--)
        multiply(a, 5, 0);
}

static void shift_left(struct bignum *a, long n)
{
    int limbs = (int)(n / 32);

    multiply(a, 1u << n % 32, 0);
    if (!a->used || a->used + limbs > LIMBS)
        return;
    memmove(a->limbs + limbs, a->limbs, (size_t)a->used * sizeof *a->limbs);
    memset(a->limbs, 0, (size_t)limbs * sizeof *a->limbs);
    a->used += limbs;
}

static void multiply_by_power_of_10(struct bignum *a, int n)
{
    multiply_by_power_of_5(a, n);
    shift_left(a, n);
}

static int compare(const struct bignum *a, const struct bignum *b)
{
    int i = a->used - 1;

    if (a->used != b->used)
        return a->used < b->used ? -1 : 1;
    while (i >= 0 && a->limbs[i] == b->limbs[i])
        i--;
    return i < 0 ? 0 : a->limbs[i] < b->limbs[i] ? -1 : 1;
}

static void add(struct bignum *a, const struct bignum *b)
{
    uint64_t carry = 0;
    int i;

    for (i = 0; i < a->used || i < b->used; i++) {
        carry += i < a->used ? a->limbs[i] : 0;
        carry += i < b->used ? b->limbs[i] : 0;
        a->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    a->used = i;
    push_limb(a, (uint32_t)carry);
}

/* a = a - b, where a >= b */
static void subtract(struct bignum *a, const struct bignum *b)
{
    uint32_t borrow = 0;
    int i;

    for (i = 0; i < a->used; i++) {
        uint64_t take = (uint64_t)borrow + (i < b->used ? b->limbs[i] : 0);

        borrow = a->limbs[i] < take;
        a->limbs[i] -= (uint32_t)take;
    }
    while (a->used && !a->limbs[a->used - 1])
        a->used--;
}

/* ---- comparison -------------------------------------------------------- */

/* Reads the digits, nine at a time. Sets *exponent to the power of ten of the
 * last digit that was read. */
static void read_digits(struct bignum *a, const char *text, size_t len,
                        long *exponent)
{
    uint32_t nine = 0, scale = 1;
    bool more = false;
    size_t i;
    int n = 0;

    set(a, 0);
    for (i = 0; i < len; i++) {
        if (!ascii_is_digit(text[i]))
            continue;
        if (n == MAX_DIGITS) {
            more = more || text[i] != '0';
            ++*exponent;
            continue;
        }
        nine = nine * 10 + (uint32_t)(text[i] - '0');
        scale *= 10;
        n += n || nine;
        if (scale == 1000000000) {
            multiply(a, scale, nine);
            nine = 0;
            scale = 1;
        }
    }
    multiply(a, scale, nine);
    if (more) {
        multiply(a, 10, 1);
        --*exponent;
    }
}

int decimal_compare(const char *text, size_t len, long exponent, uint64_t m,
                    int e)
{
    struct bignum decimal, binary;
    long twos;

    read_digits(&decimal, text, len, &exponent);
    set(&binary, m);
    multiply_by_power_of_5(&decimal, exponent);
    multiply_by_power_of_5(&binary, -exponent);
    twos = exponent - e;
    shift_left(twos > 0 ? &decimal : &binary, twos > 0 ? twos : -twos);
    return compare(&decimal, &binary);
}

/* ---- digits ------------------------------------------------------------ */

/* A double and its neighbours, as fractions with one denominator. The double
 * is value / unit. All numbers less than below / unit under it or above / unit
 * over it are rounded to this double. */
struct spread {
    struct bignum value, unit, below, above;
    bool edges; /* the two limits are rounded to it, too */
};

static void multiply_all(struct spread *s, int power_of_10)
{
    multiply_by_power_of_10(&s->value, power_of_10);
    multiply_by_power_of_10(&s->below, power_of_10);
    multiply_by_power_of_10(&s->above, power_of_10);
}

/* Sets it to m * 2^e. The next double below a power of two is only half as far
 * away as the next one above, unless it is subnormal. */
static void set_spread(struct spread *s, uint64_t m, int e)
{
    bool power = m == 1ull << 52 && e > -1074;

    set(&s->value, m);
    set(&s->unit, 1);
    set(&s->below, 1);
    set(&s->above, power ? 2 : 1);
    shift_left(&s->value, power ? 2 : 1);
    shift_left(&s->unit, power ? 2 : 1);
    s->edges = m % 2 == 0;
    if (e < 0) {
        shift_left(&s->unit, -e);
        return;
    }
    shift_left(&s->value, e);
    shift_left(&s->below, e);
    shift_left(&s->above, e);
}

/* Whether value / unit can be rounded up to 1. */
static bool reaches_unit(const struct spread *s)
{
    struct bignum sum = s->value;
    int order;

    add(&sum, &s->above);
    order = compare(&sum, &s->unit);
    return order > 0 || (order == 0 && s->edges);
}

/* Whether value / unit can be rounded down to 0. */
static bool reaches_zero(const struct spread *s)
{
    int order = compare(&s->value, &s->below);

    return order < 0 || (order == 0 && s->edges);
}

/* Scales value / unit to a fraction between 0.1 and 1. Returns the power of
 * ten that was divided out. */
static int scale(struct spread *s, int log2)
{
    int point = log2 * 30103 / 100000 - 2; /* never too large */

    if (point > 0)
        multiply_by_power_of_10(&s->unit, point);
    else
        multiply_all(s, -point);
    for (; reaches_unit(s); point++)
        multiply(&s->unit, 10, 0);
    return point;
}

/* Removes the first digit of the fraction and returns it. */
static int next_digit(struct spread *s)
{
    int digit = 0;

    multiply_all(s, 1);
    for (; compare(&s->value, &s->unit) >= 0; digit++)
        subtract(&s->value, &s->unit);
    return digit;
}

/* Whether the rest of the fraction is above one half, or is one half after an
 * odd digit. */
static bool rounds_up(const struct spread *s, int digit)
{
    struct bignum twice = s->value;
    int order;

    multiply(&twice, 2, 0);
    order = compare(&twice, &s->unit);
    return order > 0 || (order == 0 && digit % 2);
}

int decimal_shortest(double value, char digits[DECIMAL_DIGITS], int *point)
{
    struct spread s;
    uint64_t m;
    int e, n = 0, digit;
    bool zero, one;

    memcpy(&m, &value, sizeof m);
    e = (int)(m >> 52);
    m &= (1ull << 52) - 1;
    m |= e ? 1ull << 52 : 0;
    e = (e ? e : 1) - 1075;
    set_spread(&s, m, e);
    *point = scale(&s, e + 63 - __builtin_clzll(m));
    do {
        digit = next_digit(&s);
        zero = reaches_zero(&s);
        one = reaches_unit(&s);
        if (one && (!zero || rounds_up(&s, digit)))
            digit++;
        digits[n++] = (char)('0' + digit);
    } while (!zero && !one && n < DECIMAL_DIGITS);
    return n;
}
