/* SPDX-License-Identifier: MIT */
/* POSIX: Linux, macOS, BSD. */
#ifndef _WIN32
#include "base/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif
#if defined __linux__ || defined __APPLE__
#include <sys/random.h>
#endif

#include "base/clock.h"

/* ---- conditions --------------------------------------------------------- */

static struct timespec to_timespec(int64_t ms)
{
    return (struct timespec){(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
}

#ifdef __APPLE__
void os_init_condition(pthread_cond_t *condition)
{
    pthread_cond_init(condition, NULL);
}

bool os_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until)
{
    int64_t left = until - clock_ms();
    struct timespec time = to_timespec(left > 0 ? left : 0);

    return pthread_cond_timedwait_relative_np(condition, lock, &time) == 0;
}
#else
void os_init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool os_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until)
{
    struct timespec time = to_timespec(until);

    return pthread_cond_timedwait(condition, lock, &time) == 0;
}
#endif

/* ---- threads ------------------------------------------------------------ */

int os_create_thread(pthread_t *thread, void *(*run)(void *), void *arg)
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
    failed = pthread_create(thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

void os_lower_priority(void)
{
#ifdef SCHED_BATCH
    struct sched_param param = {0};

    pthread_setschedparam(pthread_self(), SCHED_BATCH, &param);
#endif
}

/* ---- the process -------------------------------------------------------- */

/* Adds a reference to luma's own module, which nobody releases. Otherwise
 * lua_close would unload it from under its threads and handlers. The call fails
 * for a program that luma is linked into, which needs no reference. For a
 * module that is loaded, only the count of its references changes. */
static void stay_loaded(const void *own)
{
#ifdef RTLD_NOLOAD
    Dl_info info;

    if (dladdr(own, &info) && info.dli_fname)
        dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
#else
    (void)own;
#endif
}

bool os_register(const struct os_handlers *h)
{
    static const char own;

    stay_loaded(&own);
    return atexit(h->at_exit) == 0 &&
           pthread_atfork(h->before_fork, h->after_fork,
                          h->after_fork_in_child) == 0;
}

/* ---- the system --------------------------------------------------------- */

static size_t read_boot_id(char *name, size_t capacity)
{
#ifdef __APPLE__
    size_t n = capacity;

    return sysctlbyname("kern.bootsessionuuid", name, &n, NULL, 0) ? 0 : n;
#else
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, name, capacity);

    if (fd >= 0)
        close(fd);
    return n > 0 ? (size_t)n : 0;
#endif
}

void os_boot_name(char name[OS_BOOT_SIZE])
{
    name[read_boot_id(name, OS_BOOT_SIZE - 1)] = '\0';
    name[strcspn(name, " \n")] = '\0';
    if (!*name)
        strcpy(name, "-");
}

bool os_random(void *bytes, size_t n)
{
#ifdef __linux__
    return getrandom(bytes, n, GRND_NONBLOCK) == (ssize_t)n;
#else
    return getentropy(bytes, n) == 0;
#endif
}
#endif
