/* SPDX-License-Identifier: MIT */
/* The functions take the place in the text and return the next one. Each takes
 * a whole token, or stops the run before it and returns NULL. */
#include "json/run.h"

#include "base/ascii.h"
#include "json/number.h"
#include "json/reader.h"
#include "json/scan.h"

struct run {
    struct json_reader *r;
    struct builder *b;
    const char *end;
    const char *from; /* the text before is kept */
    size_t spaces;    /* bytes of white space */
    const char *stop; /* where the run has stopped */
    uint32_t name;    /* of the next value */
    bool memory;      /* enough for the JSON text */
};

static const char *stop(struct run *run, const char *p, enum json_state state)
{
    run->stop = p;
    run->r->state = state;
    return NULL;
}

/* Passes `n` bytes of white space, and keeps the text of the tokens before. */
static inline const char *pass(struct run *run, const char *p, size_t n)
{
    run->spaces += n;
    if (run->r->keep_json && run->memory) {
        run->memory = builder_append_json(run->b, run->from, p);
        run->from = p + n;
    }
    return p + n;
}

/* ---- white space --------------------------------------------------------- */

static inline bool is_token(const struct run *run, const char *p)
{
    return p < run->end && (unsigned char)*p > ' ';
}

static const char *pass_space(struct run *run, const char *p,
                              enum json_state state)
{
    p = pass(run, p, (size_t)(scan_space(p, run->end) - p));
    return p < run->end && run->memory ? p : stop(run, p, state);
}

/* Passes white space, and notes the indentation at this depth if it is one. */
static const char *learn_indent(struct run *run, const char *p, unsigned depth,
                                enum json_state state)
{
    const char *end = pass_space(run, p, state);

    if (end && *p == '\n' && end - p <= SCAN_INDENT + 1)
        run->r->indent[depth] = (uint8_t)(end - p - 1);
    return end;
}

/* Tasks are often indented. The indentation at this depth is guessed, so that
 * the CPU can read on before it has compared the bytes. */
static inline const char *skip_space(struct run *run, const char *p,
                                     unsigned depth, enum json_state state)
{
    unsigned indent = run->r->indent[depth];

    if (is_token(run, p))
        return p;
    if (!scan_is_indent(p, run->end, indent))
        return learn_indent(run, p, depth, state);
    p = pass(run, p, 1 + indent);
    return run->memory ? p : stop(run, p, state);
}

/* The blank before or after a colon. */
static inline const char *skip_blank(struct run *run, const char *p,
                                     enum json_state state)
{
    if (is_token(run, p))
        return p;
    if (p < run->end && *p == ' ' && is_token(run, p + 1))
        return pass(run, p, 1);
    return pass_space(run, p, state);
}

/* ---- names --------------------------------------------------------------- */

/* The end of the string that begins with the quote at `p`. NULL: it is cut or
 * has escapes. */
static inline const char *string_end(const struct run *run, const char *p)
{
    const char *end = scan_string(p + 1, run->end);

    return end < run->end && *end == '"' ? end : NULL;
}

static const char *take_new_name(struct run *run, const char *p)
{
    const char *end = string_end(run, p);

    if (!end || builder_add_name(run->b, p + 1, (size_t)(end - p) - 1, true,
                                 &run->name) != LUMA_OK)
        return stop(run, p, JSON_NAME);
    p = skip_blank(run, end + 1, JSON_COLON);
    if (!p)
        return NULL;
    return *p == ':' ? p + 1 : stop(run, p, JSON_COLON);
}

/* A name and its colon. */
static inline const char *take_name(struct run *run, const char *p)
{
    struct names *names = run->b->names;
    uint32_t index = names && *p == '"' ? names_guess(names, p + 1, run->end)
                                        : NAMES_NONE;

    if (index != NAMES_NONE) {
        run->name = LUMA_NAME_SHARED | index;
        return p + 1 + names->shared.strings[index].len + NAMES_TAIL;
    }
    return *p == '"' ? take_new_name(run, p) : stop(run, p, JSON_NAME);
}

/* ---- values -------------------------------------------------------------- */

static const char *take_escaped(struct run *run, const char *p,
                                struct luma_node *node)
{
    struct token *token = &run->r->token;

    if (token_begin(token, &p, run->end) != TOKEN_DONE ||
        builder_add_text(run->b, token->text, token->len, false,
                         &node->string) != LUMA_OK)
        return NULL;
    return p;
}

static inline const char *take_string(struct run *run, const char *p,
                                      struct luma_node *node)
{
    const char *end;
    size_t len;

    node->kind = LUMA_JSON_STRING;
    if (builder_guess(run->b, p + 1, run->end, &node->string, &len)) {
        end = p + 1 + len;
    } else {
        end = string_end(run, p);
        if (!end)
            return take_escaped(run, p, node);
        if (builder_add_text(run->b, p + 1, (size_t)(end - p) - 1, true,
                             &node->string) != LUMA_OK)
            return NULL;
    }
    return end + 1;
}

