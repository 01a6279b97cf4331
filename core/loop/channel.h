/* SPDX-License-Identifier: MIT */
/* What a client and its I/O thread share, and nothing else: the options, a
 * mailbox each way, and counters. Counted, because either may leave first. */
#ifndef LUMA_CHANNEL_H
#define LUMA_CHANNEL_H

#include <stdatomic.h>

#include "luma.h"
#include "base/queue.h"

struct channel {
    atomic_uint refs;
    struct channel *first; /* whose options and events these are, or NULL */
    struct luma_options options; /* complete; the strings are owned */
    struct queue *jobs;          /* to the thread; closed to end it */
    struct queue *events;        /* from it; closed when it is gone */
    struct mpsc_list spent;      /* events to be freed by the thread */
    /* counted by the thread */
    atomic_ullong requests, retries, bytes, tasks, unchanged;
    atomic_ullong dropped, unreadable, bad_hints, active;
};

/* Adds to a counter. Any thread. */
static inline void counter_add(atomic_ullong *counter, unsigned long long n)
{
    if (n)
        atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* Completes, checks and copies the options. NULL: `error` says why. */
struct channel *channel_new(const struct luma_options *options,
                            struct luma_error *error);

/* A channel for a second thread of the same client: its own jobs and counters,
 * the options and events of the first. NULL: errno says why. */
struct channel *channel_beside(struct channel *first);

struct channel *channel_ref(struct channel *channel);

/* The caller is done with an event. The thread that made it frees it, for in
 * malloc the two would wait for each other. */
void channel_give_back(struct channel *channel, struct luma_event *event);

/* Frees what was given back. The I/O thread, or the last one out. */
void channel_reclaim(struct channel *channel);

/* The last one out frees what nobody took. Any thread. NULL is fine. */
void channel_unref(struct channel *channel);

#endif
