/* SPDX-License-Identifier: MIT */
/* Counted, because either side may leave first. */
#include "loop/channel.h"

#include <errno.h>
#include <stdlib.h>

#include "http/failure.h"
#include "job/job.h"
#include "loop/options.h"

/* One reference, a mailbox for jobs. NULL: errno says why. */
static struct channel *new_channel(void)
{
    struct channel *channel = calloc(1, sizeof *channel);

    if (!channel)
        return NULL;
    atomic_init(&channel->refs, 1);
    mpsc_list_init(&channel->returned);
    channel->jobs = queue_new();
    if (channel->jobs)
        return channel;
    free(channel);
    return NULL;
}

struct channel *channel_new(const struct luma_options *options,
                            struct luma_error *error)
{
    struct luma_options copy;
    struct channel *channel;

    if (!options_copy(&copy, options, error))
        return NULL;
    channel = new_channel();
    if (channel) {
        channel->events = queue_new();
        channel->names = calloc(1, sizeof *channel->names);
    }
    if (channel && channel->events && channel->names) {
        channel->options = copy;
        return channel;
    }
    luma_error_set(error, LUMA_ERR_THREAD);
    failure_add_errno(error, errno);
    options_free(&copy);
    channel_unref(channel);
    return NULL;
}

struct channel *channel_new_child(struct channel *first)
{
    struct channel *channel = new_channel();

    if (!channel)
        return NULL;
    channel->first = channel_ref(first);
    channel->options = first->options;
    channel->options.http2 = false; /* a cut file would look whole */
    channel->events = first->events;
    return channel;
}

struct channel *channel_ref(struct channel *channel)
{
    atomic_fetch_add(&channel->refs, 1);
    return channel;
}

void channel_return(struct channel *channel, struct luma_event *event)
{
    struct event_list list = {event, event, 1};

    event->next = NULL;
    mpsc_list_push(&channel->returned, &list);
}

void channel_free_returned(struct channel *channel)
{
    struct luma_event *event;

    while ((event = mpsc_list_pop(&channel->returned)))
        event_dispose(event);
}

static void drain(struct queue *queue)
{
    struct luma_event *event;

    while (queue && (event = queue_pop(queue, NULL)))
        event_dispose(event);
    queue_free(queue);
}

void channel_unref(struct channel *channel)
{
    if (!channel || atomic_fetch_sub(&channel->refs, 1) > 1)
        return;
    drain(channel->jobs);
    if (channel->first) {
        channel_unref(channel->first);
    } else {
        drain(channel->events);
        channel_free_returned(channel);
        options_free(&channel->options);
        free(channel->names);
    }
    free(channel);
}
