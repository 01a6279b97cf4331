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
#include "json/token.h"

enum {
    BUILDER_SLOTS = 1024,
    BUILDER_DEPTH = 128,
    BUILDER_NODES = (1 << 24) - 1 /* what the span of a node can count */
};

struct builder {
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
    /* equal strings of a document are stored once */
    uint32_t generation;
    struct builder_slot {
        uint32_t generation, hash, string;
    } slots[BUILDER_SLOTS];
};

/* Initialises an empty builder. */
void builder_init(struct builder *b);

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

/* The four functions below add to the current document. `name` is the index of
 * a member's name; it is ignored outside of objects. They return
 * LUMA_ERR_MEMORY if they run out of memory, and LUMA_ERR_TOO_LARGE if both
 * documents would have more than BUILDER_NODES values. */

/* Adds a string, number or literal. LUMA_ERR_REPLY: not a valid number. */
enum luma_code builder_add_value(struct builder *b, const struct token *token,
                                 uint32_t name);

/* Starts an array or object. LUMA_ERR_TOO_LARGE: over BUILDER_DEPTH. */
enum luma_code builder_open(struct builder *b, enum luma_kind kind,
                            uint32_t name);

/* Ends the innermost array or object. Returns the index of its node. */
uint32_t builder_close(struct builder *b);

/* Adds a string without a node, such as a name. Equal strings are stored once.
 * Sets `index` to the index of the string. */
enum luma_code builder_add_string(struct builder *b, const char *s, size_t len,
                                  uint32_t *index);

/* The bytes of a string of the current document. */
const char *builder_get_text(const struct builder *b, uint32_t index,
                             size_t *len);

/* Copies the current document into one block, which the caller must free().
 * Its `event`, `id` and `state` are zero. The row stays until
 * builder_drop_row. NULL: out of memory. */
struct luma_doc *builder_make_doc(const struct builder *b);

/* Whether the next value is a member called `name` (an index) at `path`, which
 * has dots between its names. Outside of rows only. */
bool builder_is_at(const struct builder *b, uint32_t name, const char *path);

/* Whether an object around the next value already has a member of that name.
 * Outside of rows only. */
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
