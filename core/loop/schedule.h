/* SPDX-License-Identifier: MIT */
/* Which request is sent next and when: fair turns between jobs, admission by
 * what their callers have not taken yet, retries, and the ends of jobs. Knows
 * no libcurl, and of the kinds of job only their table.
 *
 * The loop's thread only. Nothing blocks, but for the disk of a download. */
#ifndef LUMA_SCHEDULE_H
#define LUMA_SCHEDULE_H

#include "http/retry.h"
#include "job/job.h"
#include "loop/channel.h"

struct schedule {
    struct channel *channel;
    struct channel *totals; /* where a client's requests are counted */
    struct job_list jobs;
    struct luma_event *waiting; /* requests to be sent again */
    struct event_list events;   /* for the caller, not handed over yet */
    struct job_context context; /* its `now` is the loop's to set */
    struct retry_budget budget;
    unsigned failures; /* in a row, of requests that may be retried */
    uint64_t random;
    bool scan_needed;      /* some job may have to end */
    int64_t next_deadline; /* the first of all jobs; INT64_MAX: none */
};

void schedule_init(struct schedule *schedule, struct channel *channel);

/* Drops all jobs and events. No request may be in flight. */
void schedule_free(struct schedule *schedule);

/* Takes in the jobs that were submitted. */
void schedule_take_jobs(struct schedule *schedule);

/* A request to send now, the caller's until schedule_ended or its job's drop;
 * NULL: there is none yet. */
struct request *schedule_next(struct schedule *schedule);

/* When something is to be done; INT64_MAX: not by itself. `may_send`: a request
 * could be sent. */
int64_t schedule_due(const struct schedule *schedule, bool may_send);

/* A document of the response to the request. Takes it. */
void schedule_document(struct schedule *schedule, struct request *request,
                       struct luma_doc *doc);

/* The request was sent so many times more, and so many bytes came. */
void schedule_count(struct schedule *schedule, const struct request *request,
                    unsigned sends, uint64_t bytes);

/* Reports how far the request's job has got, if it is time to. */
void schedule_tick(struct schedule *schedule, const struct request *request);

/* The exchange has ended, and its documents were passed on. Takes the request,
 * which is settled, or waits to be sent again. */
void schedule_ended(struct schedule *schedule, struct request *request,
                    struct exchange_end *end);

/* The request could not be sent, as `error` says; it is not retried. Takes
 * it. */
void schedule_not_sent(struct schedule *schedule, struct request *request,
                       const struct luma_error *error);

/* The request could not be sent now. Takes it, and gives it again later. */
void schedule_postpone(struct schedule *schedule, struct request *request);

/* True when the jobs have to be looked at one by one: something was settled,
 * their callers want something, or a deadline has passed. Forgets why. */
bool schedule_take_scan_request(struct schedule *schedule);

/* Notes the deadline of a job that goes on. */
void schedule_note_deadline(struct schedule *schedule, const struct job *job);

/* Ends the job, and with it the loop's reference. None of its requests may be
 * in flight, unless it is done. */
void schedule_end(struct schedule *schedule, struct job *job,
                  enum luma_code code);

#endif
