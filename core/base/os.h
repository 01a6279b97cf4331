/* SPDX-License-Identifier: MIT */
/* What differs between systems: a process and its threads. os_posix.c and
 * os_windows.c implement it. base/descriptor.h does the same for descriptors
 * and sockets, file/disk.h and file/path.h for files. Any thread; nothing
 * blocks but os_wait. */
#ifndef LUMA_OS_H
#define LUMA_OS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Declares that a library may be too old to have a function. It is NULL then,
 * and the module can be loaded and say so. On Windows, it cannot. */
#ifdef _WIN32
#define OS_OPTIONAL(function)
#else
#define OS_OPTIONAL(function) OS_PRAGMA(weak function)
#define OS_PRAGMA(text)       _Pragma(#text)
#endif

/* Initialises a condition variable for os_wait. */
void os_init_condition(pthread_cond_t *condition);

/* Waits like pthread_cond_wait, until clock_ms() is `until`. The system time
 * may be changed meanwhile. False: the time is over. */
bool os_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until);

/* Creates a thread in which all signals are blocked except those of its own
 * faults. Returns 0, or the error number. */
int os_create_thread(pthread_t *thread, void *(*run)(void *), void *arg);

/* From now on, this thread does not preempt the host's when it wakes up. */
void os_lower_priority(void);

struct os_handlers {
    void (*at_exit)(void);
    void (*before_fork)(void);
    void (*after_fork)(void); /* in the parent */
    void (*after_fork_in_child)(void);
};

/* Registers the handlers, and keeps the module in memory until the process
 * ends. Where threads cannot be waited for at exit, at_exit is never called,
 * and where there is no fork, neither are the others. False: it failed. */
bool os_register(const struct os_handlers *handlers);

enum { OS_BOOT_SIZE = 40 };

/* Writes an id of the time since the system was started, without white space.
 * "-": it has none. */
void os_boot_name(char name[OS_BOOT_SIZE]);

/* Fills up to 256 bytes from the system's entropy. False: there is none. */
bool os_random(void *bytes, size_t n);

#endif
