/* SPDX-License-Identifier: MIT */
/* JSON numbers: their grammar, exact integers, and floats rounded correctly
 * whatever the host's locale is. Pure; any thread; never blocks. */
#ifndef LUMA_NUMBER_H
#define LUMA_NUMBER_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

#include "doc.h"

/* A byte that may stand in a number. */
static inline bool number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' ||
           c == 'e' || c == 'E';
}

/* Reads a whole number into node->kind and its value: LUMA_INTEGER when it has
 * neither fraction nor exponent and fits 64 bits, LUMA_BIG (without value)
 * when it does not fit, else LUMA_FLOAT. False when it is no JSON number. */
bool number_read(const char *s, size_t n, locale_t c_locale,
                 struct luma_node *node);

#endif
