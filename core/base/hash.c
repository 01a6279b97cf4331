/* SPDX-License-Identifier: MIT */
/* SipHash-1-3, by Aumasson and Bernstein. */
#include "base/hash.h"

#include <string.h>

#include "base/random.h"

struct state {
    uint64_t a, b, c, d;
};

struct hash_key hash_new_key(void)
{
    struct hash_key key;

    random_secret(&key, sizeof key);
    return key;
}

static inline uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static inline void mix(struct state *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = rotate(s->b, 13) ^ s->a;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a = rotate(s->a, 32);
    s->c += s->b;
    s->a += s->d;
    s->b = rotate(s->b, 17) ^ s->c;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c = rotate(s->c, 32);
}

static inline void add(struct state *s, uint64_t word)
{
    s->d ^= word;
    mix(s);
    s->a ^= word;
}

/* Up to eight bytes; the first one is the lowest. */
static inline uint64_t word_at(const char *bytes, size_t n)
{
    uint64_t word = 0;

    memcpy(&word, bytes, n);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

uint64_t hash_bytes(const struct hash_key *key, const void *bytes, size_t n)
{
    struct state s = {
        key->a ^ 0x736F6D6570736575u, key->b ^ 0x646F72616E646F6Du,
        key->a ^ 0x6C7967656E657261u, key->b ^ 0x7465646279746573u};
    const char *at = bytes;
    size_t left = n;

    for (; left >= 8; left -= 8, at += 8)
        add(&s, word_at(at, 8));
    add(&s, word_at(at, left) | (uint64_t)n << 56);
    s.c ^= 0xFF;
    mix(&s);
    mix(&s);
    mix(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}
