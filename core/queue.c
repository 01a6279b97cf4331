/* SPDX-License-Identifier: MIT */
/* A locked list and a pipe. One byte lies in the pipe exactly while `raised`
 * is set, which the lock guards, so the descriptor cannot lie. */
#include "queue.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "process.h"

struct queue {
    /* set at creation; queue_leave unsets the first */
    int fd[2];
    /* under lock */
    pthread_mutex_t lock;
    pthread_cond_t gone;
    struct event_list list;
    bool raised;
    bool closed;
};

/* ---- lists ------------------------------------------------------------- */

static void join(struct event_list *list, struct event_list *more)
{
    if (!more->first)
        return;
    if (list->last)
        list->last->next = more->first;
    else
        list->first = more->first;
    list->last = more->last;
    list->count += more->count;
    *more = (struct event_list){0};
}

void event_list_add(struct event_list *list, struct luma_event *event)
{
    struct event_list one = {event, event, 1};

    event->next = NULL;
    join(list, &one);
}

struct luma_event *event_list_take(struct event_list *list)
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

/* ---- life -------------------------------------------------------------- */

/* Non-blocking, so that a full pipe cannot stop anybody, and never handed on to
 * a program that the host starts. */
#ifdef __linux__
static bool open_pipe(int fd[2])
{
    if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) == 0)
        return true;
    fd[0] = fd[1] = -1;
    return false;
}
#else
static bool open_pipe(int fd[2])
{
    int i;

    if (pipe(fd) != 0) {
        fd[0] = fd[1] = -1;
        return false;
    }
    for (i = 0; i < 2; i++)
        if (fcntl(fd[i], F_SETFD, FD_CLOEXEC) < 0 ||
            fcntl(fd[i], F_SETFL, O_NONBLOCK) < 0)
            return false;
    return true;
}
#endif

struct queue *queue_new(void)
{
    struct queue *queue = calloc(1, sizeof *queue);

    if (!queue)
        return NULL;
    pthread_mutex_init(&queue->lock, NULL);
    process_condition(&queue->gone);
    if (open_pipe(queue->fd))
        return queue;
    queue_free(queue);
    return NULL;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    if (queue->fd[0] >= 0)
        close(queue->fd[0]);
    if (queue->fd[1] >= 0)
        close(queue->fd[1]);
    pthread_cond_destroy(&queue->gone);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

int queue_fd(const struct queue *queue)
{
    return queue->fd[0];
}

/* ---- passing on -------------------------------------------------------- */

/* Call with the lock held. */
static void raise_fd(struct queue *queue)
{
    if (!queue->raised)
        queue->raised = write(queue->fd[1], "", 1) == 1;
}

/* Call with the lock held. */
static void lower_fd(struct queue *queue)
{
    char byte;

    if (queue->raised && queue->fd[0] >= 0 && read(queue->fd[0], &byte, 1) == 1)
        queue->raised = false;
}

void queue_put(struct queue *queue, struct event_list *list)
{
    if (!list->first)
        return;
    pthread_mutex_lock(&queue->lock);
    join(&queue->list, list);
    raise_fd(queue);
    pthread_mutex_unlock(&queue->lock);
}

void queue_wake(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    raise_fd(queue);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_take(struct queue *queue, struct event_list *list)
{
    bool raised;

    pthread_mutex_lock(&queue->lock);
    raised = queue->raised;
    if (!queue->list.first && !queue->closed)
        lower_fd(queue);
    join(list, &queue->list);
    pthread_mutex_unlock(&queue->lock);
    return raised;
}

size_t queue_count(struct queue *queue)
{
    size_t count;

    pthread_mutex_lock(&queue->lock);
    count = queue->list.count;
    pthread_mutex_unlock(&queue->lock);
    return count;
}

/* ---- leaving ----------------------------------------------------------- */

/* Raised for good: no byte is written that nobody can read. */
void queue_leave(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    if (queue->fd[0] >= 0)
        close(queue->fd[0]);
    queue->fd[0] = -1;
    queue->raised = true;
    pthread_mutex_unlock(&queue->lock);
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    raise_fd(queue);
    pthread_cond_broadcast(&queue->gone);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_closed(struct queue *queue)
{
    bool closed;

    pthread_mutex_lock(&queue->lock);
    closed = queue->closed;
    pthread_mutex_unlock(&queue->lock);
    return closed;
}

bool queue_wait_closed(struct queue *queue, int64_t ms)
{
    struct timespec until = clock_in(ms);
    bool closed;

    pthread_mutex_lock(&queue->lock);
    while (!queue->closed &&
           pthread_cond_timedwait(&queue->gone, &queue->lock, &until) == 0)
        ;
    closed = queue->closed;
    pthread_mutex_unlock(&queue->lock);
    return closed;
}
