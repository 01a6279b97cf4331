/* SPDX-License-Identifier: MIT */
/* A list and a signal (base/descriptor.h). A writer swaps the end of
 * the list for its own event, and then links the previous end to it. The reader
 * follows the links. While `signalled` is set, the signal is given, or is about
 * to be. */
#include "base/queue.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/os.h"

struct queue {
    /* set at creation; queue_close_reader closes the first */
    int fd[2];
    /* any thread */
    struct mpsc_list list;
    atomic_ptrdiff_t
        count; /* number of events; updated late, so it can be below 0 */
    atomic_bool signalled;
    atomic_bool failed; /* the signal could not be given: it is still due */
    atomic_bool closed;
    /* for waiting until the queue is closed */
    pthread_mutex_t lock;
    pthread_cond_t closed_changed;
    unsigned writers; /* threads that have to close it */
};

/* ---- lists ------------------------------------------------------------- */

void event_list_add(struct event_list *list, struct luma_event *event)
{
    event->next = NULL;
    if (list->last)
        list->last->next = event;
    else
        list->first = event;
    list->last = event;
    list->count++;
}

struct luma_event *event_list_pop(struct event_list *list)
{
    struct luma_event *event = list->first;

    if (!event)
        return NULL;
    list->first = event->next;
    if (!list->first)
        list->last = NULL;
    list->count--;
    event->next = NULL;
    return event;
}

/* ---- lock-free lists ---------------------------------------------------- */

void mpsc_list_init(struct mpsc_list *list)
{
    list->stub.next = NULL;
    list->first = &list->stub;
    atomic_init(&list->last, &list->stub);
}

/* Between the two steps the list is cut, and seems to end there. */
static void append(struct mpsc_list *list, struct luma_event *first,
                   struct luma_event *last)
{
    struct luma_event *end = atomic_exchange(&list->last, last);

    __atomic_store_n(&end->next, first, __ATOMIC_RELEASE);
}

void mpsc_list_push(struct mpsc_list *list, struct event_list *events)
{
    if (events->first)
        append(list, events->first, events->last);
    *events = (struct event_list){0};
}

static struct luma_event *load_next(struct luma_event *event)
{
    return __atomic_load_n(&event->next, __ATOMIC_ACQUIRE);
}

/* An event can be removed once another one follows it, because a writer may be
 * about to append to the last one. If the event is the last, the stub is
 * appended behind it. The stub is not in the list then. */
struct luma_event *mpsc_list_pop(struct mpsc_list *list)
{
    struct luma_event *event = list->first, *next = load_next(event);

    if (event == &list->stub) {
        if (!next)
            return NULL;
        list->first = event = next;
        next = load_next(event);
    }
    if (!next && atomic_load(&list->last) == event) {
        list->stub.next = NULL;
        append(list, &list->stub, &list->stub);
        next = load_next(event);
    }
    if (!next)
        return NULL;
    list->first = next;
    event->next = NULL;
    return event;
}

/* Whether the list is empty and no writer is appending. The reader only. The
 * stub can be the last event of a list that is cut before it, so both ends are
 * checked. */
static bool is_empty(const struct mpsc_list *list)
{
    return list->first == &list->stub &&
           atomic_load(&list->last) == &list->stub;
}

/* ---- creation ----------------------------------------------------------- */

struct queue *queue_new(void)
{
    struct queue *queue = calloc(1, sizeof *queue);
    int why;

    if (!queue)
        return NULL;
    mpsc_list_init(&queue->list);
    pthread_mutex_init(&queue->lock, NULL);
    os_init_condition(&queue->closed_changed);
    descriptor_fill_standard();
    if (signal_open(queue->fd))
        return queue;
    why = errno;
    queue_free(queue);
    errno = why;
    return NULL;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    signal_close(queue->fd[0]);
    signal_close(queue->fd[1]);
    pthread_cond_destroy(&queue->closed_changed);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

int queue_fd(const struct queue *queue)
{
    return queue->fd[0];
}

bool queue_wait(const struct queue *queue, int other, int ms)
{
    return signal_wait(queue->fd[0], other, ms);
}

/* ---- events ------------------------------------------------------------- */

static void raise_fd(struct queue *queue)
{
    if (atomic_exchange(&queue->signalled, true))
        return;
    if (signal_give(queue->fd[1]))
        return;
    atomic_store(&queue->failed, true);
    atomic_store(&queue->signalled, false);
}

/* A reader that comes by itself needs no signal any more. */
static bool take_failed(struct queue *queue)
{
    if (!atomic_exchange(&queue->failed, false))
        return false;
    if (atomic_load(&queue->closed) || !is_empty(&queue->list))
        raise_fd(queue);
    return true;
}

/* Makes the descriptor unreadable after an empty pop. A writer may add events
 * before `signalled` is cleared, and would then give no signal. So the list is
 * checked again afterwards. Returns whether the descriptor was readable, or
 * should have been. */
static bool lower_fd(struct queue *queue)
{
    if (!atomic_load(&queue->signalled))
        return take_failed(queue);
    if (atomic_load(&queue->closed) || !is_empty(&queue->list) ||
        !signal_take(queue->fd[0]))
        return true; /* it stays readable, or its signal is on the way */
    atomic_exchange(&queue->signalled, false);
    if (atomic_load(&queue->closed) || !is_empty(&queue->list))
        raise_fd(queue);
    return true;
}

void queue_put(struct queue *queue, struct event_list *list)
{
    ptrdiff_t count = (ptrdiff_t)list->count;

    if (count) {
        mpsc_list_push(&queue->list, list);
        atomic_fetch_add(&queue->count, count); /* before the reader wakes up */
        raise_fd(queue);
    } else if (atomic_exchange(&queue->failed, false)) {
        raise_fd(queue);
    }
}

void queue_wake(struct queue *queue)
{
    raise_fd(queue);
}

struct luma_event *queue_pop(struct queue *queue, bool *woken)
{
    struct luma_event *event = mpsc_list_pop(&queue->list);

    if (event)
        atomic_fetch_sub(&queue->count, 1);
    else if (lower_fd(queue) && woken)
        *woken = true;
    return event;
}

size_t queue_count(const struct queue *queue)
{
    ptrdiff_t count = atomic_load(&queue->count);

    return count > 0 ? (size_t)count : 0;
}

/* ---- closing ------------------------------------------------------------ */

/* `signalled` stays set, so no signal is given that nobody takes. */
void queue_close_reader(struct queue *queue)
{
    atomic_store(&queue->signalled, true);
    signal_close(queue->fd[0]);
    queue->fd[0] = -1;
}

/* Only closing and waiting take the lock. Putting and popping events never do.
 */
void queue_add_writer(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->writers++;
    pthread_mutex_unlock(&queue->lock);
}

void queue_close(struct queue *queue)
{
    bool last;

    pthread_mutex_lock(&queue->lock);
    if (queue->writers)
        queue->writers--;
    last = queue->writers == 0;
    if (last) {
        atomic_store(&queue->closed, true);
        pthread_cond_broadcast(&queue->closed_changed);
    }
    pthread_mutex_unlock(&queue->lock);
    if (last)
        raise_fd(queue);
}

bool queue_is_closed(const struct queue *queue)
{
    return atomic_load(&queue->closed);
}

bool queue_wait_closed(struct queue *queue, int64_t ms)
{
    int64_t until = clock_ms() + ms;

    pthread_mutex_lock(&queue->lock);
    while (!queue_is_closed(queue) &&
           os_wait(&queue->closed_changed, &queue->lock, until))
        ;
    pthread_mutex_unlock(&queue->lock);
    return queue_is_closed(queue);
}
