/* SPDX-License-Identifier: MIT */
/* JSON numbers, read and written: exact integers, floats rounded to the nearest
 * double and written with the fewest digits. The host's locale plays no part.
 * Pure; any thread; never blocks, never fails, allocates nothing. */
#ifndef LUMA_NUMBER_H
#define LUMA_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "doc.h"

/* A byte that may stand in a number. */
static inline bool number_has_char(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' ||
           c == 'e' || c == 'E';
}

/* Reads a whole number into node->kind and its value: LUMA_JSON_INTEGER when it
 * has neither fraction nor exponent and fits 64 bits, LUMA_JSON_BIGINT (without
 * value) when it does not fit, else LUMA_JSON_FLOAT, which is infinite where no
 * double is large enough. False when it is no JSON number. */
bool number_read(const char *s, size_t n, struct luma_node *node);

enum { NUMBER_SIZE = 32 };

/* Both write a JSON number without a NUL behind it to `out`, which has
 * NUMBER_SIZE bytes, and return its length. */
size_t number_write_integer(int64_t value, char *out);

/* A value without fraction that fits 64 bits is written as an integer, so 3.0
 * is "3" (but -0.0 is "-0"). 0 when the value is NaN or infinite. */
size_t number_write(double value, char *out);

enum { NUMBER_DIGITS_SIZE = 320 };

/* Writes a value without fraction as digits alone, however large it is: those
 * that number_write has, and zeros behind them. Returns their length; `out` has
 * NUMBER_DIGITS_SIZE bytes. */
size_t number_write_digits(double value, char *out);

#endif
