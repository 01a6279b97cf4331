/* SPDX-License-Identifier: MIT */
/* A mailbox: one thread puts events in, another takes them out, and a
 * descriptor is readable while there is something to take.
 *
 * The lock is held for a few pointers and, at the edges, for one byte through
 * the pipe; never while anything waits for network, disk or memory. */
#ifndef LUMA_QUEUE_H
#define LUMA_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "doc.h"

struct queue;

/* A list of events, made by its owner alone. Zero-filled is empty. */
struct event_list {
    struct luma_event *first, *last;
    size_t count;
};

void event_list_add(struct event_list *list, struct luma_event *event);

/* Takes the first event out; NULL when empty. */
struct luma_event *event_list_take(struct event_list *list);

/* NULL: no memory or no descriptors. */
struct queue *queue_new(void);

/* Nobody uses it any more. It must be empty: take what is left. NULL is fine.
 */
void queue_free(struct queue *queue);

/* Readable while there are events, after queue_wake, and after queue_close.
 * Level-triggered. */
int queue_fd(const struct queue *queue);

/* Puts all events of the list in; the list is empty then. Any thread. */
void queue_put(struct queue *queue, struct event_list *list);

/* Makes the descriptor readable until the next queue_take. Any thread. */
void queue_wake(struct queue *queue);

/* Moves all events to the end of the list. Taking nothing makes the descriptor
 * unreadable. True when it was readable until now: something was put in, or
 * woke the taker, since the last time it was not. The taker only. */
bool queue_take(struct queue *queue, struct event_list *list);

/* How many events queue_take would get. Any thread. */
size_t queue_count(struct queue *queue);

/* The taker goes, and takes the descriptor along: it is closed here, so that
 * its number is never given back by another thread than its user's. Events can
 * still be put in, for queue_take before queue_free. */
void queue_leave(struct queue *queue);

/* One side is gone; the other can see it, and wait for it at most `ms`. */
void queue_close(struct queue *queue);
bool queue_closed(struct queue *queue);
bool queue_wait_closed(struct queue *queue, int64_t ms);

#endif
