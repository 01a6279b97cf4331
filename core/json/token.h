/* SPDX-License-Identifier: MIT */
/* Strings, numbers and literals of JSON, in any cut. A token that lies whole
 * in the input is used where it is; only one that is cut or has escapes is
 * copied. The caller owns the struct, zero-filled at first; one thread at a
 * time; nothing blocks. */
#ifndef LUMA_TOKEN_H
#define LUMA_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum token_state {
    TOKEN_NONE,
    TOKEN_STRING,
    TOKEN_ESCAPE,  /* in a string, after the backslash */
    TOKEN_UNICODE, /* in a string, in the digits after \u */
    TOKEN_NUMBER,  /* its characters; number.h knows their grammar */
    TOKEN_LITERAL  /* true, false or null */
};

enum token_result {
    TOKEN_MORE,  /* all bytes used, the token goes on */
    TOKEN_DONE,  /* `text` and `len` are set, until the next call */
    TOKEN_BAD,   /* not JSON */
    TOKEN_MEMORY /* out of memory */
};

struct token {
    enum token_state kind; /* TOKEN_STRING, TOKEN_NUMBER or TOKEN_LITERAL */
    enum token_state state;
    const char *text; /* of a string: unescaped */
    size_t len;
    struct buf copy;     /* of a token that is cut or has escapes */
    const char *literal; /* what must still come */
    uint32_t unit, high; /* of \u: this code unit, and the first of a pair */
    int digits;          /* of \u: how many have come */
    bool halves; /* a lone half of a surrogate pair has come; reset by who asks
                  */
};

/* Starts the token that begins at *at, which is before `end`, and reads it as
 * token_read does. TOKEN_BAD: no token begins so. */
enum token_result token_begin(struct token *token, const char **at,
                              const char *end);

/* Reads on from *at, and moves *at past what was used. */
enum token_result token_read(struct token *token, const char **at,
                             const char *end);

/* The input is over: ends a number, which nothing else would end. */
enum token_result token_end(struct token *token);

void token_free(struct token *token);

#endif
