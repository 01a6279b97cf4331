/* SPDX-License-Identifier: MIT */
/* A loop of a client: a thread that sends the requests of its jobs and hands on
 * what comes back. A client has one for the gateway, and one for files, so that
 * a disk never delays tasks. They differ in their channels and jobs only.
 *
 * Jobs come through channel->jobs, events go through channel->events. The
 * thread reads its jobs' flags whenever channel->jobs is woken, and ends
 * when that queue is closed; then it closes channel->events. */
#ifndef LUMA_LOOP_H
#define LUMA_LOOP_H

#include "loop/channel.h"
#include "loop/schedule.h"
#include "loop/transfers.h"

/* Starts the thread, which holds the channel for as long as it lives. False:
 * it could not be started, errno says why. The caller's thread; waits at most
 * for the end of a thread that has nothing more to do. */
bool loop_start(struct channel *channel);

/* ---- what the thread does ---------------------------------------------- */

/* The thread's own. */
struct loop {
    struct channel *channel;
    struct schedule schedule;
    struct transfers transfers;
};

/* Takes a reference to the channel. False: errno says why. Either way loop_end
 * is due. */
bool loop_init(struct loop *loop, struct channel *channel);

/* Takes jobs, lets libcurl work, hands on what came, ends what has to end,
 * sends what is next. Returns when it is to be called again, in ms, unless
 * something comes first. Only the disk of a download blocks. */
int64_t loop_turn(struct loop *loop);

/* Ends what is in flight and all jobs. It may take its time. The channel is
 * left to the caller. */
void loop_end(struct loop *loop);

#endif
