/* SPDX-License-Identifier: MIT */
/* Reads JSON strings, numbers and literals, split anywhere. A token that is
 * complete in the input is not copied. Only a token that is split or has
 * escapes is copied. The caller owns the struct, which is zero-filled at
 * first. One thread at a time; nothing blocks. */
#ifndef LUMA_TOKEN_H
#define LUMA_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum token_state {
    TOKEN_NONE,
    TOKEN_STRING,
    TOKEN_ESCAPE,  /* after the backslash in a string */
    TOKEN_UNICODE, /* in the digits after \u in a string */
    TOKEN_NUMBER,  /* number.c checks its grammar */
    TOKEN_LITERAL  /* true, false or null */
};

enum token_result {
    TOKEN_MORE,  /* all bytes are used, and the token goes on */
    TOKEN_DONE,  /* `text` and `len` are set until the next call */
    TOKEN_BAD,   /* not JSON */
    TOKEN_MEMORY /* out of memory */
};

struct token {
    enum token_state kind; /* string, number or literal */
    enum token_state state;
    const char *text; /* of a string: without escapes */
    size_t len;
    struct buf copy;     /* if the token is split or has escapes */
    const char *literal; /* the rest of it */
    uint32_t unit;       /* of \u: this code unit */
    uint32_t high_half;  /* of \u: the first half of a pair, or 0 */
    int digits;          /* of \u: how many were read */
    /* a lone half of a surrogate pair was read; reset by the caller */
    bool has_lone_half;
};

/* Starts the token at *at, which is before `end`, and reads it like
 * token_read. TOKEN_BAD: no token starts with this byte. */
enum token_result token_begin(struct token *token, const char **at,
                              const char *end);

/* Reads on from *at, and moves *at past the bytes that were used. */
enum token_result token_read(struct token *token, const char **at,
                             const char *end);

/* Ends the input, and with it a number. */
enum token_result token_end(struct token *token);

/* True: the bytes of the string are the same in the input. False: it was
 * copied, so perhaps they are not. */
static inline bool token_is_plain(const struct token *token)
{
    return token->text != token->copy.data;
}

void token_free(struct token *token);

#endif
