/* SPDX-License-Identifier: MIT */
/* The network and the clock of a fuzzer. In place of the C library's functions,
 * every connection leads to the peer, every name has an address, and recv gives
 * as many bytes as it is told: nothing leaves this process, and the cuts are
 * always the same. The core's clock is fast, so that delays take no time. */
#ifndef LUMA_FUZZ_NETWORK_H
#define LUMA_FUZZ_NETWORK_H

#include <stddef.h>
#include <stdint.h>

enum { NETWORK_SPEED = 1000 /* times as fast as the real clock */ };

/* Pieces of chance, but the same for the same seed; 0: all that is there. */
void network_cut(uint64_t seed);

/* How many threads there are; and a wait, of a second at most, until there are
 * no more than so many: what closed clients have begun is over then. */
unsigned network_threads(void);
void network_wait(unsigned threads);

#endif
