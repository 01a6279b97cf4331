/* SPDX-License-Identifier: MIT */
/* What all jobs have: references, a deadline, a wish to be cancelled, an end.
 * The rest is its kind's (kind.h), whose own struct begins with this one.
 *
 * The caller's thread makes a job and hands it to a loop, whose thread alone
 * uses it then, but for the members marked otherwise. The job itself is its
 * last event, so the end never needs memory. */
#ifndef LUMA_JOB_H
#define LUMA_JOB_H

#include <stdatomic.h>

#include "job/ids.h"
#include "job/kind.h"

enum job_phase {
    JOB_RUNS,
    JOB_DONE,   /* all that it was to get is settled */
    JOB_FAILED, /* end.error says how */
    JOB_ENDED   /* its END is on its way; nothing may follow */
};

struct job {
    struct luma_end end;        /* first: the job travels as this event; before
                                   the end, its error is the last failure */
    struct luma_event progress; /* likewise; one at a time */
    /* set at creation */
    const struct job_kind *kind;
    struct luma_ids *ids;      /* NULL where the caller gave none */
    uint32_t count;            /* of the outcomes it has */
    int64_t started;           /* ms on the monotonic clock */
    int64_t deadline;          /* likewise, 0 for none */
    struct luma_limits limits; /* of its requests; 0: the client's */
    /* both threads */
    atomic_uint refs;
    atomic_bool cancelled;       /* by the caller */
    atomic_bool paused;          /* the loop waits for the caller to take */
    atomic_bool progress_queued; /* its event is on its way */
    atomic_size_t undelivered;   /* bytes of documents on their way */
    atomic_ullong requests, retries, bytes;
    /* the loop's, until its END is there */
    enum job_phase phase;
    char *path;               /* of the file it has made, or NULL */
    struct job *next, **link; /* of a list, and what points to it there */
};

/* Jobs in turn: the one that was served last comes last. */
struct job_list {
    struct job *first, **last; /* `last`: where the next one is added */
};

void job_list_init(struct job_list *list);
void job_list_append(struct job_list *list, struct job *job);
void job_list_remove(struct job_list *list, struct job *job);

/* Sets up a zero-filled job with one reference, the caller's. `ids` may be
 * NULL; `deadline` is in ms from `now`, 0 for none. */
void job_init(struct job *job, const struct job_kind *kind,
              struct luma_ids *ids, int64_t deadline, int64_t now);

/* Takes the limits that are 0 from `rest`. */
void limits_complete(struct luma_limits *limits,
                     const struct luma_limits *rest);

/* Sets up a zero-filled request of the job for tasks, with the limits of the
 * job. */
void job_init_request(struct job *job, struct request *request,
                      const struct luma_options *options);

struct job *job_ref(struct job *job);
void job_unref(struct job *job); /* any thread; NULL is fine */

/* Frees an event that is not taken. Any thread. */
void event_dispose(struct luma_event *event);

/* Hands the document of the id to the caller, or frees it where nothing has
 * changed. */
enum doc_verdict job_deliver(struct job *job, struct luma_doc *doc, uint32_t id,
                             struct event_list *events);

/* Adds the event of a request that is settled, and thereby gives it away. */
void job_report_settled(struct request *request, struct event_list *events);

/* Adds the job's progress event, unless one is on its way. */
void job_report_progress(struct job *job, struct event_list *events);

/* Turns a good exchange into a failure with this code and text (NULL: none),
 * which is retried as the code says. */
enum request_verdict job_reject(struct exchange_end *end, enum luma_code code,
                                const char *text);

/* A request has failed and is sent again, or asked for again in another form.
 * If the deadline passes first, the job's error tells this one as well. Nothing
 * if the job has failed. */
void job_note_failure(struct job *job, const struct luma_error *error);

/* The failure that was noted is over. */
void job_forget_failure(struct job *job);

/* The job has failed with `error`. */
void job_fail(struct job *job, const struct luma_error *error);
void job_fail_memory(struct job *job);

/* True where the job has to end: it is done (LUMA_OK), has failed, is
 * cancelled or out of time, as `code` says. */
bool job_has_to_end(const struct job *job, int64_t now, enum luma_code *code);

/* Ends the job: its END goes to the caller, and with it the loop's reference.
 * `code` tells why, unless the job is done or has failed. */
void job_end(struct job *job, enum luma_code code, struct event_list *events);

/* The loop gives its reference up, and the job has no END. */
void job_abandon(struct job *job);

#endif
