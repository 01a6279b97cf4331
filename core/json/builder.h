/* SPDX-License-Identifier: MIT */
/* Builds up to two flat documents (doc.h) at once: the root, and the current
 * row, which lies on top of the root. One thread at a time; nothing blocks. If
 * a call runs out of memory, builder_drop_row or builder_clear makes the
 * builder usable again. */
#ifndef LUMA_BUILDER_H
#define LUMA_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "doc.h"
#include "error.h"
#include "json/names.h"
#include "json/token.h"

enum {
    BUILDER_SLOTS = 1024,
    BUILDER_GUESSES = 256,
    BUILDER_DEPTH = 128,
    BUILDER_NODES = (1 << 24) - 1 /* what the span of a node can count */
};

struct builder {
    struct names *names; /* where names are shared, or NULL */
    /* of the root, then of the row */
    struct buf nodes;
    struct buf strings;
    struct buf text;
    struct buf json; /* the JSON text, if it is kept */
    /* start of the current document in the buffers */
    struct builder_mark {
        size_t nodes, strings, text, json;
    } base;
    /* containers around the next value */
    unsigned depth;
    unsigned row_depth;           /* of them, those around the row */
    bool in_object;               /* the innermost container is an object */
    uint32_t open[BUILDER_DEPTH]; /* indexes of their nodes */
    /* Where a row repeats a string, the next row does it, too: the index that
     * a string had is the guess for that place. */
    uint32_t place;         /* number of strings that were values so far */
    uint32_t first_escaped; /* index of the first string that is not plain */
    uint32_t guesses[BUILDER_GUESSES]; /* by place */
    /* equal strings of a document are stored once */
    uint32_t generation;
    struct builder_slot {
        uint32_t generation, hash, string;
    } slots[BUILDER_SLOTS];
};

/* Initialises an empty builder. `names` may be NULL. */
void builder_init(struct builder *b, struct names *names);

/* Frees all memory. A zero-filled builder may be freed, too. */
void builder_free(struct builder *b);

/* Starts a row. */
void builder_begin_row(struct builder *b);

/* Drops the row. The root is the current document again. */
void builder_drop_row(struct builder *b);

/* Drops both documents. The memory is kept for the next ones. */
void builder_clear(struct builder *b);

/* The number of nodes of both documents, which is the index of the next node.
 */
static inline uint32_t builder_count(const struct builder *b)
{
    return (uint32_t)(b->nodes.len / sizeof(struct luma_node));
}

static inline struct luma_node *builder_node(const struct builder *b,
                                             uint32_t index)
{
    return (struct luma_node *)b->nodes.data + index;
}

/* The functions below add to the current document. `name` is the index of a
 * member's name; it is ignored outside of objects. They return LUMA_ERR_MEMORY
 * if they run out of memory, and LUMA_ERR_TOO_LARGE if both documents would
 * have more than BUILDER_NODES values. */

/* Makes space for the next value's node. The caller fills it in and then calls
 * builder_commit; else nothing is added. */
static inline enum luma_code builder_reserve(struct builder *b,
                                             struct luma_node **node)
{
    const size_t size = sizeof **node;

    if (b->nodes.len >= BUILDER_NODES * size)
        return LUMA_ERR_TOO_LARGE;
    if (size > b->nodes.capacity - b->nodes.len &&
        !buf_reserve(&b->nodes, size))
        return LUMA_ERR_MEMORY;
    *node = (struct luma_node *)(b->nodes.data + b->nodes.len);
    return LUMA_OK;
}

/* Adds the node; a container is added without its values. */
static inline void builder_commit(struct builder *b,
                                  const struct luma_node *node)
{
    b->nodes.len += sizeof *node;
    if (b->depth > b->row_depth) {
        struct luma_node *around = builder_node(b, b->open[b->depth - 1]);

        around->many.size++;
        around->many.nulls += node->kind == LUMA_JSON_NULL;
    }
}

/* The kind of the literal that begins with this letter. */
static inline enum luma_kind builder_kind_of_literal(char first)
{
    return first == 't'   ? LUMA_JSON_TRUE
           : first == 'f' ? LUMA_JSON_FALSE
                          : LUMA_JSON_NULL;
}

/* Reads a number into the node, and adds the digits of a LUMA_JSON_BIGINT.
 * LUMA_ERR_REPLY: not a valid number. */
enum luma_code builder_read_number(struct builder *b, const char *s, size_t len,
                                   struct luma_node *node);

