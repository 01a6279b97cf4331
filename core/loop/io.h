/* SPDX-License-Identifier: MIT */
/* The I/O thread of a client: it owns every libcurl handle, decides when a
 * request may start, waits for what is to be repeated, and ends jobs.
 *
 * Jobs come through channel->jobs, events go through channel->events. The
 * thread looks at its jobs' flags whenever channel->jobs is woken, and comes
 * to its end when that queue is closed; then it closes channel->events. */
#ifndef LUMA_IO_H
#define LUMA_IO_H

#include "loop/channel.h"

/* Starts the thread, which holds the channel for as long as it lives. False:
 * it could not be started, errno says why. The caller's thread; waits for
 * nothing that takes longer than the end of a thread that has nothing more to
 * do. */
bool io_start(struct channel *channel);

#endif
