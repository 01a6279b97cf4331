/* SPDX-License-Identifier: MIT */
/* Feeds a JSON reader piece by piece, and checks what reader.h says of every
 * call. */
#ifndef LUMA_FEED_H
#define LUMA_FEED_H

#include "json/reader.h"

struct feeder {
    struct json_reader *reader;
    /* json_feed, or a function that calls it */
    enum json_result (*read)(struct json_reader *reader, const char **at,
                             const char *end);
    /* Called after each result of `read`. */
    void (*hear)(void *arg, struct json_reader *reader);
    void *arg;
};

/* Each piece is a block of its own that is gone afterwards, so a reader that
 * looks behind its end or keeps a pointer is caught. */
void feed_piece(const struct feeder *feeder, const char *piece, size_t len);

/* Errors are sticky. */
void feed_after_bad(struct json_reader *reader);

#endif
