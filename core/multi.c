/* SPDX-License-Identifier: MIT */
/* libcurl does not tell which descriptors it wakes itself with. They are those
 * in which a byte waits after curl_multi_wakeup, and none before and after
 * that. Other descriptors are never changed: other threads of the host may open
 * theirs at the same moment. */
#include "multi.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "process.h"

enum { LOOKED_AT = 64 };

/* The lowest number that a new descriptor may get; -1: there is none. */
static int lowest_free(void)
{
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

    if (fd >= 0)
        close(fd);
    return fd;
}

static bool is_inherited(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags >= 0 && !(flags & FD_CLOEXEC);
}

/* Bytes wait to be read from it, or to be read by its other end. */
static bool holds_bytes(int fd)
{
    int count = 0;

    if (ioctl(fd, FIONREAD, &count) == 0 && count > 0)
        return true;
#ifdef SIOCOUTQ
    if (ioctl(fd, SIOCOUTQ, &count) == 0 && count > 0)
        return true;
#endif
    return false;
}

/* Among the descriptors from `first` on, of which libcurl's are two. */
static void close_on_exec(CURLM *multi, int first)
{
    bool may_be[LOOKED_AT];
    int i;

    for (i = 0; i < LOOKED_AT; i++)
        may_be[i] = is_inherited(first + i) && !holds_bytes(first + i);
    curl_multi_wakeup(multi);
    for (i = 0; i < LOOKED_AT; i++)
        may_be[i] = may_be[i] && holds_bytes(first + i);
    curl_multi_poll(multi, NULL, 0, 0, NULL); /* takes the byte out */
    for (i = 0; i < LOOKED_AT; i++)
        if (may_be[i] && !holds_bytes(first + i))
            fcntl(first + i, F_SETFD, FD_CLOEXEC);
}

CURLM *multi_new(size_t connections)
{
    CURLM *multi;
    int first;

    process_fill_standard();
    first = lowest_free();
    multi = curl_multi_init();
    if (!multi)
        return NULL;
    if (first >= 0)
        close_on_exec(multi, first);
    if (curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections) ==
        CURLM_OK)
        return multi;
    curl_multi_cleanup(multi);
    return NULL;
}
