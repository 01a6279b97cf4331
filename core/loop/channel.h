/* SPDX-License-Identifier: MIT */
/* What a client and one of its loops share, and nothing else: the options, a
 * mailbox each way, counters, and the names of tasks. Counted, because either
 * may leave first. */
#ifndef LUMA_CHANNEL_H
#define LUMA_CHANNEL_H

#include <stdatomic.h>

#include "base/queue.h"
#include "luma.h"

struct channel {
    atomic_uint refs;
    struct channel *first; /* whose options and events these are, or NULL */
    struct luma_options options; /* complete; the strings are owned */
    struct names *names;  /* of tasks; added to by the loop. NULL: no tasks */
    struct queue *jobs;   /* to the loop; closed to end it */
    struct queue *events; /* from it; closed when it is gone */
    struct mpsc_list returned; /* events to be freed by the loop */
    /* the caller's */
    bool started;  /* the loop runs */
    bool wake_due; /* the loop is to be woken, but not yet */
    /* counted by the loop */
    atomic_ullong requests, retries, bytes, tasks, unchanged;
    atomic_ullong dropped, unreadable, bad_hints, active;
};

/* Adds to a counter. Any thread. */
static inline void counter_add(atomic_ullong *counter, unsigned long long n)
{
    if (n)
        atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* Copies the options. NULL: `error` says why. */
struct channel *channel_new(const struct luma_options *options,
                            struct luma_error *error);

/* A channel for another loop of the same client: its own jobs and counters, the
 * options and events of the first. NULL: errno says why. */
struct channel *channel_new_child(struct channel *first);

struct channel *channel_ref(struct channel *channel);

/* The caller is done with an event. The loop that made it frees it,
 * because otherwise the two threads would wait for each other in malloc. */
void channel_return(struct channel *channel, struct luma_event *event);

/* Frees what was returned. The loop, or the last one out. */
void channel_free_returned(struct channel *channel);

/* The last one out frees what is left. Any thread. NULL is fine. */
void channel_unref(struct channel *channel);

#endif
