/* SPDX-License-Identifier: MIT */
/* libcurl does not tell which descriptors it opens for itself, so they are
 * found by what they do. Other descriptors are never changed: other threads of
 * the host may open theirs at the same moment. */
#include "loop/multi.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "base/process.h"

/* ---- the pair that wakes ----------------------------------------------- */

/* Numbers that were free just before libcurl has opened its pair: it gets the
 * first two of them, and more only if other threads open something as well. */
enum { CANDIDATES = 16 };

/* A thread of the host may fill and empty a pair of its own by chance as the
 * test does, but not so often in a row. */
enum { ROUNDS = 16, TRIES = 3 };

/* Gives how many there are; none is taken. */
static int free_numbers(int numbers[CANDIDATES])
{
    int count = 0, from = STDERR_FILENO + 1;

    while (count < CANDIDATES) {
        int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, from);

        if (fd < 0)
            break;
        close(fd);
        numbers[count++] = fd;
        from = fd + 1;
    }
    return count;
}

static bool is_inherited(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags >= 0 && !(flags & FD_CLOEXEC);
}

static bool is_unix_socket(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;

    return getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
           address.ss_family == AF_UNIX;
}

static bool is_pipe(int fd)
{
#ifdef F_GETPIPE_SZ
    return fcntl(fd, F_GETPIPE_SZ) > 0;
#else
    struct stat s;

    return fstat(fd, &s) == 0 && S_ISFIFO(s.st_mode);
#endif
}

/* libcurl wakes itself by a pair of sockets or, in some versions, by a pipe. */
static bool may_wake(int fd)
{
    return is_inherited(fd) && (is_unix_socket(fd) || is_pipe(fd));
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

/* Keeps of the numbers those in which a byte waits after curl_multi_wakeup, and
 * none before and after that. */
static int keep_waking(CURLM *multi, int numbers[CANDIDATES], int count)
{
    bool full[CANDIDATES];
    int i, kept = 0;

    for (i = 0; i < count; i++)
        full[i] = holds_bytes(numbers[i]);
    curl_multi_wakeup(multi);
    for (i = 0; i < count; i++)
        full[i] = full[i] || !holds_bytes(numbers[i]);
    curl_multi_poll(multi, NULL, 0, 0, NULL); /* takes the byte out */
    for (i = 0; i < count; i++)
        if (!full[i] && !holds_bytes(numbers[i]))
            numbers[kept++] = numbers[i];
    return kept;
}

/* Of the numbers that were free, libcurl's two become close-on-exec, where they
 * are not so from the beginning. False: they were not found. */
static bool close_on_exec(CURLM *multi, int numbers[CANDIDATES], int count)
{
    int i, round, kept = 0;

    for (i = 0; i < count; i++)
        if (may_wake(numbers[i]))
            numbers[kept++] = numbers[i];
    for (round = 0; round < ROUNDS && kept > 0; round++)
        kept = keep_waking(multi, numbers, kept);
    for (i = 0; i < kept; i++)
        fcntl(numbers[i], F_SETFD, FD_CLOEXEC);
    return kept > 1;
}

/* A number may become free between the look and libcurl, and the pair is not
 * found then: so there is another try. */
static CURLM *init(void)
{
    int numbers[CANDIDATES], count, tries;
    CURLM *multi = NULL;

    for (tries = 0; tries < TRIES; tries++) {
        if (multi)
            curl_multi_cleanup(multi);
        count = free_numbers(numbers);
        multi = curl_multi_init();
        if (!multi || close_on_exec(multi, numbers, count))
            break;
    }
    return multi;
}

CURLM *multi_new(size_t connections)
{
    CURLM *multi;

    process_fill_standard();
    multi = init();
    if (!multi || curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                                    (long)connections) == CURLM_OK)
        return multi;
    curl_multi_cleanup(multi);
    return NULL;
}

/* ---- names that are looked up ------------------------------------------ */

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

/* As far as numbers go that are looked at: 60 ns each. */
static int table_size(void)
{
    enum { MOST = 65536 };
    long size = sysconf(_SC_OPEN_MAX);

    return size > 0 && size < MOST ? (int)size : MOST;
}

/* Looks from `fd` up to `end`. True: the mark was there. */
static bool find_mark(int fd, int end, uint64_t mark)
{
    for (; fd < end; fd++)
        if (is_inherited(fd) && takes_mark(fd, mark)) {
            fcntl(fd, F_SETFD, FD_CLOEXEC);
            return true;
        }
    return false;
}

/* The other end of a pair is where a mark arrives. libcurl reads nothing there,
 * and closes it on this thread only. It has the next number, or any other where
 * the host's table has holes. */
static void hide_other_end(int end)
{
    uint64_t mark = (uint64_t)(uintptr_t)&mark ^ (uint64_t)end << 48;

    if (send(end, &mark, sizeof mark, MSG_DONTWAIT) != sizeof mark)
        return;
    if (!find_mark(end + 1, end + 2, mark))
        find_mark(STDERR_FILENO + 1, table_size(), mark);
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
