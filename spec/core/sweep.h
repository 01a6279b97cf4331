/* SPDX-License-Identifier: MIT */
/* Memory that runs out at every moment, one after the other. */
#ifndef LUMA_SWEEP_H
#define LUMA_SWEEP_H

#include <stdbool.h>

/* Lives while the n-th call fails in one of several ways. False once no call
 * fails any more. */
typedef bool sweep_live(unsigned n, unsigned way, const void *user);

/* Calls it for n = 1, 2 and so on in the ways 0, 1 and so on, which messages
 * call by these words. There must be so many calls at least. */
void sweep(const char *name, const char *const *ways, unsigned least,
           sweep_live *live, const void *user);

/* From now on only each so many-th call fails, or as LUMA_EVERY says. */
void sweep_every(unsigned usual);

/* The words for: that call alone, and all behind it. */
extern const char *const sweep_once_and_for_ever[];

/* Prints `core: 218 points` for "core": all so far. */
void sweep_print(const char *name);

#endif
