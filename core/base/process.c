/* SPDX-License-Identifier: MIT */
/* Threads are joined, never detached. A thread that still runs while exit()
 * destroys OpenSSL's data would crash the host. A finished thread is joined
 * when the next one starts, or at exit, so joining never waits. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { EXIT_WAIT_MS = 1000, FORK_WAIT_MS = 1000 };

struct entry {
    struct process_thread thread;
    struct entry *next;
    unsigned generation; /* of the process whose thread it is */
    pthread_t id;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *(*_Atomic init_libraries)(void);
static const char *init_error; /* set once */
static unsigned
    generation; /* changed only in a new child process, which has one thread */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static struct entry *running; /* under lock */
static struct entry
    *finished; /* under lock; these can be joined without waiting */
static atomic_bool exits;

/* The gate: a thread is inside except in its pauses. Nobody gets in while a
 * fork waits or is under way. */
static unsigned inside;      /* under lock */
static unsigned forks;       /* under lock; how many wait or are under way */
static bool closed_for_good; /* under lock */
static atomic_bool has_key;
static pthread_key_t gate_key; /* has a value in threads of luma's */

/* ---- the gate ----------------------------------------------------------- */

static void enter(void)
{
    pthread_mutex_lock(&lock);
    while (forks || closed_for_good)
        pthread_cond_wait(&changed, &lock);
    inside++;
    pthread_mutex_unlock(&lock);
}

