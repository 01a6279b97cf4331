/* SPDX-License-Identifier: MIT */
/* The kind watch: a fetch that goes in rounds. In each round, every open id is
 * requested, and its task is compared with what it was before.
 *
 * watch_new is for the caller's thread. The other functions are what the kind
 * does: they are pure, with time and random numbers as arguments, for the
 * loop's thread and for tests. Nothing blocks. */
#ifndef LUMA_WATCH_H
#define LUMA_WATCH_H

#include "job/fetch.h"

enum { WATCH_FAILED_ROUNDS = 5 }; /* in a row that are tolerated */

struct watch {
    struct fetch fetch;                /* first */
    struct luma_watch_options options; /* complete, in ms */
    struct watch_seen *seen;           /* per id */
    struct luma_ids *words;            /* the gateway's own for states */
    int64_t interval;       /* before the next round where nothing changes */
    int64_t hold;           /* no round before; the gateway asked for it */
    int64_t due;            /* of the next round; 0: one is going on */
    bool changed, answered; /* in this round: any task, any request */
    bool trusted;           /* a request was answered, in any round */
    unsigned failed_rounds; /* in a row */
};

/* As fetch_new. */
struct watch *watch_new(const struct luma_watch_options *options,
                        struct luma_ids *ids, int64_t deadline, int64_t now);

/* A task came for the id: sets its `changed` and `final`. */
void watch_compare(struct fetch *watch, uint32_t id, struct luma_doc *task,
                   int64_t now);

/* A response left the id out, or its task could not be read. True: it has been
 * so for missing_grace. */
bool watch_note_missing(struct fetch *watch, uint32_t id, enum grace grace,
                        int64_t now);

/* A request has failed in a way that the next round may put right. */
void watch_note_failure(struct watch *watch, const struct luma_error *error,
                        int64_t now);

/* The round has ended: `due` is when the next one begins. False: too many in a
 * row have failed, and the job has. */
bool watch_end_round(struct watch *watch, int64_t now, double random);

void watch_begin_round(struct watch *watch);

#endif
