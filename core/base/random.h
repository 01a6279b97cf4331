/* SPDX-License-Identifier: MIT */
/* Random numbers: for jitter, and secret ones. Nothing blocks. */
#ifndef LUMA_RANDOM_H
#define LUMA_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* Returns a seed for jitter that differs between owners. */
static inline uint64_t random_seed(const void *owner)
{
    return (uint64_t)clock_ms() ^ (uint64_t)(uintptr_t)owner ^ 0x9E3779B9u;
}

/* Fills up to 256 bytes from the system's entropy; where there is none, from
 * the clock and an address. Any thread. */
void random_secret(void *bytes, size_t n);

/* Returns the next number from 0 up to, but not including, 1 (xorshift64). */
static inline double random_unit(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

#endif
