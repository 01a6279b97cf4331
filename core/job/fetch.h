/* SPDX-License-Identifier: MIT */
/* The kind fetch: each id is requested until it has a task, is missing, or has
 * failed. A watch (watch.h) is a fetch that goes in rounds; where it differs,
 * it has rules of its own. Functions as kind.h says, on the loop's thread. */
#ifndef LUMA_FETCH_H
#define LUMA_FETCH_H

#include "job/job.h"
#include "job/batch.h"

struct fetch;

/* Why an id is left open for some time, though a response could settle it. */
enum grace { GRACE_NONE, GRACE_MISSING, GRACE_LINK, GRACE_UNREADABLE };

/* Where a watch differs. */
struct fetch_rules {
    /* A task of the id has come: sets its `changed` and `final`. */
    void (*compare)(struct fetch *fetch, uint32_t id, struct luma_doc *task,
                    int64_t now);
    /* The id was left out, or its task could not be read. True: it has been so
     * for long enough. */
    bool (*note_missing)(struct fetch *fetch, uint32_t id, enum grace grace,
                         int64_t now);
    /* The request has failed. True: its ids stay open for the next round. */
    bool (*survives)(struct fetch *fetch, const struct exchange_end *end,
                     int64_t now);
};

struct fetch {
    struct job job; /* first */
    struct ledger ledger;
    const struct fetch_rules *rules; /* of a watch, else NULL */
    uint32_t in_flight;              /* requests that are not settled */
};

/* A job with one reference, the caller's; counts its own reference of `ids`.
 * `deadline` is in ms from `now`, 0 for none. NULL: out of memory. The caller's
 * thread. */
struct job *fetch_new(struct luma_ids *ids, int64_t deadline, int64_t now);

/* Sets up the fetch in a zero-filled job of `kind`. False: out of memory. */
bool fetch_init(struct fetch *fetch, const struct job_kind *kind,
                struct luma_ids *ids, int64_t deadline, int64_t now);

void fetch_begin(struct job *job, const struct job_context *c);
int64_t fetch_due(const struct job *job);
struct request *fetch_next(struct job *job, const struct job_context *c);
bool fetch_prepare(struct request *request, const struct job_context *c,
                   struct luma_error *error);
enum doc_verdict fetch_document(struct request *request, struct luma_doc *doc,
                                const struct job_context *c);
enum request_verdict fetch_ended(struct request *request,
                                 struct exchange_end *end,
                                 const struct job_context *c);
void fetch_failed(struct request *request, const struct exchange_end *end,
                  const struct job_context *c);
void fetch_drop(struct request *request);
void fetch_close(struct job *job);

#endif
