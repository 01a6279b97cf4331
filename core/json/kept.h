/* SPDX-License-Identifier: MIT */
/* The JSON text that documents keep, made valid for other JSON readers. Pure;
 * one thread at a time; nothing blocks. */
#ifndef LUMA_KEPT_H
#define LUMA_KEPT_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends a piece of JSON. A control character can only stand unescaped in a
 * string; it is kept as an escape. False: out of memory. */
bool kept_append(struct buf *json, const char *from, const char *to);

/* Replaces each lone half of a surrogate pair by \ufffd. */
void kept_replace_halves(char *p, char *end);

#endif
