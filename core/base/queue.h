/* SPDX-License-Identifier: MIT */
/* A mailbox: one thread puts events in, another takes them out, and a
 * descriptor is readable while there is something to take. Neither waits for
 * the other. */
#ifndef LUMA_QUEUE_H
#define LUMA_QUEUE_H

#include <stdatomic.h>
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
struct luma_event *event_list_pop(struct event_list *list);

/* Events that any thread puts in and one takes out, in order and without a
 * lock: nobody waits for a thread that has lost its turn on the CPU. */
struct mpsc_list {
    _Atomic(struct luma_event *) last; /* any thread's */
    struct luma_event *first;          /* the taker's */
    struct luma_event stub; /* the only link when there is no event */
};

void mpsc_list_init(struct mpsc_list *list);

/* Puts all events of the list in; the list is empty then. Any thread. */
void mpsc_list_push(struct mpsc_list *list, struct event_list *events);

/* The event that was put in first; NULL when there is none, or when somebody is
 * about to put in what comes next. The taker only. */
struct luma_event *mpsc_list_pop(struct mpsc_list *list);

/* NULL: no memory or no descriptors, as errno says. */
struct queue *queue_new(void);

/* Nobody uses it any more. It must be empty: take what is left. Takes NULL. */
void queue_free(struct queue *queue);

/* Readable while there are events, after queue_wake, and after queue_close.
 * Level-triggered. It may be late by a moment, so that it is readable once more
 * when all has been taken. */
int queue_fd(const struct queue *queue);

/* Puts all events of the list in; the list is empty then. Any thread. */
void queue_put(struct queue *queue, struct event_list *list);

/* Makes the descriptor readable until the next queue_pop. Any thread. */
void queue_wake(struct queue *queue);

/* Takes the event out that was put in first; or gives NULL, makes the
 * descriptor unreadable, and if it was readable until now, sets `woken` (NULL
 * is fine). The taker only. */
struct luma_event *queue_pop(struct queue *queue, bool *woken);

/* How many events there are to take, or some less. Any thread. */
size_t queue_count(const struct queue *queue);

/* The taker goes, and takes the descriptor along: it is closed here, so that
 * its number is never given back by another thread than its user's. Events can
 * still be put in, for queue_pop before queue_free. */
void queue_close_reader(struct queue *queue);

/* One more thread is going to close it. Where this is never said, there is one.
 * Any thread. */
void queue_add_writer(struct queue *queue);

/* One side is gone (the last thread of it that was expected); the other can see
 * it, and wait for it at most `ms`. */
void queue_close(struct queue *queue);
bool queue_is_closed(const struct queue *queue);
bool queue_wait_closed(struct queue *queue, int64_t ms);

#endif
