/* SPDX-License-Identifier: MIT */
/* From ids to batches and request bodies; and the ledger that gives every id
 * exactly one outcome. Pure; nothing blocks. A ledger and its batches belong to
 * one thread at a time. */
#ifndef LUMA_LEDGER_H
#define LUMA_LEDGER_H

#include "job/ids.h"

/* ---- batches ----------------------------------------------------------- */

/* The ids of one request, from the first time it is sent until all of them
 * are settled. It travels to the caller as the event of its own end, so that
 * telling of a failure never needs memory. */
struct batch {
    struct luma_answer answer;
    struct job *job;       /* whose it is; a reference */
    struct luma_doc *held; /* tasks whose ids only look like ids of the job:
                              after the last task it is clear whose they are */
    uint32_t held_count;
    uint32_t found;      /* new tasks of the present attempt */
    uint32_t unreadable; /* tasks of it that are over a limit, or not JSON */
    enum luma_code why;  /* the last of them is */
    bool settles;        /* an id, be it in an earlier attempt */
    bool suspects;       /* its ids: one of them may not be readable */
    unsigned attempts;   /* sends so far */
    double spent;        /* retry tokens */
    int64_t due;         /* ms: when it is sent again */
    uint32_t ids[];
};

/* ---- ledger ------------------------------------------------------------ */

/* Ids in line to be asked for again. */
struct leftover {
    struct buf ids; /* uint32_t each; GROUP_START is added to the first of a
                       group, and a batch has ids of one group only */
    size_t from;    /* how many of them are used up */
};

#define GROUP_START (1u << 31)

enum settled {
    IS_OPEN, /* to be asked for */
    IS_SEEN, /* not in this round again */
    IS_SETTLED
};

struct ledger {
    const struct luma_ids *ids; /* kept alive by the owner */
    uint8_t *settled;           /* per id: enum settled */
    uint32_t open;              /* ids without an outcome */
    uint32_t fresh;             /* first id that was never asked for */
    struct leftover again;      /* left out, to be asked for once more */
    struct leftover suspects;   /* likewise, in groups, to find which of them
                                   cannot be read */
    unsigned fruitless;         /* answers about suspects without a task */
    bool fruitful;              /* a task has come */
    uint32_t *alike; /* index + 1 of ids, or 0; hashed by how they look: made
                        when an id comes that nobody asked for in that form */
};

/* False: out of memory. */
bool ledger_init(struct ledger *ledger, const struct luma_ids *ids);
void ledger_free(struct ledger *ledger);

/* True while there are ids to make a batch of. */
bool ledger_has_more(struct ledger *ledger);

/* Frees the tasks that the batch holds; and the batch as well. */
void batch_drop_held(struct batch *batch);
void batch_free(struct batch *batch);

/* A batch of at most `max` of them, the caller's to batch_free(). NULL: out of
 * memory. */
struct batch *ledger_batch(struct ledger *ledger, uint32_t max);

/* The index of an id that is open, or -1. */
int64_t ledger_find(const struct ledger *ledger, const char *id, size_t len);

/* The index of the only open id that differs in nothing but case and blanks
 * around it, or -1. */
int64_t ledger_find_alike(struct ledger *ledger, const char *id, size_t len);

/* The id has its outcome. */
void ledger_settle(struct ledger *ledger, uint32_t index);

/* The id has none, but is not asked for again before ledger_restart. */
void ledger_see(struct ledger *ledger, uint32_t index);

/* All that have no outcome are asked for again. False: out of memory. */
bool ledger_restart(struct ledger *ledger);

/* Drops from the batch what is settled by now. */
void ledger_trim(const struct ledger *ledger, struct batch *batch);

/* The batch's ids are to be asked for again: in two halves, where they are
 * suspects of a row that cannot be read. One of the halves has no such row, if
 * there is one only, so it costs two requests for each halving: 2 log2(n) + 2
 * at most. Where every row is one, n ids cost 2n - 1. False: no memory. */
bool ledger_ask_again(struct ledger *ledger, const struct batch *batch,
                      bool suspects);

/* An answer to the batch has come, with its tasks counted. */
void ledger_note_answer(struct ledger *ledger, const struct batch *batch);

/* Whether ids are worth another request after answers that could not be read:
 * not where 64 have been so and no task has come at all. */
bool ledger_has_hope(const struct ledger *ledger);

/* A batch of the ids that are not UTF-8, which no request can have, the
 * caller's to batch_free(). NULL: out of memory. */
struct batch *ledger_invalid(struct ledger *ledger);

/* The batch's ids have their outcome. */
void ledger_close(struct ledger *ledger, const struct batch *batch);

/* What is wrong with the last task of the batch that could not be read. */
const char *batch_unreadable_text(const struct batch *batch);

/* Writes {"ids":[…]} of the batch. False: out of memory. */
bool batch_body(const struct batch *batch, const struct luma_ids *ids,
                struct buf *body);

#endif
