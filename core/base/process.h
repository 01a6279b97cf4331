/* SPDX-License-Identifier: MIT */
/* Process-wide state: initialisation, the threads that must end before the
 * process does, and detection of fork. */
#ifndef LUMA_PROCESS_H
#define LUMA_PROCESS_H

#include <pthread.h>
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

/* Keeps luma's and libcurl's descriptors off the numbers 0, 1 and 2, which the
 * host uses as standard streams. Those that are closed are filled with
 * /dev/null, in a way that reading from 0 and writing to 1 and 2 still fail
 * with EBADF. They are close-on-exec, so child processes find them closed as
 * before.
 *
 * No number is ever closed, so a descriptor that the host puts there with dup2
 * stays. dup2 itself may fail with EBUSY; it then has to be repeated. A host
 * that closes one of these numbers and then opens a file may get another
 * number, because this one may have been filled in between.
 *
 * Call this before opening descriptors. Any thread; does not block; has no
 * effect if nothing can be opened. */
void process_fill_standard(void);

/* Moves a new descriptor of luma's from 0, 1 or 2 to a higher number, because
 * the host may have closed one of these after process_fill_standard. The low
 * number is then filled as above, unless the host has put its own descriptor
 * there. Returns the descriptor, which is close-on-exec. -1: errno says why,
 * and `fd` is closed. Any thread; does not block. */
int process_move_up(int fd);

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

/* Initialises a condition variable that waits on the clock of clock_in. */
void process_init_condition(pthread_cond_t *condition);

#endif
