/* SPDX-License-Identifier: MIT */
/* Windows. A program that luma's host starts gets none of these sockets, unless
 * it starts while a signal is made. Of those that libcurl opens to wake itself
 * it may get some; nobody else ever writes to them. */
#ifdef _WIN32
#include "base/descriptor.h"

#include <errno.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

/* ---- sockets ------------------------------------------------------------ */

static int errno_of(int error)
{
    switch (error) {
    case WSAEMFILE:
        return EMFILE;
    case WSAENOBUFS:
    case WSA_NOT_ENOUGH_MEMORY:
        return ENOBUFS;
    case WSAEACCES:
        return EACCES;
    case WSAEAFNOSUPPORT:
        return EAFNOSUPPORT;
    default:
        return EIO;
    }
}

intptr_t socket_open(int family, int type, int protocol)
{
    SOCKET s = WSASocketW(family, type, protocol, NULL, 0,
                          WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);

    if (s == INVALID_SOCKET)
        errno = errno_of(WSAGetLastError());
    return s == INVALID_SOCKET ? -1 : (intptr_t)s;
}

int socket_close(intptr_t socket)
{
    return closesocket((SOCKET)socket);
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
    int here_len = sizeof here, there_len = sizeof there;
    SOCKET s = (SOCKET)socket;

    if (getsockname(s, (struct sockaddr *)&here, &here_len) != 0 ||
        getpeername(s, (struct sockaddr *)&there, &there_len) != 0)
        return false;
    *near_port = port_of(&here);
    *far_port = port_of(&there);
    return true;
}

bool socket_is_readable(intptr_t socket)
{
    WSAPOLLFD one = {(SOCKET)socket, POLLIN, 0};

    return WSAPoll(&one, 1, 0) == 1;
}

bool socket_is_break(int number)
{
    return number == WSAECONNRESET || number == WSAECONNABORTED;
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

/* ---- signals ------------------------------------------------------------ */

/* Neither select nor WSAPoll nor libcurl can wait for anything but a socket. So
 * a signal is a connection of this process with itself. Nobody else must have
 * been faster to connect. */
static bool is_own(SOCKET accepted, SOCKET connected)
{
    struct sockaddr_in theirs, ours;
    int theirs_len = sizeof theirs, ours_len = sizeof ours;

    return getpeername(accepted, (struct sockaddr *)&theirs, &theirs_len) ==
               0 &&
           getsockname(connected, (struct sockaddr *)&ours, &ours_len) == 0 &&
           theirs.sin_port == ours.sin_port &&
           theirs.sin_addr.s_addr == ours.sin_addr.s_addr;
}

/* Listens on a free port of the loopback address, which is written to `at`. */
static bool listen_here(SOCKET s, struct sockaddr_in *at)
{
    int len = sizeof *at;

    *at = (struct sockaddr_in){.sin_family = AF_INET};
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(s, (struct sockaddr *)at, len) == 0 && listen(s, 1) == 0 &&
           getsockname(s, (struct sockaddr *)at, &len) == 0;
}

static bool prepare(SOCKET s)
{
    u_long on = 1;
    BOOL no_delay = TRUE;

    SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, 0);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&no_delay,
               sizeof no_delay);
    return ioctlsocket(s, (long)FIONBIO, &on) == 0;
}

/* Handles of sockets have no more bits than an int. */
bool signal_open(int fd[2])
{
    intptr_t door = socket_open(AF_INET, SOCK_STREAM, 0);
    intptr_t out = socket_open(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at;
    SOCKET in = INVALID_SOCKET;

    if (door >= 0 && out >= 0 && listen_here((SOCKET)door, &at) &&
        connect((SOCKET)out, (struct sockaddr *)&at, sizeof at) == 0)
        in = accept((SOCKET)door, NULL, NULL);
    errno = in == INVALID_SOCKET ? errno_of(WSAGetLastError()) : EIO;
    fd[0] = in == INVALID_SOCKET ? -1 : (int)in;
    fd[1] = (int)out;
    if (door >= 0)
        socket_close(door);
    return fd[0] >= 0 && is_own(in, (SOCKET)out) && prepare(in) &&
           prepare((SOCKET)out);
}

bool signal_give(int fd)
{
    return send((SOCKET)fd, "", 1, 0) == 1;
}

bool signal_take(int fd)
{
    char byte;

    return recv((SOCKET)fd, &byte, 1, 0) == 1;
}

bool signal_wait(int fd, int other, int ms)
{
    WSAPOLLFD both[] = {{(SOCKET)fd, POLLIN, 0}, {(SOCKET)other, POLLIN, 0}};

    return WSAPoll(both, other < 0 ? 1 : 2, ms) > 0 && both[1].revents;
}

void signal_close(int fd)
{
    if (fd >= 0)
        closesocket((SOCKET)fd);
}

/* ---- descriptors -------------------------------------------------------- */

void descriptor_fill_standard(void)
{
}

int descriptor_move_up(int fd)
{
    return fd;
}

int descriptor_try(void)
{
    return 0;
}

int descriptor_next(int *numbers, int most)
{
    (void)numbers, (void)most;
    return 0;
}

bool descriptor_is_inherited(int fd)
{
    (void)fd;
    return false;
}

bool descriptor_holds_bytes(int fd)
{
    (void)fd;
    return false;
}

void descriptor_hide(int fd)
{
    (void)fd;
}

bool descriptor_hide_other_end(int fd)
{
    (void)fd;
    return false;
}
#endif
