/* SPDX-License-Identifier: MIT */
/* Reads and writes JSON numbers. Integers are exact. Floats are rounded to the
 * nearest double and written with the fewest digits. The locale does not
 * matter. Pure; any thread; never blocks, never fails, allocates nothing. */
#ifndef LUMA_NUMBER_H
#define LUMA_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "doc.h"

/* Whether a number may contain this byte. */
static inline bool number_has_char(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' ||
           c == 'e' || c == 'E';
}

/* Reads a number into node->kind and its value. LUMA_JSON_INTEGER: no
 * fraction, no exponent, and it fits into 64 bits. LUMA_JSON_BIGINT: the same,
 * but it does not fit; there is no value. LUMA_JSON_FLOAT: all others;
 * infinite if it is too large for a double. False: not a JSON number. */
bool number_read(const char *s, size_t n, struct luma_node *node);

enum { NUMBER_SIZE = 32 };

/* Both write a JSON number to `out`, which has NUMBER_SIZE bytes, without a
 * NUL. They return its length. */
size_t number_write_integer(int64_t value, char *out);

/* A value without a fraction that fits into 64 bits is written as an integer:
 * 3.0 is "3" (but -0.0 is "-0"). Returns 0 for NaN and infinity. */
size_t number_write(double value, char *out);

enum { NUMBER_DIGITS_SIZE = 320 };

/* Writes a value without a fraction as an integer, even a very large one: the
 * digits of number_write, then zeros. `out` has NUMBER_DIGITS_SIZE bytes.
 * Returns the length. */
size_t number_write_digits(double value, char *out);

#endif
