/* SPDX-License-Identifier: MIT */
/* Numbers that need not be secret: for jitter. One owner; nothing blocks. */
#ifndef LUMA_RANDOM_H
#define LUMA_RANDOM_H

#include <stdint.h>

#include "base/clock.h"

/* A seed that differs from that of other owners. */
static inline uint64_t random_seed(const void *owner)
{
    return (uint64_t)clock_ms() ^ (uint64_t)(uintptr_t)owner ^ 0x9E3779B9u;
}

/* The next number from 0 to 1, which is never reached: xorshift64. */
static inline double random_unit(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

#endif
