/* SPDX-License-Identifier: MIT */
/* A dictionary of the names of members. The documents of one client share it,
 * because their names repeat: a name is stored once, and a document holds its
 * index.
 *
 * One thread adds, the one that reads the responses. Others may read
 * struct luma_names without a lock: entries never change or move, and a
 * document refers only to entries that were made before it was handed over.
 * Nothing blocks.
 *
 * A name enters when it is seen for the second time, so names that never
 * repeat do not fill the dictionary. Once it is full, it stays so, and further
 * names are stored in their documents. */
#ifndef LUMA_JSON_NAMES_H
#define LUMA_JSON_NAMES_H

#include <string.h>

#include "doc.h"
#include "json/scan.h"

enum {
    NAMES_NONE = LUMA_NAMES, /* an index that no name has */
    NAMES_SLOTS = 4 * LUMA_NAMES,
    NAMES_SEEN = 1024,
    NAMES_CONTEXTS = 1024,
    NAMES_LONGEST = 62, /* bytes of a shared name */
    NAMES_TAIL = 2      /* a quote and a colon are stored behind each name */
};

struct names {
    struct luma_names shared;
    uint32_t count;
    uint32_t text_len;
    uint32_t context;              /* a hash of the last few names */
    uint16_t next[NAMES_CONTEXTS]; /* by context: the name that followed it */
    uint16_t slots[NAMES_SLOTS];   /* by hash: index + 1, or 0 */
    uint32_t seen[NAMES_SEEN];     /* by hash: the hash of a name seen once */
};

/* Returns the index of the name, or NAMES_NONE. */
uint32_t names_find(struct names *names, const char *name, size_t len);

/* Notes that the name was read: the next guess depends on it. */
static inline void names_note(struct names *names, uint32_t index)
{
    const uint32_t spread = 0x9E5; /* odd, so that no two names are alike */

    names->context = (names->context << 1 ^ index * spread) % NAMES_CONTEXTS;
}

/* Tasks have the same names in the same order: guesses the next one. If it
 * stands at `p`, with a quote and a colon behind it, returns its index. Else
 * NAMES_NONE. */
static inline uint32_t names_guess(struct names *names, const char *p,
                                   const char *end)
{
    uint32_t index = names->next[names->context];
    const struct luma_string *s = &names->shared.strings[index];

    if (index >= names->count ||
        !scan_is_at(p, end, names->shared.text + s->at, s->len + NAMES_TAIL))
        return NAMES_NONE;
    names_note(names, index);
    return index;
}

#endif
