/* SPDX-License-Identifier: MIT */
/* A client and its jobs as the caller's side of luma.h has them, and how it
 * reaches the loops. The caller's thread only; nothing blocks. */
#ifndef LUMA_ACCESS_H
#define LUMA_ACCESS_H

#include "job/job.h"
#include "loop/channel.h"

struct luma_client {
    struct channel *channel; /* of the loop for the gateway */
    struct channel *files;   /* of the other loop; NULL before a download */
    unsigned generation;     /* process_generation() at its making */
    bool closing, closed;
    bool defers_wakeups;      /* luma_client_defer_wakeups */
    struct luma_event *first; /* taken from the channel, not by the caller */
    struct luma_job *jobs;    /* all that are not freed */
    size_t unfinished;
    size_t returned_bytes; /* of documents, since the loop was woken */
};

struct luma_job {
    struct luma_client *client;    /* NULL once that is freed */
    struct luma_job *next, **link; /* of its list, and what points to it */
    struct job *job;               /* the caller's reference */
    struct luma_ids *ids;          /* a reference, or NULL */
    size_t count;                  /* of outcomes */
    struct channel *channel;       /* of the loop that runs it; a reference */
    struct event_list own; /* documents moved here by luma_event_defer */
    uint8_t *outcomes;     /* per id: outcome, and above it the task's state */
    size_t counts[LUMA_OUTCOMES];
    void *user;
    struct luma_error error; /* LUMA_ERR_PENDING until the end */
    /* of a job of several steps (generate.c), which is several jobs of the
     * loops, one after the other */
    struct generate *steps;     /* NULL: it has one */
    uint64_t requests, retries; /* of the steps that are done */
    bool left;                  /* its loop is done with `job` */
    bool keeps;                 /* luma_job_keep */
    bool released;              /* freed with its end */
};

/* Wakes the loop, or notes that it has to be woken. */
void client_wake(struct luma_client *client, struct channel *channel);

/* Wakes the loops that are due. */
void client_wake_due(struct luma_client *client);

/* The event is done with: the loop frees it where there is one. */
void client_dispose(struct luma_client *client, struct luma_event *event);

#endif
