/* SPDX-License-Identifier: MIT */
/* What a reader says of a text: everything that a user can see, and nothing of
 * how it is stored. So it can be compared between two versions of the core. */
#ifndef LUMA_ANSWER_H
#define LUMA_ANSWER_H

#include "gateway/reply.h"

/* How texts are read. */
struct setting {
    size_t max_doc;
    bool single_value;
};

/* The events of a text, as readable bytes. */
struct answer {
    struct buf said;
    struct buf kept; /* the JSON that documents keep */
    struct event {
        enum json_result result;
        enum luma_code code;
        struct luma_doc *doc;
    } * events;
    size_t count, capacity;
};

/* Initialises a reader as replies have it, with the lists of gateways. */
void answer_ready(struct reply *reply, bool keep_json);

/* Reads the text in pieces that end at the cuts. Each is a block of its own
 * that is gone afterwards, so a reader that looks behind its end, or keeps a
 * pointer, is caught. The documents are looked at when all is read. */
void answer_read(struct answer *a, struct json_reader *r,
                 const struct setting *setting, const struct buf *text,
                 const size_t *cuts, size_t count);

/* A hash of both buffers, which continues from `hash`. */
uint64_t answer_hash(const struct answer *a, uint64_t hash);

void answer_free(struct answer *a);

#endif
