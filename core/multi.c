/* SPDX-License-Identifier: MIT */
/* libcurl does not tell which descriptors it opens for itself, so they are
 * found by what they do. Other descriptors are never changed: other threads of
 * the host may open theirs at the same moment. */
#include "multi.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "process.h"

enum { LOOKED_AT = 64 };

/* ---- the pair that wakes ----------------------------------------------- */

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

/* Among the descriptors from `first` on, libcurl's two are those in which a
 * byte waits after curl_multi_wakeup, and none before and after that. */
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

/* ---- names that are looked up ------------------------------------------ */

static bool is_unix_socket(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;

    return getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
           address.ss_family == AF_UNIX;
}

/* The mark lay in it, and has been taken out. */
static bool takes_mark(int fd, uint64_t mark)
{
    uint64_t seen = 0;
    int count = 0;

    return ioctl(fd, FIONREAD, &count) == 0 && count == sizeof seen &&
           is_unix_socket(fd) &&
           recv(fd, &seen, sizeof seen, MSG_PEEK | MSG_DONTWAIT) == count &&
           seen == mark && recv(fd, &seen, sizeof seen, MSG_DONTWAIT) == count;
}

/* The other end of a pair is where a mark arrives. libcurl reads nothing there,
 * and closes it on this thread only. */
static void hide_other_end(int end)
{
    uint64_t mark = (uint64_t)(uintptr_t)&mark ^ (uint64_t)end << 48;
    int fd = end > LOOKED_AT ? end - LOOKED_AT : 0;

    if (send(end, &mark, sizeof mark, MSG_DONTWAIT) != sizeof mark)
        return;
    for (; fd < end + LOOKED_AT; fd++)
        if (is_inherited(fd) && takes_mark(fd, mark)) {
            fcntl(fd, F_SETFD, FD_CLOEXEC);
            return;
        }
}

void multi_hide_resolver(CURLM *multi)
{
    fd_set in, out, odd;
    int most = -1, fd;

    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&odd);
    if (curl_multi_fdset(multi, &in, &out, &odd, &most) != CURLM_OK)
        return;
    for (fd = 0; fd <= most; fd++)
        if (FD_ISSET(fd, &in) && is_inherited(fd) && is_unix_socket(fd)) {
            fcntl(fd, F_SETFD, FD_CLOEXEC);
            hide_other_end(fd);
        }
}
