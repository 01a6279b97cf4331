/* SPDX-License-Identifier: MIT */
/* What there is once per process: its preparation, the threads that must be
 * gone before the process is, and the knowledge of having forked. */
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

/* Prepares the process, once: calls `libraries`, which prepares those whose
 * exit handlers must run after ours, then registers ours. NULL, or a sentence
 * why luma cannot work here, which `libraries` may give and which must be
 * constant. `libraries` is the same at every call. May wait for another thread
 * that is in here. */
const char *process_init(const char *(*libraries)(void));

/* Keeps the numbers 0, 1 and 2 free of luma's and libcurl's descriptors, which
 * the host would take for its standard input and outputs: fills those that are
 * closed with /dev/null, opened so that reading from 0 and writing to 1 and 2
 * still fail with EBADF. Close-on-exec, so a program that the host starts finds
 * them closed as before. It never closes one of these numbers, so what a host
 * puts there with dup2 stays (dup2 itself may fail with EBUSY, and is repeated
 * then). One that closes
 * a number and then opens a file may get another number, because this one may
 * be filled in between. To be called before anything is opened. Any thread;
 * does not block; where nothing can be opened it does nothing. */
void process_fill_standard(void);

/* Moves a new descriptor of luma's from the numbers 0, 1 and 2 to a higher one:
 * the host may have closed one of these just after process_fill_standard. The
 * low number is filled then, as above, unless the host has put its own there
 * meanwhile. Gives the descriptor, close-on-exec; -1: errno says why, and `fd`
 * is gone. Any thread; does not block. */
int process_move_up(int fd);

/* Starts a thread with every signal blocked that is not the thread's own
 * fault. False: it was not started, errno says why, and `done` has not been
 * called. */
bool process_start(const struct process_thread *thread);

/* Counts the forks up to this process: what was made under another number
 * belongs to another process. */
unsigned process_generation(void);

/* Makes a condition variable that waits on the clock of clock.h. */
void process_init_condition(pthread_cond_t *condition);

#endif
