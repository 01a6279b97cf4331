/* SPDX-License-Identifier: MIT */
/* Which batch is sent next and when: fair turns between jobs, admission by what
 * their callers have not taken yet, and the wait before a repeat. Knows no
 * libcurl. The I/O thread only; nothing blocks. */
#ifndef LUMA_SCHEDULE_H
#define LUMA_SCHEDULE_H

#include "loop/channel.h"
#include "job/job.h"
#include "http/retry.h"

struct schedule {
    struct channel *channel;
    struct job_list jobs;
    struct luma_event *waiting; /* batches to be repeated, in no order */
    struct event_list events;   /* for the caller, not handed over yet */
    struct retry_budget budget;
    uint64_t random;
    bool look;             /* some job may be over */
    int64_t next_deadline; /* the first of all jobs; INT64_MAX: none */
};

void schedule_init(struct schedule *schedule, struct channel *channel);

/* Drops all jobs and events. */
void schedule_free(struct schedule *schedule);

/* Takes in the jobs that were submitted, and the wish to be looked at. */
void schedule_take_jobs(struct schedule *schedule);

/* A batch to send now, which the sender owns until schedule_finished; NULL:
 * nothing is to be sent yet. */
struct batch *schedule_next(struct schedule *schedule, int64_t now);

/* The moment when a job needs a look or, where `may_send`, a batch may be sent
 * again; INT64_MAX: never. */
int64_t schedule_due(const struct schedule *schedule, bool may_send);

/* A task that came in reply to the batch. Owns it. */
void schedule_task(struct schedule *schedule, struct batch *batch,
                   struct luma_doc *doc, int64_t now);

/* The exchange for the batch has ended; its tasks were passed on. Owns the
 * batch, which is told of, sent again later, or made into others. */
void schedule_finished(struct schedule *schedule, struct batch *batch,
                       struct exchange_end *end, int64_t now);

/* The exchange for the batch was cut short with its job. Owns the batch. */
void schedule_dropped(struct batch *batch);

/* The batch went on the wire so many times more, and so many bytes came. */
void schedule_count(struct schedule *schedule, const struct batch *batch,
                    unsigned sends, uint64_t bytes);

/* True when jobs are to be looked at one by one: something of them has been
 * settled, their callers want something, or a deadline has passed. */
bool schedule_looks(struct schedule *schedule, int64_t now);

/* The job is settled (LUMA_OK), cancelled or out of time: it is to be ended,
 * and unless it is settled, its exchanges are to be dropped before. */
bool schedule_is_over(struct schedule *schedule, const struct job *job,
                      int64_t now, enum luma_code *code);
void schedule_end(struct schedule *schedule, struct job *job,
                  enum luma_code code);

#endif
