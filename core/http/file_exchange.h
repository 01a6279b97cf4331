/* SPDX-License-Identifier: MIT */
/* The exchanges for files: a link is requested, and the body goes to the file's
 * part. Redirects are reported, not followed. The token goes to the gateway
 * only. Used for one request.
 *
 * The loop's thread only. Waits for the disk, never for the network. */
#ifndef LUMA_FILE_EXCHANGE_H
#define LUMA_FILE_EXCHANGE_H

#include "http/exchange.h"

/* NULL: out of memory. Both stay the caller's and must live longer. */
struct exchange *file_exchange_new(const struct luma_options *options,
                                   struct connections *connections);

#endif
