/* SPDX-License-Identifier: MIT */
/* The kind request of luma.h (client:request): one request to any endpoint,
 * whose response is one value. Functions as kind.h says. */
#ifndef LUMA_ENDPOINT_H
#define LUMA_ENDPOINT_H

#include "job/job.h"

/* A job with one reference, the caller's; copies what it is given. NULL:
 * `error` says what is wrong with method or path, or that memory is out. The
 * caller's thread; does not block. */
struct job *endpoint_new(const struct luma_request_options *from,
                         int64_t deadline, int64_t now,
                         struct luma_error *error);

#endif