/* Adds a string, number or literal. LUMA_ERR_REPLY: not a valid number. */
enum luma_code builder_add_value(struct builder *b, const struct token *token,
                                 uint32_t name);

/* Starts an array or object. LUMA_ERR_TOO_LARGE: over BUILDER_DEPTH. */
static inline enum luma_code builder_open(struct builder *b,
                                          enum luma_kind kind, uint32_t name)
{
    struct luma_node *node;
    enum luma_code code = b->depth == BUILDER_DEPTH ? LUMA_ERR_TOO_LARGE
                                                    : builder_reserve(b, &node);

    if (code != LUMA_OK)
        return code;
    *node = (struct luma_node){.kind = kind, .span = 1, .name = name};
    builder_commit(b, node);
    b->open[b->depth++] = builder_count(b) - 1;
    b->in_object = kind == LUMA_JSON_OBJECT;
    return LUMA_OK;
}

/* Ends the innermost array or object. Returns the index of its node. */
static inline uint32_t builder_close(struct builder *b)
{
    uint32_t index = b->open[--b->depth];
    uint32_t span = builder_count(b) - index;

    builder_node(b, index)->span = span & BUILDER_NODES;
    b->in_object = b->depth && builder_node(b, b->open[b->depth - 1])->kind ==
                                   LUMA_JSON_OBJECT;
    return index;
}

static inline const struct luma_string *builder_string(const struct builder *b,
                                                       uint32_t index)
{
    return (const struct luma_string *)(b->strings.data + b->base.strings) +
           index;
}

/* The number of strings of the current document. */
static inline uint32_t builder_string_count(const struct builder *b)
{
    return (uint32_t)((b->strings.len - b->base.strings) /
                      sizeof(struct luma_string));
}

/* Adds a string without a node. Equal strings are stored once. Sets `index` to
 * the index of the string. `plain`: its bytes are the same in JSON. */
enum luma_code builder_add_string(struct builder *b, const char *s, size_t len,
                                  bool plain, uint32_t *index);

/* The same for the name of a member, which may be shared. */
enum luma_code builder_add_name(struct builder *b, const char *s, size_t len,
                                bool plain, uint32_t *index);

/* The same for a value. Notes its index for builder_guess. */
static inline enum luma_code builder_add_text(struct builder *b, const char *s,
                                              size_t len, bool plain,
                                              uint32_t *index)
{
    enum luma_code code = builder_add_string(b, s, len, plain, index);

    if (code == LUMA_OK)
        b->guesses[b->place++ % BUILDER_GUESSES] = *index;
    return code;
}

/* Guesses the next string that is a value. If it stands at `p`, with a quote
 * behind it, sets *index and *len. False: it has to be read and added. */
static inline bool builder_guess(struct builder *b, const char *p,
                                 const char *end, uint32_t *index, size_t *len)
{
    uint32_t guess = b->guesses[b->place % BUILDER_GUESSES];
    const struct luma_string *s;

    if (guess >= builder_string_count(b) || guess >= b->first_escaped)
        return false;
    s = builder_string(b, guess);
    if (!scan_is_at(p, end, b->text.data + b->base.text + s->at, s->len) ||
        p + s->len == end || p[s->len] != '"')
        return false;
    *index = guess;
    *len = s->len;
    b->place++;
    return true;
}

/* Copies the current document into one block, which the caller must free().
 * Its `event`, `id` and `state` are zero. The row stays until
 * builder_drop_row. NULL: out of memory. */
struct luma_doc *builder_make_doc(const struct builder *b);

/* Whether the next value is a member called `name` (its index) at `path`, which
 * has dots between its names. Outside of rows only. */
bool builder_is_at(const struct builder *b, uint32_t name, const char *path);

/* Whether an object around the next value already has a member of that name
 * which is not null. Outside of rows only. */
bool builder_has_before(const struct builder *b, const char *name);

/* The same for the object at `depth`, which is less than b->depth; 0 is the
 * root. */
bool builder_has_at(const struct builder *b, unsigned depth, const char *name);

/* Appends to the kept JSON text. A control character can only stand unescaped
 * in a string; it is kept as an escape. False: out of memory. */
bool builder_append_json(struct builder *b, const char *from, const char *to);

/* Replaces each lone half of a surrogate pair in the current document's kept
 * text by \ufffd, because other JSON readers may reject it. */
void builder_replace_halves(struct builder *b);

#endif
