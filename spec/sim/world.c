/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"

static uint64_t seed, state;
static int64_t clock_now;

int __wrap_clock_gettime(clockid_t id, struct timespec *time);

int __wrap_clock_gettime(clockid_t id, struct timespec *time)
{
    (void)id;
    time->tv_sec = (time_t)(clock_now / 1000);
    time->tv_nsec = (long)(clock_now % 1000) * 1000000;
    return 0;
}

void world_begin(uint64_t first)
{
    int i;

    seed = first;
    state = first * 0x9E3779B97F4A7C15u + 1;
    clock_now = 1000;
    for (i = 0; i < 8; i++)
        random_unit(&state);
}

int64_t world_now(void)
{
    return clock_now;
}

void world_pass_to(int64_t now)
{
    world_insist(now >= clock_now, "the clock goes back");
    clock_now = now;
}

uint32_t world_chance(uint32_t below)
{
    return (uint32_t)(random_unit(&state) * below);
}

bool world_happens(unsigned percent)
{
    return world_chance(100) < percent;
}

int64_t world_time(uint32_t most)
{
    double part = random_unit(&state);

    return 1 + (int64_t)(part * part * part * most);
}

void world_insist(bool ok, const char *what)
{
    if (ok)
        return;
    printf("seed %" PRIu64 " at %" PRId64 " ms: %s\n", seed, clock_now, what);
    fflush(stdout);
    abort();
}
