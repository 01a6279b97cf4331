/* SPDX-License-Identifier: MIT */
/* POSIX. Descriptors of others are never changed: other threads of the host may
 * open theirs at the same moment. */
#ifndef _WIN32
#include "base/descriptor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#include <sys/eventfd.h>
#endif

/* ---- signals ------------------------------------------------------------ */

/* Non-blocking, so nobody waits to give a signal. Writing to an eventfd needs
 * no memory; those who write have a descriptor of their own, because the reader
 * may close the other one. */
#ifdef __linux__
bool signal_open(int fd[2])
{
    fd[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd[0] >= 0)
        fd[0] = descriptor_move_up(fd[0]);
    fd[1] = fd[0] < 0 ? -1 : fcntl(fd[0], F_DUPFD_CLOEXEC, fd[0]);
    return fd[1] >= 0;
}
#else
bool signal_open(int fd[2])
{
    int i;

    if (pipe(fd) != 0) {
        fd[0] = fd[1] = -1;
        return false;
    }
    for (i = 0; i < 2; i++) {
        fd[i] = descriptor_move_up(fd[i]);
        if (fd[i] < 0 || fcntl(fd[i], F_SETFD, FD_CLOEXEC) < 0 ||
            fcntl(fd[i], F_SETFL, O_NONBLOCK) < 0)
            return false;
    }
    return true;
}
#endif

bool signal_give(int fd)
{
    const uint64_t one = 1;

    return write(fd, &one, sizeof one) == sizeof one;
}

bool signal_take(int fd)
{
    uint64_t one;

    return read(fd, &one, sizeof one) == sizeof one;
}

bool signal_wait(int fd, int other, int ms)
{
    struct pollfd both[] = {{fd, POLLIN, 0}, {other, POLLIN, 0}};

    return poll(both, 2, ms) > 0 && both[1].revents;
}

void signal_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* ---- standard descriptors ----------------------------------------------- */

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
void descriptor_fill_standard(void)
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

int descriptor_move_up(int fd)
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

int descriptor_try(void)
{
    int fd[3], count = 0, number = 0;

    while (!number && count < 3) {
        fd[count] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (fd[count] < 0)
            number = errno;
        else
            count++;
    }
    while (count > 0)
        close(fd[--count]);
    return number;
}

/* ---- sockets ------------------------------------------------------------ */

/* libcurl makes it non-blocking as well, but does not look whether that fails.
 */
static int make_socket(int family, int type, int protocol)
{
#ifdef SOCK_CLOEXEC
    return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
#else
    int fd = socket(family, type, protocol);

    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    return fd;
#endif
}

intptr_t socket_open(int family, int type, int protocol)
{
    int fd;

    descriptor_fill_standard();
    fd = make_socket(family, type, protocol);
    return fd < 0 ? -1 : descriptor_move_up(fd);
}

int socket_close(intptr_t socket)
{
    return close((int)socket);
}

static int port_of(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

    if (address->ss_family == AF_INET)
        return ntohs(v4->sin_port);
    return address->ss_family == AF_INET6 ? ntohs(v6->sin6_port) : -1;
}

bool socket_ports(intptr_t socket, int *near_port, int *far_port)
{
    struct sockaddr_storage here = {0}, there = {0};
    socklen_t here_len = sizeof here, there_len = sizeof there;

    if (getsockname((int)socket, (struct sockaddr *)&here, &here_len) != 0 ||
        getpeername((int)socket, (struct sockaddr *)&there, &there_len) != 0)
        return false;
    *near_port = port_of(&here);
    *far_port = port_of(&there);
    return true;
}

bool socket_is_readable(intptr_t socket)
{
    char byte;

    return recv((int)socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool socket_is_break(int number)
{
    return number == ECONNRESET || number == ECONNABORTED || number == EPIPE;
}

size_t socket_address(const struct sockaddr *address, uint8_t bytes[16])
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

    if (address->sa_family == AF_INET) {
        memcpy(bytes, &v4->sin_addr, 4);
        return 4;
    }
    if (address->sa_family != AF_INET6)
        return 0;
    memcpy(bytes, &v6->sin6_addr, 16);
    return 16;
}

size_t socket_parse_address(const char *text, uint8_t bytes[16])
{
    if (inet_pton(AF_INET, text, bytes) == 1)
        return 4;
    return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

/* ---- descriptors that libraries open ------------------------------------ */

int descriptor_next(int *numbers, int most)
{
    int count = 0, from = STDERR_FILENO + 1;

    while (count < most) {
        int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, from);

        if (fd < 0)
            break;
        close(fd);
        numbers[count++] = fd;
        from = fd + 1;
    }
    return count;
}

static bool is_local_socket(int fd)
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

bool descriptor_is_inherited(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags >= 0 && !(flags & FD_CLOEXEC) &&
           (is_local_socket(fd) || is_pipe(fd));
}

bool descriptor_holds_bytes(int fd)
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

void descriptor_hide(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Takes the mark out of the socket. False: it is not in it. */
static bool take_mark(int fd, uint64_t mark)
{
    uint64_t seen = 0;
    int count = 0;

    return ioctl(fd, FIONREAD, &count) == 0 && count == sizeof seen &&
           recv(fd, &seen, sizeof seen, MSG_PEEK | MSG_DONTWAIT) == count &&
           seen == mark && recv(fd, &seen, sizeof seen, MSG_DONTWAIT) == count;
}

/* How many numbers are looked at. Each look takes about 60 ns. */
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
        if (descriptor_is_inherited(fd) && is_local_socket(fd) &&
            take_mark(fd, mark)) {
            descriptor_hide(fd);
            return true;
        }
    return false;
}

/* The other end is where a mark arrives. It has the next number, or any other
 * where the host's table has holes. */
bool descriptor_hide_other_end(int fd)
{
    uint64_t mark = (uint64_t)(uintptr_t)&mark ^ (uint64_t)fd << 48;

    if (send(fd, &mark, sizeof mark, MSG_DONTWAIT) != sizeof mark)
        return false;
    return find_mark(fd + 1, fd + 2, mark) ||
           find_mark(STDERR_FILENO + 1, table_size(), mark);
}
#endif
