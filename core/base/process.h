/* SPDX-License-Identifier: MIT */
/* Process-wide state: initialisation, the threads that must end before the
 * process does, and detection of fork. */
#ifndef LUMA_PROCESS_H
#define LUMA_PROCESS_H

#include <stdbool.h>

/* A thread, which calls `run` and then `done`. `stop` asks `run` to return. It
 * may be called from any thread at any time before `done`, and must not wait.
 * `done` frees `arg`. */
struct process_thread {
    void (*run)(void *arg);
    void (*stop)(void *arg);
    void (*done)(void *arg);
    void *arg;
};

/* Initialises the process once. `libraries` initialises the libraries whose
 * exit handlers must run after luma's; then luma's handler is registered.
 * `libraries` returns NULL or a constant error message, and must be the same
 * at each call. Returns NULL, or the error message. May wait for another
 * thread in this function. */
const char *process_init(const char *(*libraries)(void));

/* Starts a thread. All signals are blocked in it except those of its own
 * faults. False: errno says why; the thread does not run, and `done` is not
 * called. ECANCELED: the process exits. */
bool process_start(const struct process_thread *thread);

/* The process exits: luma's exit handler has begun or is over. No thread starts
 * any more, and those that ran end. Any thread; does not block. */
bool process_exits(void);

/* A thread may hold locks of libraries, which nobody could release in a child
 * process. So fork waits until each thread of process_start has ended or is in
 * a pause, at most one second. A thread brackets with these two calls what
 * makes it wait, such as poll or the disk, and calls no library in between that
 * has locks. process_resume waits for a fork that is under way. Both keep
 * errno, and do nothing in other threads. Pauses do not nest. */
void process_pause(void);
void process_resume(void);

/* The number of forks that led to this process. Objects made at another number
 * belong to another process. */
unsigned process_generation(void);

#endif
