/* SPDX-License-Identifier: MIT */
/* The ledger of a job's ids: it gives every id exactly one outcome, and says
 * which are to be requested next. Pure; nothing blocks. One thread at a time.
 */
#ifndef LUMA_LEDGER_H
#define LUMA_LEDGER_H

#include "job/ids.h"

/* Ids that wait to be requested again. */
struct id_queue {
    struct buf ids; /* uint32_t each; GROUP_START is added to the first of a
                       group, and a batch has ids of one group only */
    size_t from;    /* how many of them are used up */
};

#define GROUP_START (1u << 31)

enum id_state {
    ID_OPEN,    /* to be requested */
    ID_SKIPPED, /* not in this round again */
    ID_SETTLED
};

struct ledger {
    const struct luma_ids *ids; /* kept alive by the owner */
    uint8_t *states;            /* per id: enum id_state */
    uint32_t open;              /* ids without an outcome */
    uint32_t next_new;          /* first id that was never requested */
    struct id_queue retry_ids;  /* left out by a response */
    struct id_queue suspects;   /* likewise, in groups, to find which of them
                                   cannot be read */
    unsigned fruitless;         /* responses about suspects without a task */
    bool fruitful;              /* a task has come */
    uint32_t *alike; /* index + 1 of ids, or 0; hashed by how they look: made
                        when a task's id is not in the list in that form */
};

/* False: out of memory. */
bool ledger_init(struct ledger *ledger, const struct luma_ids *ids);
void ledger_free(struct ledger *ledger);

/* True while there are ids to be requested. */
bool ledger_has_more(const struct ledger *ledger);

/* Passes over ids that were settled while they waited, so that ledger_has_more
 * need not do so every time. */
void ledger_advance(struct ledger *ledger);

/* Takes at most `max` ids that are to be requested next, and returns how many.
 * `suspects`: one of them may not be readable. */
uint32_t ledger_next(struct ledger *ledger, uint32_t *ids, uint32_t max,
                     bool *suspects);

/* The index of an id that is open, or -1. */
int64_t ledger_find(const struct ledger *ledger, const char *id, size_t len);

/* The index of the only open id that differs in nothing but case and blanks
 * around it, or -1. */
int64_t ledger_find_alike(struct ledger *ledger, const char *id, size_t len);

/* The id has its outcome. */
void ledger_settle(struct ledger *ledger, uint32_t index);

/* The id has none, but is not requested again before ledger_restart. */
void ledger_skip_round(struct ledger *ledger, uint32_t index);

/* All that have no outcome are requested again. False: out of memory. */
bool ledger_restart(struct ledger *ledger);

/* These ids are to be requested again: in two halves, where they are suspects
 * of a row that cannot be read. One of the halves has no such row, if there is
 * one only, so it costs two requests for each halving: 2 log2(n) + 2 at most.
 * Where every row is one, n ids cost 2n - 1. False: no memory. */
bool ledger_ask_again(struct ledger *ledger, const uint32_t *ids, uint32_t n,
                      bool suspects);

/* A response has come. `found`: it had a new task. `fruitless`: it was about
 * suspects, and could not be read. */
void ledger_note_response(struct ledger *ledger, bool found, bool fruitless);

/* Whether ids are worth another request after responses that could not be read:
 * not where 64 have been so and no task has come at all. */
bool ledger_has_hope(const struct ledger *ledger);

#endif
