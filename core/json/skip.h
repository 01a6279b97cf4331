/* SPDX-License-Identifier: MIT */
/* Skips the rest of a rejected row. Pure; one thread at a time; nothing blocks
 * or fails. */
#ifndef LUMA_SKIP_H
#define LUMA_SKIP_H

#include <stdbool.h>
#include <stddef.h>

#include "json/token.h"

/* The position in a row whose end is searched. */
struct skip {
    size_t depth; /* open brackets of the row */
    enum { SKIP_BETWEEN, SKIP_STRING, SKIP_ESCAPE } state;
};

/* Starts within a row that has `depth` open brackets. `token` is the state of
 * the token that was being read. */
void skip_begin(struct skip *skip, size_t depth, enum token_state token);

/* Moves *at to the byte after the row: a comma, or the bracket of its list.
 * False: the row has not ended before `end`. */
bool skip_row(struct skip *skip, const char **at, const char *end);

#endif
