/* SPDX-License-Identifier: MIT */
/* The options of a client. They are completed and checked once, here; the rest
 * of the core takes them as they are. Any thread; nothing blocks. */
#ifndef LUMA_LOOP_OPTIONS_H
#define LUMA_LOOP_OPTIONS_H

#include "luma.h"

/* Sets `options` to a complete copy with strings of its own. False: `error`
 * says what is wrong, with its `field`, or that memory is out. */
bool options_copy(struct luma_options *options, const struct luma_options *from,
                  struct luma_error *error);

/* Checks complete limits likewise. */
bool options_check_limits(const struct luma_limits *limits,
                          struct luma_error *error);

void options_free(struct luma_options *options);

#endif
