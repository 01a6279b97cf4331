/* SPDX-License-Identifier: MIT */
/* The sockets of all connections, found by their ports. Two of them can have
 * the same ports if their hosts differ: then both are meant. */
#include "http/connections.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/process.h"

/* ---- sockets ----------------------------------------------------------- */

static bool reserve(struct connections *c)
{
    size_t capacity = c->capacity ? 2 * c->capacity : 16;
    struct connection *open;

    if (c->count < c->capacity)
        return true;
    open = realloc(c->open, capacity * sizeof *open);
    if (!open)
        return false;
    c->open = open;
    c->capacity = capacity;
    return true;
}

static curl_socket_t make_socket(const struct curl_sockaddr *a)
{
    curl_socket_t fd;

    process_fill_standard();
#ifdef SOCK_CLOEXEC
    fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
#else
    fd = socket(a->family, a->socktype, a->protocol);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
    return fd < 0 ? CURL_SOCKET_BAD : process_move_up(fd);
}

curl_socket_t connections_open(struct connections *c,
                               const struct curl_sockaddr *address)
{
    curl_socket_t fd;

    if (!reserve(c)) {
        errno = ENOMEM;
        return CURL_SOCKET_BAD;
    }
    fd = make_socket(address);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    c->open[c->count++] = (struct connection){.socket = fd};
    return fd;
}

int connections_close(void *user, curl_socket_t socket)
{
    struct connections *c = user;
    size_t i;

    for (i = 0; i < c->count; i++)
        if (c->open[i].socket == socket) {
            c->open[i] = c->open[--c->count];
            break;
        }
    return close(socket);
}

void connections_free(struct connections *c)
{
    free(c->open);
}

/* ---- ports ------------------------------------------------------------- */

static int port_of(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

    if (address->ss_family == AF_INET)
        return ntohs(v4->sin_port);
    return address->ss_family == AF_INET6 ? ntohs(v6->sin6_port) : -1;
}

static bool fits(curl_socket_t fd, struct ports ports)
{
    struct sockaddr_storage near = {0}, far = {0};
    socklen_t near_len = sizeof near, far_len = sizeof far;

    return getsockname(fd, (struct sockaddr *)&near, &near_len) == 0 &&
           port_of(&near) == ports.near &&
           getpeername(fd, (struct sockaddr *)&far, &far_len) == 0 &&
           port_of(&far) == ports.far;
}

static bool is_readable(curl_socket_t fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool connections_is_readable(const struct connections *c, struct ports ports)
{
    size_t i;

    for (i = 0; i < c->count; i++)
        if (c->open[i].http1 && fits(c->open[i].socket, ports) &&
            is_readable(c->open[i].socket))
            return true;
    return false;
}

void connections_note_http1(struct connections *c, struct ports ports)
{
    size_t i;

    for (i = 0; i < c->count; i++)
        if (!c->open[i].http1 && fits(c->open[i].socket, ports))
            c->open[i].http1 = true;
}

/* ---- breaks ------------------------------------------------------------ */

long connections_sound_for(const struct connections *c, int64_t now, long most)
{
    int64_t seconds = (now - c->broke_at) / 1000;

    return c->broke_at && seconds < most ? (long)seconds : most;
}
