/* SPDX-License-Identifier: MIT */
/* Preloaded into a process: luma gets no threads there. With a path in
 * THREADLESS, only while there is such a file. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *path;

/* nginx takes the variable out of the environment later. */
__attribute__((constructor)) static void remember(void)
{
    path = getenv("THREADLESS");
    path = path ? strdup(path) : NULL;
}

static int is_luma(void *caller)
{
    Dl_info info;

    return dladdr(caller, &info) && strstr(info.dli_fname, "luma.so");
}

int pthread_create(pthread_t *restrict thread,
                   const pthread_attr_t *restrict attributes,
                   void *(*run)(void *), void *restrict arg)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                  void *);

    if (is_luma(__builtin_return_address(0)) &&
        (!path || access(path, F_OK) == 0))
        return EAGAIN;
    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    return create(thread, attributes, run, arg);
}
