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

/* Starts the thread, which holds the channel for as long as it lives. False:
 * it could not be started, errno says why. The caller's thread; waits at most
 * for the end of a thread that has nothing more to do. */
bool loop_start(struct channel *channel);

#endif
