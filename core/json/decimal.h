/* SPDX-License-Identifier: MIT */
/* Exact arithmetic between doubles and decimal digits: what number.c cannot
 * decide with 64 bits, and the digits of a double. Pure; any thread; never
 * blocks, never fails, allocates nothing. */
#ifndef LUMA_DECIMAL_H
#define LUMA_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Compares a decimal number with m * 2^e: below 0, 0 or above 0. `text` has its
 * digits, of any number, and may have a point between them; `exponent` is the
 * power of ten of the last digit. The two numbers must be close to each other,
 * and in the range of doubles or next to it. */
int decimal_compare(const char *text, size_t len, long exponent, uint64_t m,
                    int e);

enum { DECIMAL_DIGITS = 17 };

/* Writes the fewest digits that are read back as `value`, which is above 0 and
 * finite; of several such numbers the one next to it. The value is 0.DIGITS
 * times 10^*point. Returns how many digits there are. */
int decimal_shortest(double value, char digits[DECIMAL_DIGITS], int *point);

#endif
