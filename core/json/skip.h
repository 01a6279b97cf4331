/* SPDX-License-Identifier: MIT */
/* Skips JSON that is not read: white space, and the rest of a rejected row.
 * Pure; one thread at a time; nothing blocks or fails. */
#ifndef LUMA_SKIP_H
#define LUMA_SKIP_H

#include <stdbool.h>
#include <stddef.h>

#include "json/token.h"

/* A row whose end is searched. */
struct skip {
    size_t depth; /* open brackets of the row */
    enum { SKIP_BETWEEN, SKIP_STRING, SKIP_ESCAPE } state;
};

/* The first byte that is no white space, or `end`. */
const char *skip_space(const char *p, const char *end);

/* Starts in a row with `depth` open brackets, where `token` was being read. */
void skip_begin(struct skip *skip, size_t depth, enum token_state token);

/* Moves *at to the end of the row: the comma behind it, or the bracket of the
 * array around it. False: the row goes on after `end`. */
bool skip_row(struct skip *skip, const char **at, const char *end);

#endif
