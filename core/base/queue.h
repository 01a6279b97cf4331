/* SPDX-License-Identifier: MIT */
/* A mailbox: threads put events in, one thread (the reader) pops them, and a
 * descriptor is readable while there are events. No side waits for the other.
 */
#ifndef LUMA_QUEUE_H
#define LUMA_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "doc.h"

struct queue;

/* A list of events with one owner. Zero-filled is empty. */
struct event_list {
    struct luma_event *first, *last;
    size_t count;
};

void event_list_add(struct event_list *list, struct luma_event *event);

/* Removes the first event. NULL: the list is empty. */
struct luma_event *event_list_pop(struct event_list *list);

/* A lock-free list: any thread appends events, one thread (the reader) removes
 * them in the same order. No thread waits for one that was preempted. */
struct mpsc_list {
    _Atomic(struct luma_event *) last; /* any thread */
    struct luma_event *first;          /* the reader */
    struct luma_event stub;            /* the only event of an empty list */
};

void mpsc_list_init(struct mpsc_list *list);

/* Appends all events; `list` is then empty. Any thread. */
void mpsc_list_push(struct mpsc_list *list, struct event_list *events);

/* Removes the first event. NULL: there is none, or a writer is just appending
 * the next one. The reader only. */
struct luma_event *mpsc_list_pop(struct mpsc_list *list);

/* NULL: out of memory or descriptors; errno says which. */
struct queue *queue_new(void);

/* Frees a queue that no thread uses any more. It must be empty: pop the rest
 * first. NULL is allowed. */
void queue_free(struct queue *queue);

/* Readable while there are events, after queue_wake, and after queue_close.
 * Level-triggered. It may stay readable for one extra wake-up after the queue
 * is empty. */
int queue_fd(const struct queue *queue);

/* Waits until the descriptor or `other` (-1: none) is readable, at most `ms`. A
 * signal may end the wait early. Returns whether `other` is readable. The
 * reader only. */
bool queue_wait(const struct queue *queue, int other, int ms);

/* Puts all events of the list into the queue; the list is then empty. If the
 * system refused to make the descriptor readable, the next call tries again,
 * also with an empty list. Any thread. */
void queue_put(struct queue *queue, struct event_list *list);

/* Makes the descriptor readable until the next queue_pop. Any thread. */
void queue_wake(struct queue *queue);

/* Removes the first event. NULL: there is none; the descriptor is made
 * unreadable, and `woken` (may be NULL) is set if it was readable, or the
 * system refused to make it so. The reader only. */
struct luma_event *queue_pop(struct queue *queue, bool *woken);

/* The number of events. It can be too low for a moment. Any thread. */
size_t queue_count(const struct queue *queue);

/* Closes the descriptor; call it on the reader's thread. So this number is not
 * reused while the reader still watches it. Events can still be put in; pop
 * them before queue_free. */
void queue_close_reader(struct queue *queue);

/* Adds a thread that has to call queue_close. Without this call there is one.
 * Any thread. */
void queue_add_writer(struct queue *queue);

/* Each writer calls queue_close once. After the last one the queue is closed.
 * The other side can ask for that, or wait for it at most `ms`. */
void queue_close(struct queue *queue);
bool queue_is_closed(const struct queue *queue);
bool queue_wait_closed(struct queue *queue, int64_t ms);

#endif
