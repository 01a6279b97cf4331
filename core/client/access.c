/* SPDX-License-Identifier: MIT */
/* Whose a client is, waking its loops, and giving events back to them. */
#include "client/access.h"

#include "base/process.h"

enum { RETURNED_MOST = 1 << 20 /* bytes */ };

bool luma_client_is_ours(const struct luma_client *client)
{
    return client->generation == process_generation();
}

void client_wake(struct luma_client *client, struct channel *channel)
{
    channel->wake_due = client->defers_wakeups;
    if (!client->defers_wakeups)
        queue_wake(channel->jobs);
}

static void wake_if_due(struct luma_client *client, struct channel *channel)
{
    if (channel && channel->wake_due)
        client_wake(client, channel);
}

void client_wake_due(struct luma_client *client)
{
    wake_if_due(client, client->channel);
    wake_if_due(client, client->files);
}

/* Wakes the loop now and then: while it sleeps, it frees nothing. */
void client_dispose(struct luma_client *client, struct luma_event *event)
{
    bool from_loop = event->kind == LUMA_EVENT_TASK ||
                     event->kind == LUMA_EVENT_SETTLED;

    if (!from_loop || !client || client->closed || !client->channel->started ||
        !luma_client_is_ours(client)) {
        event_dispose(event);
        return;
    }
    if (event->kind == LUMA_EVENT_TASK)
        client->returned_bytes += ((struct luma_doc *)event)->size;
    channel_return(client->channel, event);
    if (client->returned_bytes < RETURNED_MOST)
        return;
    client->returned_bytes = 0;
    client_wake(client, client->channel);
}
