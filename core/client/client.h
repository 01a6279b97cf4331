/* SPDX-License-Identifier: MIT */
/* What client.c, client_start.c and client_job.c, the parts of the caller's
 * side, share. The caller's thread only; nothing blocks. */
#ifndef LUMA_CLIENT_H
#define LUMA_CLIENT_H

#include "loop/channel.h"
#include "job/job.h"

struct luma_client {
    struct channel *channel;
    unsigned generation; /* process_generation() at its making */
    bool started;
    struct channel *files; /* of the second thread; NULL before a download */
    bool closed;
    struct luma_event *first; /* taken from the channel, not by the caller */
    struct luma_job *jobs;    /* all that are not freed */
    size_t unfinished;
    size_t spent; /* bytes of documents given back since the thread was woken */
    bool quiet;   /* luma_quiet */
    bool wake_due; /* when it is no more */
};

struct luma_job {
    struct luma_client *client;    /* NULL once that is freed */
    struct luma_job *next, **link; /* of its list, and what points to it */
    struct job *job;               /* the caller's reference */
    struct channel *channel;       /* of the thread that runs it */
    struct event_list own;         /* documents moved here by luma_keep */
    uint8_t *outcomes; /* per id: outcome, and above it the task's state */
    size_t counts[LUMA_OUTCOMES];
    struct luma_error error; /* LUMA_ERR_PENDING until the end */
    bool ended;
    bool left; /* its thread is done with `job` */
    bool keeps;
    bool watches;
    bool released; /* freed with its end */
    void *user;
};

/* A job of the client, in its list; counts its own reference of `ids`. NULL:
 * out of memory. */
struct luma_job *client_job_new(struct luma_client *client,
                                const struct job_order *order, void *user);

/* Wakes the I/O thread, or notes that it has to be woken. */
void client_wake(struct luma_client *client);

/* The event is done with: the I/O thread frees it where there is one. */
void client_dispose(struct luma_client *client, struct luma_event *event);

/* Takes the job out of the client's list and frees it. */
void client_job_free(struct luma_job *job);

/* What an event means for its job: outcomes, counts, the end. `done` as for
 * luma_take. The event stays the caller's. An ANSWER or END may be applied
 * again, and changes nothing then. */
void client_job_apply(const struct luma_event *event, bool done);

/* Moves an event, a task, to its job's own line. */
void client_job_keep(struct luma_event *event);

/* The job ends with `error`, and with it its open ids; unless it has ended. */
void client_job_end(struct luma_job *job, const struct luma_error *error);

#endif
