/* SPDX-License-Identifier: MIT */
/* The world of a simulation: a clock that nobody waits for, and chance from one
 * seed. What luma reads as the monotonic clock is this one (linked with --wrap
 * of clock_gettime). One thread. */
#ifndef LUMA_WORLD_H
#define LUMA_WORLD_H

#include <stdbool.h>
#include <stdint.h>

/* Begins a new world; all that happens in it follows from the seed. */
void world_begin(uint64_t seed);

int64_t world_now(void); /* ms */

/* Never back. */
void world_pass_to(int64_t now);

/* A number from 0 to below - 1. */
uint32_t world_chance(uint32_t below);

/* True in so many of 100 cases. */
bool world_happens(unsigned percent);

/* From a millisecond to `most` ms, mostly short. */
int64_t world_time(uint32_t most);

/* Ends the program with the seed, the time and what is wrong, unless `ok`. */
void world_insist(bool ok, const char *what);

#endif
