/* SPDX-License-Identifier: MIT */
/* What there is once per process: libcurl's initialisation, the threads that
 * must be gone before the process is, and the knowledge of having forked. */
#ifndef LUMA_PROCESS_H
#define LUMA_PROCESS_H

#include <pthread.h>
#include <stdbool.h>

/* A thread: `run` is its life. `stop` asks it to come to an end, from any
 * thread, at any time before `done`, and must not wait. `done` frees. */
struct process_thread {
    void (*run)(void *arg);
    void (*stop)(void *arg);
    void (*done)(void *arg);
    void *arg;
};

/* Prepares libcurl, once, and the exit handler. NULL, or a sentence why luma
 * cannot work here. May wait for another thread that is in here. */
const char *process_init(void);

/* Starts a thread with every signal blocked that is not the thread's own
 * fault. False: it was not started, and `done` has not been called. */
bool process_start(const struct process_thread *thread);

/* Counts the forks up to this process: what was made under another number
 * belongs to another process. */
unsigned process_generation(void);

/* Makes a condition variable that waits on the clock of clock.h. */
void process_condition(pthread_cond_t *condition);

#endif
