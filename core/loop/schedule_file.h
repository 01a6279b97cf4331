/* SPDX-License-Identifier: MIT */
/* Which download is next and when: turns, the wait before a repeat, and what
 * its caller is told. Knows no libcurl. The thread of the downloads only;
 * nothing blocks but for the disk, at a job's end. */
#ifndef LUMA_SCHEDULE_FILE_H
#define LUMA_SCHEDULE_FILE_H

#include "loop/channel.h"
#include "job/job_file.h"
#include "http/retry.h"

struct schedule_file {
    struct channel *channel;
    struct job_list running;  /* with an exchange on its way */
    struct job_list waiting;  /* for their turn or a repeat */
    size_t active;            /* jobs in `running` */
    struct event_list events; /* for the caller, not handed over yet */
    struct retry_budget budget;
    uint64_t random;
    bool look;             /* some job may be cancelled */
    int64_t next_deadline; /* the first of all jobs; INT64_MAX: none */
};

void schedule_file_init(struct schedule_file *schedule,
                        struct channel *channel);

/* Drops all jobs, of which none may run, and events; parts that can be resumed
 * stay. */
void schedule_file_free(struct schedule_file *schedule);

/* Takes in the jobs that were submitted, and the wish to be looked at. */
void schedule_file_take_jobs(struct schedule_file *schedule);

/* A waiting job whose turn it is, or NULL. */
struct job *schedule_file_next(struct schedule_file *schedule, int64_t now);

/* When there will be one; INT64_MAX: not by itself. */
int64_t schedule_file_due(const struct schedule_file *schedule);

/* An exchange for the waiting job has begun, or that of a running job has
 * ended: then it waits. */
void schedule_file_started(struct schedule_file *schedule, struct job *job);
void schedule_file_stopped(struct schedule_file *schedule, struct job *job);

/* Counts what an exchange has sent and got. */
void schedule_file_count(struct schedule_file *schedule, struct job *job,
                         const struct exchange_end *end);

/* The exchange for the job, which waits, failed: another one later, or its
 * end. */
void schedule_file_repeat(struct schedule_file *schedule, struct job *job,
                          struct exchange_end *end, int64_t now);

/* Ends a job that waits, and with it the thread's reference. */
void schedule_file_end(struct schedule_file *schedule, struct job *job,
                       const struct luma_error *error, int64_t now);

/* Tells how far the running jobs are, where they want it. */
void schedule_file_news(struct schedule_file *schedule, int64_t now);

/* True when jobs are to be looked at one by one: their callers want something,
 * or a deadline has passed. */
bool schedule_file_looks(struct schedule_file *schedule, int64_t now);

/* The job is cancelled or out of time, as `code` says. */
bool schedule_file_is_over(struct schedule_file *schedule,
                           const struct job *job, int64_t now,
                           enum luma_code *code);

#endif
