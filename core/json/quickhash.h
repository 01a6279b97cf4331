/* SPDX-License-Identifier: MIT */
/* A quick hash for tables that look at a few slots at most: strings that are
 * made to have the same hash cost little time there, and are stored twice or
 * not shared. For all other tables, see base/hash.h. Pure; any thread; nothing
 * blocks. */
#ifndef LUMA_QUICKHASH_H
#define LUMA_QUICKHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t quickhash_eight_at(const char *s)
{
    uint64_t word;

    memcpy(&word, s, sizeof word);
    return word;
}

/* All bytes of a string shorter than eight. */
static inline uint64_t quickhash_few_at(const char *s, size_t n)
{
    uint32_t first, last;

    if (n < 4)
        return n ? (uint64_t)(unsigned char)s[0] << 16 |
                       (uint64_t)(unsigned char)s[n / 2] << 8 |
                       (unsigned char)s[n - 1]
                 : 0;
    memcpy(&first, s, sizeof first);
    memcpy(&last, s + n - 4, sizeof last);
    return (uint64_t)first << 32 | last;
}

/* Reads only the start and the end of a long string. Strings that differ only
 * in the middle have the same hash. */
static inline uint32_t quickhash(const char *s, size_t n)
{
    uint64_t h = n * 0x9E3779B97F4A7C15u;

    if (n < 8) {
        h += quickhash_few_at(s, n) * 0xD6E8FEB86659FD93u;
    } else {
        h += quickhash_eight_at(s) * 0xD6E8FEB86659FD93u;
        h += quickhash_eight_at(s + n - 8) * 0xC2B2AE3D27D4EB4Fu;
    }
    if (n > 16) {
        h += quickhash_eight_at(s + 8) * 0x165667B19E3779F9u;
        h += quickhash_eight_at(s + n - 16) * 0x85EBCA77C2B2AE63u;
    }
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(h >> 32);
}

#endif
