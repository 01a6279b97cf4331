/* SPDX-License-Identifier: MIT */
/* What a job asks next, given how its last exchange ended. Knows no libcurl.
 *
 * A job is made by the caller's thread and handed to the I/O thread, which
 * alone runs the functions below. It comes back as its own last event, so the
 * place of its ending is there before its beginning. */
#ifndef LUMA_JOB_H
#define LUMA_JOB_H

#include <stdatomic.h>

#include "job/ledger.h"
#include "base/queue.h"
#include "http/request.h"
#include "http/exchange_end.h"
#include "job/watch.h"

/* What became of a task that arrived. */
enum job_verdict {
    JOB_DROPS, /* nobody asked for it, or it is here already */
    JOB_KNOWS, /* it is as it was before */
    JOB_HOLDS, /* job_place_held decides */
    JOB_TAKES  /* it was passed on */
};

/* What a job is to do. */
struct job_order {
    struct luma_ids *ids;           /* the job counts its own reference */
    const struct luma_watch *watch; /* or NULL */
    struct request *request; /* or NULL; the job's, unless it is not made */
    int64_t deadline;        /* ms from now, 0 for none */
};

struct job {
    struct luma_end end; /* first: the job travels as this event */
    /* set at creation */
    atomic_uint refs;
    struct luma_ids *ids;
    struct watch *watch;     /* of a watch, else NULL; the I/O thread's */
    struct request *request; /* of a request, else NULL */
    int64_t started;         /* ms on the monotonic clock */
    int64_t deadline;        /* likewise, 0 for none */
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
    struct job_file *file; /* of a download, see job_file.h; else NULL */
};

/* Jobs in turn: the one that was served last comes last. */
struct job_list {
    struct job *first, **last; /* `last`: where the next one is hung */
};

void job_list_init(struct job_list *list);
void job_list_append(struct job_list *list, struct job *job);
void job_list_remove(struct job_list *list, struct job *job);

/* A job with two references, one for each thread. `now` is in ms. NULL: out of
 * memory. The caller's thread. */
struct job *job_new(const struct job_order *order, int64_t now,
                    struct luma_job *user);

struct job *job_ref(struct job *job);
void job_unref(struct job *job); /* any thread */

/* Frees an event that nobody took. Any thread. */
void event_dispose(struct luma_event *event);

/* True while there is something to ask for; a watch may begin a round. */
bool job_has_more(struct job *job, int64_t now);

/* A batch of at most `max` ids, with a reference of the job. NULL: out of
 * memory, and the job is so, too. */
struct batch *job_batch(struct job *job, uint32_t max);

/* A task came as part of a reply to the batch. Passes it on, frees it, or holds
 * it where its id only looks like one that is open. */
enum job_verdict job_task(struct job *job, struct batch *batch,
                          struct luma_doc *doc, int64_t now,
                          struct event_list *events);

/* The reply has ended: passes on one of the tasks that the batch holds, if its
 * id was not asked for in this batch, and is like one open id and like no other
 * task that is held. False: none of them is; they are freed. To be repeated,
 * and before the batch is trimmed. */
bool job_place_held(struct job *job, struct batch *batch, int64_t now,
                    struct event_list *events);

/* Ids that no request can have fail at once, before any is sent. */
void job_refuse_invalid(struct job *job, struct event_list *events);

/* The batch, which is trimmed, got a real answer, or at least all its tasks:
 * what it left out is asked for again as long as answers bring something new,
 * in halves where tasks could not be read, and else it is missing, in a watch
 * after a while. `answer` tells of the exchange. Owns the batch. */
void job_answered(struct job *job, struct batch *batch,
                  const struct luma_error *answer, int64_t now,
                  struct event_list *events);

/* The batch, which is trimmed, failed for good: its open ids have end->error,
 * or wait for the next round of their watch. Owns the batch. */
void job_failed(struct job *job, struct batch *batch,
                const struct exchange_end *end, int64_t now,
                struct event_list *events);

/* After each of the two: a watch whose round is over rests. */
void job_rest(struct job *job, int64_t now, double chance);

/* How often one of its requests may be sent. */
unsigned job_attempts(const struct job *job,
                      const struct luma_options *options);

/* True when every id has its outcome. */
bool job_is_over(const struct job *job);

/* Ends the job with `code`, or with LUMA_OK when all is settled; nothing may be
 * told of it after this event, with which the I/O thread's reference goes. */
void job_end(struct job *job, enum luma_code code, struct event_list *events);

#endif
