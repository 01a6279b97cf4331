/* SPDX-License-Identifier: MIT */
/* Brackets in strings do not count, so strings must be followed, too. */
#include "json/skip.h"

void skip_begin(struct skip *skip, size_t depth, enum token_state token)
{
    skip->depth = depth;
    if (token == TOKEN_ESCAPE)
        skip->state = SKIP_ESCAPE;
    else if (token == TOKEN_STRING || token == TOKEN_UNICODE)
        skip->state = SKIP_STRING;
    else
        skip->state = SKIP_BETWEEN;
}

static void skip_byte(struct skip *skip, char c)
{
    if (skip->state == SKIP_ESCAPE) {
        skip->state = SKIP_STRING;
    } else if (skip->state == SKIP_STRING) {
        if (c == '"' || c == '\\')
            skip->state = c == '"' ? SKIP_BETWEEN : SKIP_ESCAPE;
    } else if (c == '{' || c == '[') {
        skip->depth++;
    } else if (c == '}' || c == ']') {
        skip->depth -= skip->depth > 0;
    } else if (c == '"') {
        skip->state = SKIP_STRING;
    }
}

bool skip_row(struct skip *skip, const char **at, const char *end)
{
    for (; *at < end; ++*at) {
        if (skip->state == SKIP_BETWEEN && skip->depth == 0 &&
            (**at == ',' || **at == ']'))
            return true;
        skip_byte(skip, **at);
    }
    return false;
}
