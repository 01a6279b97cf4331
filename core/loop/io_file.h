/* SPDX-License-Identifier: MIT */
/* The thread of a client's downloads: a loop of its own, so that no disk delays
 * the API. It owns their libcurl handles and their files.
 *
 * Jobs with a `file` come through channel->jobs, events go through
 * channel->events, which is the first thread's as well. The thread looks at its
 * jobs' flags whenever channel->jobs is woken, and comes to its end when that
 * queue is closed; then it closes channel->events. */
#ifndef LUMA_IO_FILE_H
#define LUMA_IO_FILE_H

#include "loop/channel.h"

/* Starts the thread, which holds the channel (one made by channel_beside) for
 * as long as it lives. False: it could not be started, errno says why. The
 * caller's thread; waits for nothing. */
bool io_file_start(struct channel *channel);

#endif
