/* SPDX-License-Identifier: MIT */
/* The monotonic clock, which does not jump when the system time is changed. */
#ifndef LUMA_CLOCK_H
#define LUMA_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since an arbitrary time. Any thread. */
static inline int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The time `ms` from now, for a condition of process_init_condition. */
static inline struct timespec clock_in(int64_t ms)
{
    struct timespec t;

#ifdef __APPLE__
    clock_gettime(CLOCK_REALTIME, &t);
#else
    clock_gettime(CLOCK_MONOTONIC, &t);
#endif
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

#endif