static const char *take_any_number(struct run *run, const char *p,
                                   struct luma_node *node)
{
    const char *from = p;

    while (p < run->end && number_has_char(*p))
        p++;
    if (p == run->end ||
        builder_read_number(run->b, from, (size_t)(p - from), node) != LUMA_OK)
        return NULL;
    return p;
}

/* Most numbers are short integers. */
static inline const char *take_number(struct run *run, const char *p,
                                      struct luma_node *node)
{
    enum { SHORT = 18 }; /* digits that fit into 64 bits */
    const char *from = p;
    const char *end = run->end - p > SHORT ? p + SHORT : run->end;
    int64_t value = 0;

    while (p < end && ascii_is_digit(*p))
        value = value * 10 + (*p++ - '0');
    if (p == end || p == from || number_has_char(*p) ||
        (*from == '0' && p - from > 1))
        return take_any_number(run, from, node);
    node->kind = LUMA_JSON_INTEGER;
    node->integer = value;
    return p;
}

static inline const char *take_literal(struct run *run, const char *p,
                                       struct luma_node *node)
{
    const char *literal;
    size_t len;

    node->kind = builder_kind_of_literal(*p);
    literal = node->kind == LUMA_JSON_NULL    ? "null"
              : node->kind == LUMA_JSON_FALSE ? "false"
                                              : "true";
    len = strlen(literal);
    if ((size_t)(run->end - p) < len || memcmp(p, literal, len) != 0)
        return NULL;
    return p + len;
}

static inline const char *take_scalar(struct run *run, const char *p)
{
    struct luma_node *node;
    const char *end;

    if (builder_reserve(run->b, &node) != LUMA_OK)
        return stop(run, p, JSON_VALUE);
    *node = (struct luma_node){.span = 1, .name = run->name};
    if (*p == '"')
        end = take_string(run, p, node);
    else if (*p == '-' || ascii_is_digit(*p))
        end = take_number(run, p, node);
    else
        end = take_literal(run, p, node);
    if (!end)
        return stop(run, p, JSON_VALUE);
    builder_commit(run->b, node);
    return end;
}

static inline const char *open_container(struct run *run, const char *p)
{
    bool array = *p == '[';

    if (builder_open(run->b, array ? LUMA_JSON_ARRAY : LUMA_JSON_OBJECT,
                     run->name) != LUMA_OK)
        return stop(run, p, JSON_VALUE);
    return skip_space(run, p + 1, run->b->depth,
                      array ? JSON_FIRST_ELEMENT : JSON_FIRST_NAME);
}

/* ---- what stands between two values -------------------------------------- */

static inline bool is_end(const struct run *run, const char *p)
{
    return *p == (run->b->in_object ? '}' : ']');
}

/* The brackets and the comma after a value. */
static inline const char *take_ends(struct run *run, const char *p)
{
    struct builder *b = run->b;

    for (;;) {
        p = skip_space(run, p, b->depth - 1, JSON_AFTER);
        if (!p)
            return NULL;
        if (*p == ',')
            return skip_space(run, p + 1, b->depth,
                              b->in_object ? JSON_NAME : JSON_VALUE);
        if (!is_end(run, p))
            return stop(run, p, JSON_AFTER);
        builder_close(b);
        p++;
        if (b->depth == run->r->row_depth) {
            run->r->result = JSON_ROW;
            return stop(run, p, JSON_AFTER);
        }
    }
}

/* Comes from a value, or (`first`) from the start of a container, to the next
 * value. */
static inline const char *take_between(struct run *run, const char *p,
                                       bool first)
{
    if (!first || is_end(run, p))
        p = take_ends(run, p);
    if (!p || !run->b->in_object)
        return p;
    p = take_name(run, p);
    return p ? skip_blank(run, p, JSON_VALUE) : NULL;
}

bool run_read(struct json_reader *r, const char **at, const char *end)
{
    size_t left = r->max_doc - r->row_bytes;
    struct run run = {
        .r = r,
        .b = &r->builder,
        .end = (size_t)(end - *at) > left ? *at + left : end,
        .from = *at,
        .name = r->name,
        .memory = true,
    };
    const char *p = skip_space(&run, *at, run.b->depth, r->state);

    if (p && r->state != JSON_VALUE)
        p = take_between(&run, p, r->state != JSON_AFTER);
    while (p) {
        bool opens = *p == '{' || *p == '[';

        p = opens ? open_container(&run, p) : take_scalar(&run, p);
        if (p)
            p = take_between(&run, p, opens);
    }
    pass(&run, run.stop, 0);
    r->row_bytes += (size_t)(run.stop - *at) - run.spaces;
    r->name = run.name;
    *at = run.stop;
    return run.memory;
}
