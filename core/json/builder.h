/* SPDX-License-Identifier: MIT */
/* Builds flat documents (doc.h): one at the bottom, the root, and on top of it
 * rows, one after the other. One thread at a time; nothing blocks. What fails
 * for want of memory can be dropped with builder_drop_row or builder_clear, and
 * the builder works on. */
#ifndef LUMA_BUILDER_H
#define LUMA_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "doc.h"
#include "error.h"
#include "json/token.h"

enum { BUILDER_SLOTS = 1024, BUILDER_DEPTH = 128 };

struct builder {
    /* the root's, then the row's */
    struct buf nodes;
    struct buf strings;
    struct buf text;
    struct buf json; /* the tokens, where they are kept */
    /* where the current document begins in them */
    struct builder_mark {
        size_t nodes, strings, text, json;
    } base;
    /* the containers around the next value */
    unsigned depth;
    unsigned floor;               /* of them, those around the row */
    bool in_object;               /* the innermost is one */
    uint32_t open[BUILDER_DEPTH]; /* their nodes */
    /* equal strings of one document are stored once */
    uint32_t epoch;
    struct builder_slot {
        uint32_t epoch, hash, string;
    } slots[BUILDER_SLOTS];
};

/* Makes it empty and ready. */
void builder_init(struct builder *b);

/* Gives all memory back. A zero-filled builder may be freed too. */
void builder_free(struct builder *b);

/* Starts a row on top of the root. */
void builder_begin_row(struct builder *b);

/* Back to the root: the row is forgotten. */
void builder_drop_row(struct builder *b);

/* Back to nothing at all; the memory stays. */
void builder_clear(struct builder *b);

/* How many nodes both documents have: the index of the next one. */
static inline uint32_t builder_count(const struct builder *b)
{
    return (uint32_t)(b->nodes.len / sizeof(struct luma_node));
}

/* The four below add to the current document. `name` is the index of the name
 * of a member, and means nothing elsewhere. LUMA_ERR_MEMORY: out of memory. */

/* A string, number or literal. LUMA_ERR_REPLY: it is no number. */
enum luma_code builder_add_value(struct builder *b, const struct token *token,
                                 uint32_t name);

/* The start of an array or object. LUMA_ERR_TOO_LARGE: it would be too deep. */
enum luma_code builder_open(struct builder *b, enum luma_kind kind,
                            uint32_t name);

/* Its end; gives the index of its node. */
uint32_t builder_close(struct builder *b);

/* A string by itself, such as a name, unless an equal one is there already;
 * gives its index. */
enum luma_code builder_add_string(struct builder *b, const char *s, size_t len,
                                  uint32_t *index);

/* The bytes of a string of the current document. */
const char *builder_get_text(const struct builder *b, uint32_t index,
                             size_t *len);

/* The current document in one block, the caller's to free(), with `event`,
 * `id` and `state` zero. The row stays until it is dropped. NULL: no memory. */
struct luma_doc *builder_make_doc(const struct builder *b);

/* The next value, outside rows, is a member called `name` (an index) and stands
 * at `path`: names with dots between them. */
bool builder_is_at(const struct builder *b, uint32_t name, const char *path);

/* One of the objects around the next value, outside rows, has such a member
 * already. */
bool builder_has_before(const struct builder *b, const char *name);

/* The same of the object at that depth, which is below `depth`; 0: the root. */
bool builder_has_at(const struct builder *b, unsigned depth, const char *name);

/* Adds a piece of JSON to the kept text, `json`. A control character in it can
 * only be a raw one in a string, and is kept as an escape. False: no memory. */
bool builder_append_json(struct builder *b, const char *from, const char *to);

/* Makes \ufffd of each lone half of a surrogate pair in the current document's
 * kept text, so that every reader of JSON takes it. */
void builder_replace_halves(struct builder *b);

#endif