static void leave(void)
{
    pthread_mutex_lock(&lock);
    if (--inside == 0 && forks)
        pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static bool is_gated(void)
{
    return atomic_load(&has_key) && pthread_getspecific(gate_key);
}

void process_pause(void)
{
    int why = errno;

    if (is_gated())
        leave();
    errno = why;
}

void process_resume(void)
{
    int why = errno;

    if (is_gated())
        enter();
    errno = why;
}

/* Libraries take locks when a thread of theirs ends, in destructors like this
 * one. In the second round these are over. */
static void leave_in_second_round(void *round)
{
    static char second;

    if (round == &second || pthread_setspecific(gate_key, &second) != 0)
        leave();
}

/* Without memory for its mark, the thread stays outside: then a fork does not
 * wait for it. */
static void enter_until_end(void)
{
    static char first;

    if (pthread_setspecific(gate_key, &first) == 0)
        enter();
}

/* ---- fork --------------------------------------------------------------- */

/* The lock is held until the fork is over. */
static void before_fork(void)
{
    struct timespec until = clock_in(FORK_WAIT_MS);

    pthread_mutex_lock(&lock);
    forks++;
    while (inside && pthread_cond_timedwait(&changed, &lock, &until) == 0)
        ;
}

static void after_fork(void)
{
    forks--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* The parent's threads do not exist in the child; their entries are freed with
 * those of finished ones. */
static void after_fork_in_child(void)
{
    struct entry **end = &finished;

    generation++;
    while (*end)
        end = &(*end)->next;
    *end = running;
    running = NULL;
    inside = forks = 0;
    process_init_condition(&changed);
    pthread_mutex_unlock(&lock);
}

/* ---- initialisation and exit -------------------------------------------- */

static void join_finished(void)
{
    struct entry *list;

    pthread_mutex_lock(&lock);
    list = finished;
    finished = NULL;
    pthread_mutex_unlock(&lock);
    while (list) {
        struct entry *next = list->next;

        if (list->generation == generation)
            pthread_join(list->id, NULL);
        free(list);
        list = next;
    }
}

void process_init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
#ifndef __APPLE__
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Registered after OpenSSL's exit handler, so it runs before that. A thread
 * that has not ended in time gets no further than its pause. */
static void at_exit(void)
{
    struct timespec until = clock_in(EXIT_WAIT_MS);
    struct entry *entry;

    pthread_mutex_lock(&lock);
    atomic_store(&exits, true);
    for (entry = running; entry; entry = entry->next)
        entry->thread.stop(entry->thread.arg);
    while (running && pthread_cond_timedwait(&changed, &lock, &until) == 0)
        ;
    closed_for_good = true;
    pthread_mutex_unlock(&lock);
    join_finished();
}

static bool register_handlers(void)
{
    if (pthread_key_create(&gate_key, leave_in_second_round) != 0)
        return false;
    atomic_store(&has_key, true);
    return atexit(at_exit) == 0 &&
           pthread_atfork(before_fork, after_fork, after_fork_in_child) == 0;
}

static void init(void)
{
    process_init_condition(&changed);
    init_error = atomic_load(&init_libraries)();
    if (!init_error && !register_handlers())
        init_error = "luma could not register its exit and fork handlers";
}

const char *process_init(const char *(*libraries)(void))
{
    atomic_store(&init_libraries, libraries);
    pthread_once(&once, init);
    return init_error;
}

unsigned process_generation(void)
{
    return generation;
}

bool process_exits(void)
{
    return atomic_load(&exits);
}

/* ---- standard descriptors ---------------------------------------------- */

/* Opens a descriptor that cannot be used for input or output. Without O_PATH
 * it is opened for the wrong direction. If /dev/null is missing, the root
 * directory is used. */
static int open_unusable(int number)
{
#ifdef O_PATH
    int flags = O_PATH | O_CLOEXEC;
    int fd = open("/dev/null", flags);

    (void)number;
#else
    int flags = O_RDONLY | O_CLOEXEC;
    int fd = open("/dev/null",
                  number == STDIN_FILENO ? O_WRONLY | O_CLOEXEC : flags);
#endif
    return fd >= 0 ? fd : open("/", flags | O_DIRECTORY);
}

/* Another thread may do the same at once, so `fd` may be another of the three
 * numbers. It is not closed then, because the host may put its own descriptor
 * there at any time. */
void process_fill_standard(void)
{
    int number;

    for (number = STDIN_FILENO; number <= STDERR_FILENO; number++)
        if (fcntl(number, F_GETFD) < 0 && errno == EBADF) {
            int fd = open_unusable(number);

            if (fd > STDERR_FILENO)
                close(fd);
        }
}

static bool is_file(int fd, const struct stat *file)
{
    struct stat now;

    return fstat(fd, &now) == 0 && now.st_dev == file->st_dev &&
           now.st_ino == file->st_ino;
}

int process_move_up(int fd)
{
    struct stat ours;
    int up, filler, why;

    if (fd > STDERR_FILENO || fstat(fd, &ours) != 0)
        return fd;
    up = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    why = errno;
    filler = open_unusable(fd);
    if (is_file(fd, &ours)) { /* it is not the host's own by now */
        if (filler < 0 || dup2(filler, fd) < 0)
            close(fd);
        else
            fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    if (filler > STDERR_FILENO)
        close(filler);
    errno = why;
    return up;
}

/* ---- threads ----------------------------------------------------------- */

/* A batch thread that wakes up does not preempt the host's threads. */
static void lower_priority(void)
{
#ifdef SCHED_BATCH
    struct sched_param param = {0};

    pthread_setschedparam(pthread_self(), SCHED_BATCH, &param);
#endif
}

static void *thread_main(void *arg)
{
    struct entry *entry = arg, **link = &running;

    lower_priority();
    enter_until_end();
    entry->thread.run(entry->thread.arg);
    pthread_mutex_lock(&lock);
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    entry->next = finished;
    finished = entry;
    entry->thread.done(entry->thread.arg);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Blocks all signals but those of the thread's own faults. */
static bool create(struct entry *entry)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    sigdelset(&all, SIGTRAP);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&entry->id, NULL, thread_main, entry);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    return !failed;
}

bool process_start(const struct process_thread *thread)
{
    struct entry *entry = malloc(sizeof *entry);

    if (!entry)
        return false;
    join_finished();
    entry->thread = *thread;
    entry->generation = generation;
    pthread_mutex_lock(&lock);
    errno = ECANCELED;
    if (process_exits() || !create(entry)) {
        int why = errno;

        pthread_mutex_unlock(&lock);
        free(entry);
        errno = why;
        return false;
    }
    entry->next = running;
    running = entry;
    pthread_mutex_unlock(&lock);
    return true;
}
