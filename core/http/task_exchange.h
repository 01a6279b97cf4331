/* SPDX-License-Identifier: MIT */
/* The exchanges with the gateway: the response is JSON, which is read as it
 * comes and given out as documents. Used for one request after the other.
 *
 * The loop's thread only. Nothing blocks. */
#ifndef LUMA_TASK_EXCHANGE_H
#define LUMA_TASK_EXCHANGE_H

#include "http/exchange.h"

struct names;

/* NULL: out of memory. All stay the caller's and must live longer. The
 * documents share their names in `names` (NULL: they do not). */
struct exchange *task_exchange_new(const struct luma_options *options,
                                   struct connections *connections,
                                   struct names *names);

#endif
