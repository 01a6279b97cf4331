/* SPDX-License-Identifier: MIT */
/* Included before each file: turns Linux into as much of macOS as the branches
 * of luma need. */
#ifndef MACOS_BRANCHES_H
#define MACOS_BRANCHES_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#undef __linux__
#define __APPLE__ 1
#undef SCHED_BATCH
#undef SOCK_CLOEXEC
#undef O_PATH
#undef F_GETPIPE_SZ
#define st_mtimespec st_mtim
#define F_FULLFSYNC  1051 /* fcntl does not know it: as on a network disk */

static inline int pthread_cond_timedwait_relative_np(
    pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *t)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += t->tv_sec + (until.tv_nsec + t->tv_nsec) / 1000000000;
    until.tv_nsec = (until.tv_nsec + t->tv_nsec) % 1000000000;
    return pthread_cond_timedwait(condition, lock, &until);
}

#endif
