/* SPDX-License-Identifier: MIT */
/* The events that say how attempts of requests have ended, for clients that
 * want them. The loop's thread only; nothing blocks. */
#ifndef LUMA_ATTEMPT_H
#define LUMA_ATTEMPT_H

#include "base/queue.h"
#include "http/exchange_end.h"
#include "http/request.h"

/* Adds an event for the attempt that has just ended, and that `request` does
 * not count yet. NULL: the client wants none, or out of memory. */
struct luma_attempt *attempt_report(const struct request *request,
                                    const struct exchange_end *end,
                                    const struct luma_options *options,
                                    struct event_list *events);

#endif
