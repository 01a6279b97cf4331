/* SPDX-License-Identifier: MIT */
/* Preloaded into a process: each write to a place in a file takes seconds. */
#include <dlfcn.h>
#include <unistd.h>

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    ssize_t (*write_at)(int, const void *, size_t, off64_t);

    *(void **)&write_at = dlsym(RTLD_NEXT, "pwrite64");
    sleep(4);
    return write_at(fd, bytes, n, at);
}
