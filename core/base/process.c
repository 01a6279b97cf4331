/* SPDX-License-Identifier: MIT */
/* Threads are joined, never detached. A thread that still runs while exit()
 * destroys OpenSSL's data would crash the host. A finished thread is joined
 * when the next one starts, or at exit, so joining never waits. */
#include "base/process.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/os.h"

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
    int64_t until = clock_ms() + FORK_WAIT_MS;

    pthread_mutex_lock(&lock);
    forks++;
    while (inside && os_wait(&changed, &lock, until))
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
    os_init_condition(&changed);
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

/* Registered after OpenSSL's exit handler, so it runs before that. A thread
 * that has not ended in time gets no further than its pause. */
static void at_exit(void)
{
    int64_t until = clock_ms() + EXIT_WAIT_MS;
    struct entry *entry;

    pthread_mutex_lock(&lock);
    atomic_store(&exits, true);
    for (entry = running; entry; entry = entry->next)
        entry->thread.stop(entry->thread.arg);
    while (running && os_wait(&changed, &lock, until))
        ;
    closed_for_good = true;
    pthread_mutex_unlock(&lock);
    join_finished();
}

static bool register_handlers(void)
{
    static const struct os_handlers handlers = {
        at_exit, before_fork, after_fork, after_fork_in_child};

    if (pthread_key_create(&gate_key, leave_in_second_round) != 0)
        return false;
    atomic_store(&has_key, true);
    return os_register(&handlers);
}

static void init(void)
{
    os_init_condition(&changed);
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

/* ---- threads ----------------------------------------------------------- */

static void *thread_main(void *arg)
{
    struct entry *entry = arg, **link = &running;

    os_lower_priority();
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

bool process_start(const struct process_thread *thread)
{
    struct entry *entry = malloc(sizeof *entry);
    int failed;

    if (!entry)
        return false;
    join_finished();
    entry->thread = *thread;
    entry->generation = generation;
    pthread_mutex_lock(&lock);
    failed = process_exits() ? ECANCELED
                             : os_create_thread(&entry->id, thread_main, entry);
    if (failed) {
        pthread_mutex_unlock(&lock);
        free(entry);
        errno = failed;
        return false;
    }
    entry->next = running;
    running = entry;
    pthread_mutex_unlock(&lock);
    return true;
}
