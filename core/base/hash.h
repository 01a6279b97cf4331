/* SPDX-License-Identifier: MIT */
/* A hash for tables whose strings come from outside: without the key, nobody
 * can find strings that fall together (SipHash-1-3). Any thread; nothing
 * blocks. */
#ifndef LUMA_HASH_H
#define LUMA_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
    uint64_t a, b;
};

/* A key from the system's entropy, another one each time. */
struct hash_key hash_new_key(void);

uint64_t hash_bytes(const struct hash_key *key, const void *bytes, size_t n);

#endif
