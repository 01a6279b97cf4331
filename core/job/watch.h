/* SPDX-License-Identifier: MIT */
/* What watching adds to a job: it goes in rounds. In each, every open id is
 * asked for once, and what came is compared with what was seen before. Pure:
 * the time and chance come as arguments; nothing blocks. One thread at a
 * time. */
#ifndef LUMA_WATCH_H
#define LUMA_WATCH_H

#include "luma.h"

enum { WATCH_BAD_ROUNDS = 5 }; /* in a row that are ridden out */

/* Why an id is not believed yet. */
enum watch_doubt { NO_DOUBT, IS_MISSING, HAS_NO_LINK, IS_UNREADABLE };

struct watch {
    struct luma_watch options; /* complete, in ms */
    struct watch_seen *seen;   /* per id */
    struct luma_ids *words;    /* the gateway's own for states */
    int64_t interval;          /* before the next round where nothing changes */
    int64_t hold;              /* no round before; the gateway asked for it */
    int64_t due;               /* of the next round; 0: one goes on */
    uint32_t flying;           /* requests of the round that are not settled */
    bool changed, answered;    /* in this round: anything, any request */
    bool trusted;              /* a request was answered, in any round */
    unsigned bad;              /* rounds in a row without an answer */
    struct luma_error trouble; /* the last one */
};

/* NULL: out of memory. */
struct watch *watch_new(const struct luma_watch *options, uint32_t ids);
void watch_free(struct watch *watch); /* NULL is fine */

/* A task came for the id: sets its `changed` and `final`. */
void watch_task(struct watch *watch, uint32_t id, struct luma_doc *task,
                int64_t now);

/* An answer left the id out, or its task could not be read. True: it has been
 * so for long enough (missing_grace) to believe it. */
bool watch_doubts(struct watch *watch, uint32_t id, enum watch_doubt doubt,
                  int64_t now);

/* The gateway's own word for the state in which the id's task came last; NULL:
 * there was none, it has more than 64 bytes, or it came after 200 other
 * words. */
const char *watch_word(const struct watch *watch, uint32_t id, size_t *len);

/* A request came to nothing that another round may bring. */
void watch_trouble(struct watch *watch, const struct luma_error *error,
                   int64_t now);

/* The round is over: says in `due` when the next one begins. False: too many in
 * a row have failed, and `trouble` says how. */
bool watch_rest(struct watch *watch, int64_t now, double chance);

/* The next round begins. */
void watch_begin(struct watch *watch);

#endif
