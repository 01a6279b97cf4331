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

#endif
