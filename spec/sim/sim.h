/* SPDX-License-Identifier: MIT */
/* What is in the world of a simulation. caller.c has the caller's side of
 * it, transfers.c the network's, below the core's own loop. Both end the
 * program where luma breaks a promise. One thread. */
#ifndef LUMA_SIM_H
#define LUMA_SIM_H

#include "client/access.h"
#include "loop/loop.h"

enum { JOBS = 4, IDS = 30 };

/* A job as its caller knows it. */
struct known {
    struct luma_job *job; /* NULL: it was released */
    bool is_watch, is_generation, ended;
    uint8_t settled[IDS]; /* how often an id had its outcome */
};

struct sim {
    struct luma_client *client;
    struct loop loop;
    struct flight *flights; /* those of the loop's transfers */
    int64_t due;       /* ms: the loop sleeps until then, or until it is woken;
                          INT64_MAX: for ever */
    uint64_t answered; /* requests that were no failure */
    struct known known[JOBS];
    size_t jobs;
    unsigned generations;
    unsigned patience; /* per cent: how often the caller takes no event */
};

extern struct sim sim;

/* Of all worlds. */
extern uint64_t sim_requests, sim_tasks, sim_ends;

/* Takes an event. False: there is none. */
bool caller_take(void);

/* Takes some events, starts, cancels or releases a job, or does not. */
void caller_turn(void);
void caller_start_job(void);
void caller_cancel_all(void);

#endif
