/* SPDX-License-Identifier: MIT */
/* A list of distinct ids: under 100 bytes each, however many there are. It is
 * immutable once it is built, and counted, so that both threads can read it.
 * Nothing blocks. */
#ifndef LUMA_IDS_H
#define LUMA_IDS_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/hash.h"
#include "luma.h"

struct luma_ids {
    atomic_uint refs;
    uint32_t count;      /* distinct ones */
    struct buf text;     /* all bytes, one after the other */
    struct buf ends;     /* uint32_t each: where the id ends in `text` */
    struct buf invalid;  /* uint32_t each: ids that are not UTF-8 */
    uint32_t *slots;     /* index + 1 of an id, or 0; hashed by its bytes */
    uint32_t capacity;   /* of `slots`, a power of two */
    struct hash_key key; /* so that strangers cannot make ids collide */
};

struct luma_ids *ids_ref(struct luma_ids *ids); /* any thread */

/* The bytes of an id. */
const char *ids_get(const struct luma_ids *ids, uint32_t index, size_t *len);

/* The index of an id, or -1. */
int64_t ids_find(const struct luma_ids *ids, const char *id, size_t len);

/* Replaces `body` by the JSON text {"ids":[…]} of these indices: what a request
 * for tasks sends. False: out of memory. */
bool ids_write(const struct luma_ids *ids, const uint32_t *indices,
               uint32_t count, struct buf *body);

/* They differ in nothing but case and blanks around them; and a hash that is
 * the same then, with the key of the list. */
bool ids_look_alike(const char *a, size_t n, const char *b, size_t len);
uint32_t ids_hash_look(const struct luma_ids *ids, const char *id, size_t len);

#endif
