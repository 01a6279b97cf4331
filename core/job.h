/* SPDX-License-Identifier: MIT */
/* What a job asks next, given how its last exchange ended. Knows no libcurl.
 *
 * A job is made by the caller's thread and handed to the I/O thread, which
 * alone runs the functions below. It comes back as its own last event, so the
 * place of its ending is there before its beginning. */
#ifndef LUMA_JOB_H
#define LUMA_JOB_H

#include <stdatomic.h>

#include "plan.h"
#include "queue.h"
#include "watch.h"

/* What became of a task that arrived. */
enum job_verdict {
    JOB_DROPS, /* nobody asked for it, or it is here already */
    JOB_KNOWS, /* it is as it was before */
    JOB_TAKES  /* it was passed on */
};

struct job {
    struct luma_end end; /* first: the job travels as this event */
    /* set at creation */
    atomic_uint refs;
    struct luma_ids *ids;
    struct watch *watch; /* NULL: a fetch; the I/O thread's */
    int64_t started;     /* ms on the monotonic clock */
    int64_t deadline;    /* likewise, 0 for none */
    /* both threads */
    atomic_bool cancelled;     /* the caller's wish */
    atomic_bool held;          /* the I/O thread waits for the caller to take */
    atomic_size_t undelivered; /* bytes of documents on their way */
    atomic_ullong requests, retries, bytes;
    /* the I/O thread */
    struct job *next, **link; /* of the list, and what points to it there */
    struct ledger ledger;
    bool out_of_memory;
    bool broken; /* end.error says how */
    bool ended;
};

/* A job with two references, one for each thread, and its own of `ids`; a watch
 * where its options are not NULL. `deadline` is in ms from `now`, 0 for none.
 * NULL: out of memory. The caller's thread. */
struct job *job_new(struct luma_ids *ids, const struct luma_watch *watch,
                    int64_t now, int64_t deadline, struct luma_job *user);

struct job *job_ref(struct job *job);
void job_unref(struct job *job); /* any thread */

/* Frees an event that nobody took. Any thread. */
void event_dispose(struct luma_event *event);

/* True while there is something to ask for; a watch may begin a round. */
bool job_has_more(struct job *job, int64_t now);

/* A batch of at most `max` ids, with a reference of the job. NULL: out of
 * memory, and the job is so, too. */
struct batch *job_batch(struct job *job, uint32_t max);

/* A task came as part of a reply to the batch. Passes it on, or frees it. */
enum job_verdict job_task(struct job *job, struct batch *batch,
                          struct luma_doc *doc, int64_t now,
                          struct event_list *events);

/* The batch got a real answer, or at least all its tasks: what it left out is
 * asked for again as long as answers bring something new, one by one where
 * tasks could not be read, and else it is missing, in a watch after a while.
 * `answer` tells of the exchange. Owns the batch. */
void job_answered(struct job *job, struct batch *batch,
                  const struct luma_error *answer, int64_t now,
                  struct event_list *events);

/* The batch failed for good: its open ids have this error, or wait for the next
 * round of their watch. Owns the batch. */
void job_failed(struct job *job, struct batch *batch,
                const struct luma_error *error, int64_t now,
                struct event_list *events);

/* After each of the two: a watch whose round is over rests. */
void job_rest(struct job *job, int64_t now, double chance);

/* True when every id has its outcome. */
bool job_is_over(const struct job *job);

/* Ends the job with `code`, or with LUMA_OK when all is settled; nothing may be
 * told of it after this event, with which the I/O thread's reference goes. */
void job_end(struct job *job, enum luma_status code, struct event_list *events);

#endif
