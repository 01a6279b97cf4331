/* SPDX-License-Identifier: MIT */
/* What a JSON reader says of a text, however the text is cut. The tests that
 * use it call alloc_spare(true) first: only the reader's memory runs out. */
#ifndef LUMA_ACCOUNT_H
#define LUMA_ACCOUNT_H

#include "json/reader.h"

enum { MAX_DOC = 16 << 20 };

/* Told in full, the documents in every detail; or in brief, their JSON only,
 * '|' between them. '!' is a lost row, '~' the inner object, '?' refused. */
struct account {
    bool brief;
    unsigned rows, lost, roots;
    bool bad;
    size_t root_end; /* where the root's part of `said` ends */
    struct buf said;
};

/* The readers that are made from now on share their names there; NULL: they do
 * not. */
void share_names(struct names *names);

/* A reader that keeps texts and has rows under "data", "data.items" and
 * "items". */
void ready_reader(struct json_reader *r, size_t max_doc);

char separator(const struct account *account);

/* Reads the text whole, and byte by byte. */
void read_whole(struct account *a, struct json_reader *r,
                const struct buf *text);
void read_bytes(struct account *a, struct json_reader *r,
                const struct buf *text);

/* Reads the text in every way; `a` tells what all of them say. */
void read_all(struct account *a, struct json_reader *r, const struct buf *text);

/* Both say the same; `way` and `cut` tell where not. */
bool agrees(const struct account *is, const struct account *whole,
            const char *way, size_t cut);

/* Reads the text in every way: all must say `told`, in brief. */
void check_told(struct json_reader *r, const struct buf *text,
                const struct buf *told);

/* Reads the text with memory that runs out at every call: whatever is said
 * then is what is said otherwise, or that memory ran out. */
void check_memory(struct json_reader *r, const struct buf *text);

#endif
