/* SPDX-License-Identifier: MIT */
/* A small state machine. reader.c knows what the tokens mean. */
#include "json/token.h"

#include "json/number.h"
#include "json/scan.h"

enum { NO_CHARACTER = 0xFFFD };

static enum token_result done(struct token *t, const char *text, size_t len)
{
    t->state = TOKEN_NONE;
    t->text = text;
    t->len = len;
    return TOKEN_DONE;
}

static enum token_result keep(struct token *t, const char *bytes, size_t n)
{
    return buf_append(&t->copy, bytes, n) ? TOKEN_MORE : TOKEN_MEMORY;
}

static enum token_result keep_code_point(struct token *t, uint32_t c)
{
    char utf8[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

    for (i = n - 1; i > 0; i--, c >>= 6)
        utf8[i] = (char)(0x80 | (c & 0x3F));
    utf8[0] = (char)(n == 1 ? c : (0xF00u >> n & 0xFF) | c);
    return keep(t, utf8, n);
}

/* Adds U+FFFD for a lone half of a surrogate pair. */
static enum token_result keep_half(struct token *t)
{
    t->high_half = 0;
    t->has_lone_half = true;
    return keep_code_point(t, NO_CHARACTER);
}

static enum token_result read_string(struct token *t, const char **at,
                                     const char *end)
{
    const char *from = *at, *to = scan_string(from, end);
    size_t n = (size_t)(to - from);
    enum token_result result;

    *at = to;
    if (t->high_half && (n || (to < end && *to == '"')) &&
        keep_half(t) == TOKEN_MEMORY)
        return TOKEN_MEMORY;
    if (to < end && *to == '"' && !t->copy.len) {
        ++*at;
        return done(t, from, n);
    }
    result = keep(t, from, n);
    if (to == end || result != TOKEN_MORE)
        return result;
    ++*at;
    if (*to == '"')
        return done(t, t->copy.data, t->copy.len);
    t->state = TOKEN_ESCAPE;
    return TOKEN_MORE;
}

/* What a backslash and `c` stand for, or 0. */
static char unescape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

static enum token_result read_escape(struct token *t, const char **at)
{
    char c = *(*at)++, plain = unescape(c);

    if (c == 'u') {
        t->state = TOKEN_UNICODE;
        t->unit = 0;
        t->digits = 0;
        return TOKEN_MORE;
    }
    t->state = TOKEN_STRING;
    if (!plain)
        return TOKEN_BAD;
    if (t->high_half && keep_half(t) == TOKEN_MEMORY)
        return TOKEN_MEMORY;
    return keep(t, &plain, 1);
}

/* The code unit is complete. The first half of a surrogate pair waits for the
 * second. */
static enum token_result end_unit(struct token *t)
{
    bool low = t->unit >= 0xDC00 && t->unit <= 0xDFFF;
    uint32_t c = t->unit;

    t->state = TOKEN_STRING;
    if (t->high_half && !low && keep_half(t) == TOKEN_MEMORY)
        return TOKEN_MEMORY;
    if (t->unit >= 0xD800 && t->unit <= 0xDBFF) {
        t->high_half = t->unit;
        return TOKEN_MORE;
    }
    if (low && !t->high_half)
        return keep_half(t);
    if (low)
        c = 0x10000 + ((t->high_half - 0xD800) << 10) + (t->unit - 0xDC00);
    t->high_half = 0;
    return keep_code_point(t, c);
}

static enum token_result read_unicode(struct token *t, const char **at)
{
    char c = *(*at)++;
    uint32_t digit;

    if (c >= '0' && c <= '9')
        digit = (uint32_t)(c - '0');
    else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        digit = (uint32_t)((c | 0x20) - 'a' + 10);
    else
        return TOKEN_BAD;
    t->unit = t->unit << 4 | digit;
    return ++t->digits < 4 ? TOKEN_MORE : end_unit(t);
}

static enum token_result read_number(struct token *t, const char **at,
                                     const char *end)
{
    const char *from = *at, *p = from;
    enum token_result result = TOKEN_MORE;

    while (p < end && number_has_char(*p))
        p++;
    *at = p;
    if (p < end && !t->copy.len)
        return done(t, from, (size_t)(p - from));
    result = keep(t, from, (size_t)(p - from));
    return p < end && result == TOKEN_MORE ? token_end(t) : result;
}

static enum token_result read_literal(struct token *t, const char **at)
{
    if (**at != *t->literal)
        return TOKEN_BAD;
    ++*at;
    if (*++t->literal)
        return TOKEN_MORE;
    return done(t, t->text, (size_t)(t->literal - t->text));
}

enum token_result token_read(struct token *t, const char **at, const char *end)
{
    enum token_result result = TOKEN_MORE;

    while (*at < end && result == TOKEN_MORE) {
        switch (t->state) {
        case TOKEN_STRING:
            result = read_string(t, at, end);
            break;
        case TOKEN_ESCAPE:
            result = read_escape(t, at);
            break;
        case TOKEN_UNICODE:
            result = read_unicode(t, at);
            break;
        case TOKEN_NUMBER:
            result = read_number(t, at, end);
            break;
        default:
            result = read_literal(t, at);
        }
    }
    return result;
}

static const char *literal_of(char first)
{
    switch (first) {
    case 't':
        return "true";
    case 'f':
        return "false";
    case 'n':
        return "null";
    default:
        return NULL;
    }
}

/* Most tokens are complete in the input, and most strings have no escapes.
 * These are handled at once. */
enum token_result token_begin(struct token *t, const char **at, const char *end)
{
    const char *from = *at, *to;

    buf_clear(&t->copy);
    t->high_half = 0;
    if (*from == '"') {
        t->kind = t->state = TOKEN_STRING;
        *at = ++from;
        to = scan_string(from, end);
        if (to < end && *to == '"') {
            *at = to + 1;
            return done(t, from, (size_t)(to - from));
        }
    } else if (*from == '-' || (*from >= '0' && *from <= '9')) {
        t->kind = t->state = TOKEN_NUMBER;
    } else {
        t->kind = t->state = TOKEN_LITERAL;
        t->text = t->literal = literal_of(*from);
        if (!t->text)
            return TOKEN_BAD;
    }
    return token_read(t, at, end);
}

enum token_result token_end(struct token *t)
{
    return t->state == TOKEN_NUMBER && t->copy.len
               ? done(t, t->copy.data, t->copy.len)
               : TOKEN_MORE;
}

void token_free(struct token *t)
{
    buf_free(&t->copy);
}
