/* SPDX-License-Identifier: MIT */
/* Exact arithmetic on doubles and decimal digits: it decides the cases for
 * which 64 bits are not enough, and finds the digits of a double. Pure; any
 * thread; never blocks, never fails, allocates nothing. */
#ifndef LUMA_DECIMAL_H
#define LUMA_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Compares a decimal number with m * 2^e. Returns a value below, equal to or
 * above 0. `text` has the digits, as many as there are, perhaps with a point
 * between them. `exponent` is the power of ten of the last digit. The two
 * numbers must be close to each other, and within or near the range of
 * doubles. */
int decimal_compare(const char *text, size_t len, long exponent, uint64_t m,
                    int e);

enum { DECIMAL_DIGITS = 17 };

/* Writes the shortest digits that are read back as `value`, which must be
 * above 0 and finite. Among several such numbers it chooses the closest. The
 * number is 0.DIGITS times 10^*point. Returns the number of digits. */
int decimal_shortest(double value, char digits[DECIMAL_DIGITS], int *point);

#endif
