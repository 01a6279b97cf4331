/* SPDX-License-Identifier: MIT */
/* Builds flat documents (doc.h): one at the bottom, the root, and on top of it
 * rows, one after the other. Zero-filled is empty and valid; one thread at a
 * time; nothing blocks. What fails for want of memory can be dropped with
 * builder_drop_row or builder_clear, and the builder works on. */
#ifndef LUMA_BUILDER_H
#define LUMA_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "doc.h"

enum { BUILDER_SLOTS = 1024 };

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
    /* equal strings of one document are stored once */
    uint32_t epoch;
    struct builder_slot {
        uint32_t epoch, hash, string;
    } slots[BUILDER_SLOTS];
};

/* Starts a row on top of the root. */
void builder_begin_row(struct builder *b);

/* Back to the root: the row is forgotten. */
void builder_drop_row(struct builder *b);

/* Back to nothing at all; the memory stays. */
void builder_clear(struct builder *b);
void builder_free(struct builder *b);

/* How many nodes both documents have: the index of the next one. */
static inline uint32_t builder_count(const struct builder *b)
{
    return (uint32_t)(b->nodes.len / sizeof(struct luma_node));
}

static inline struct luma_node *builder_node(const struct builder *b,
                                             uint32_t index)
{
    return (struct luma_node *)b->nodes.data + index;
}

/* Appends a node; NULL when out of memory. It may move with the next one. */
struct luma_node *builder_add(struct builder *b, enum luma_kind kind,
                              uint32_t name);

/* Stores a string, or finds it where an equal one is stored already, and gives
 * its index in the current document. False: out of memory. */
bool builder_string(struct builder *b, const char *s, size_t len,
                    uint32_t *index);

/* The bytes of a string of the current document. */
const char *builder_text(const struct builder *b, uint32_t index, size_t *len);

/* The current document in one block, the caller's to free(), with `event`,
 * `id` and `state` zero. The row stays until it is dropped. NULL: no memory. */
struct luma_doc *builder_make(const struct builder *b);

/* The value of the object's member `name`, the last one of that name; NULL
 * when there is none, or `object` is NULL or no object. */
const struct luma_node *doc_member(const struct luma_doc *doc,
                                   const struct luma_node *object,
                                   const char *name);

#endif
