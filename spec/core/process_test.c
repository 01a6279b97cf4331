/* SPDX-License-Identifier: MIT */
/* Tests of the threads of process.h: a fork finds none of them where it could
 * hold a lock, and waits for that at most a second. */
#include "base/process.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "base/clock.h"

enum { A_WHILE_MS = 60, LONG_MS = 3000, WAIT_MS = 1000, HANG_S = 60 };

/* ---- a thread ---------------------------------------------------------- */

/* A library's lock, as far as a child can see it. */
static atomic_bool held;
static atomic_bool over; /* the thread has ended */
static atomic_bool go;   /* the thread may end */

static void sleep_ms(int ms)
{
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};

    nanosleep(&pause, NULL);
}

static void wait_for(atomic_bool *flag)
{
    while (!atomic_load(flag))
        sleep_ms(1);
}

static void hold(int ms)
{
    atomic_store(&held, true);
    sleep_ms(ms);
    atomic_store(&held, false);
}

static void stop(void *arg)
{
    (void)arg;
    atomic_store(&go, true);
}

static void done(void *arg)
{
    (void)arg;
    atomic_store(&over, true);
}

static void start(void (*run)(void *arg), void *arg)
{
    struct process_thread thread = {run, stop, done, arg};

    atomic_store(&go, false);
    atomic_store(&over, false);
    must(process_start(&thread));
}

/* Whether the lock was held in a child made now, which ends without a report of
 * a sanitizer: the parent's threads look lost there. */
static bool is_held_in_child(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        syscall(SYS_exit_group, atomic_load(&held) ? 1 : 0);
    must(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- tests ------------------------------------------------------------- */

static void hold_and_pause(void *arg)
{
    (void)arg;
    hold(A_WHILE_MS);
    errno = EDOM;
    process_pause();
    insist(errno == EDOM, "process_pause keeps errno");
    wait_for(&go);
    errno = EDOM;
    process_resume();
    insist(errno == EDOM, "process_resume keeps errno");
}

/* Not while the lock is held, but in the pause. */
static void test_pause(void)
{
    int64_t begin;

    start(hold_and_pause, NULL);
    wait_for(&held);
    CHECK(!is_held_in_child());
    begin = clock_ms();
    CHECK(!is_held_in_child());
    CHECK(!atomic_load(&over));
    CHECK(clock_ms() - begin < WAIT_MS);
    atomic_store(&go, true);
    wait_for(&over);
}

static void hold_long(void *arg)
{
    (void)arg;
    hold(LONG_MS);
}

static void test_wait_is_bounded(void)
{
    int64_t begin = clock_ms(), took;

    start(hold_long, NULL);
    wait_for(&held);
    CHECK(is_held_in_child());
    took = clock_ms() - begin;
    CHECK(took >= WAIT_MS && took < 10 * WAIT_MS);
    wait_for(&over);
}

/* As OpenSSL does when a thread ends that has used it. One key was made before
 * luma's, the other after it. */
static pthread_key_t keys[2];

static void at_thread_end(void *value)
{
    (void)value;
    hold(A_WHILE_MS);
}

static void use_library(void *arg)
{
    must(pthread_setspecific(*(pthread_key_t *)arg, keys) == 0);
}

/* The destructor runs after `run` and `done`. */
static void test_thread_end(void)
{
    int i;

    must(pthread_key_create(&keys[1], at_thread_end) == 0);
    for (i = 0; i < 6; i++) {
        start(use_library, &keys[i % 2]);
        wait_for(&held);
        CHECK(!is_held_in_child());
        wait_for(&over);
    }
}

/* The parent's thread goes on, the child can start its own. Sanitizers do not
 * let a child start threads, or report what the parent's threads hold. */
static void test_child(void)
{
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
    int status = 0;
    pid_t pid;

    start(hold_and_pause, NULL);
    start(use_library, &keys[0]);
    wait_for(&over); /* one thread has ended, one runs */
    atomic_store(&over, false);
    pid = fork();
    if (pid == 0) {
        alarm(HANG_S / 2);
        start(use_library, &keys[0]);
        wait_for(&over);
        exit(0); /* its exit handler waits for no thread of the parent */
    }
    must(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
    atomic_store(&go, true);
    wait_for(&over);
#endif
}

/* Other threads are not luma's: the calls do nothing. */
static void test_foreign(void)
{
    process_resume();
    process_resume();
    process_pause();
    CHECK(!is_held_in_child());
    CHECK(!process_exits());
}

static const char *no_libraries(void)
{
    return pthread_key_create(&keys[0], at_thread_end) == 0 ? NULL : "no key";
}

static void exit_late(void)
{
    struct process_thread thread = {hold_long, stop, done, NULL};

    if (!process_exits() || process_start(&thread) || errno != ECANCELED)
        _exit(9);
}

/* A handler that runs after luma's. */
static void test_exit(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        exit(0);
    must(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
}

int main(void)
{
    alarm(HANG_S);
    must(atexit(exit_late) == 0);
    must(process_init(no_libraries) == NULL);
    test_exit();
    test_pause();
    test_wait_is_bounded();
    test_thread_end();
    test_child();
    test_foreign();
    return check_done();
}
