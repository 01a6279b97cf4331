/* SPDX-License-Identifier: MIT */
/* A request for some ids of a job. Pure; nothing blocks. The loop's thread. */
#ifndef LUMA_BATCH_H
#define LUMA_BATCH_H

#include "http/request.h"
#include "job/ledger.h"

/* Its ids are those in request.settled, of which `count` are not settled. */
struct batch {
    struct request request; /* first */
    struct buf body;
    struct luma_doc *held; /* tasks whose ids match only without case and
                              blanks: assigned when the response has ended */
    uint32_t held_count;
    uint32_t found;      /* new tasks of the present response */
    uint32_t first_open; /* of its ids; those before it are answered */
    uint32_t unreadable; /* its tasks that are over a limit, or not JSON */
    enum luma_code unreadable_code; /* the last of them is unreadable */
    bool settles;                   /* some response has settled an id */
    bool suspects; /* its ids: one of them may not be readable */
    uint32_t ids[];
};

/* A batch of at most `max` ids that are to be requested next, to be given to
 * batch_free. NULL: out of memory. */
struct batch *batch_new(struct ledger *ledger, uint32_t max);

/* A batch of the ids that are not UTF-8, which no request can have. Otherwise
 * likewise. */
struct batch *batch_new_invalid(const struct ledger *ledger);

/* Fills in `request`: it is for the tasks of the batch's ids, which are indices
 * of `ids`. False: out of memory. */
bool batch_prepare(struct batch *batch, const struct luma_ids *ids,
                   struct request *request);

/* Frees the tasks that the batch holds; and the batch as well. */
void batch_drop_held(struct batch *batch);
void batch_free(struct batch *batch);

/* The index of the open id that the task answers, or -1. A row may have ids of
 * other things before the one that was requested. */
int64_t batch_find(const struct ledger *ledger, const struct luma_doc *doc);

/* Holds a task until the end of the response. False: it looks like no id that
 * is open, or too many are held. */
bool batch_hold(struct batch *batch, struct luma_doc *doc,
                struct ledger *ledger);

/* The response has ended: takes one of the tasks that are held, if its id is
 * not in the batch itself, and looks like one open id and like no other task
 * that is held. Sets `index` to that id. NULL: there is none. */
struct luma_doc *batch_take_held(struct batch *batch, struct ledger *ledger,
                                 uint32_t *index);

/* Passes over the ids that have an answer, from any response. True: all have.
 * All calls for one response pass over each id once. */
bool batch_advance(struct batch *batch, const struct ledger *ledger);

/* Drops the ids that are settled by now. */
void batch_drop_settled(struct batch *batch, const struct ledger *ledger);

/* The ids that are left are to be requested again. False: no memory. */
bool batch_ask_again(const struct batch *batch, struct ledger *ledger);

/* All ids that are left have their outcome. */
void batch_settle_all(const struct batch *batch, struct ledger *ledger);

/* What is wrong with the last task that could not be read. */
const char *batch_unreadable_text(const struct batch *batch);

#endif
