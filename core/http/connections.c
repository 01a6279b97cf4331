/* SPDX-License-Identifier: MIT */
/* The sockets of all connections, found by their ports. Two of them can have
 * the same ports if their hosts differ: then both are meant. */
#include "http/connections.h"

#include <errno.h>
#include <stdlib.h>

#include "base/descriptor.h"

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

curl_socket_t connections_open(struct connections *c,
                               const struct curl_sockaddr *address)
{
    intptr_t fd;

    if (!reserve(c)) {
        errno = ENOMEM;
        return CURL_SOCKET_BAD;
    }
    fd = socket_open(address->family, address->socktype, address->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    c->open[c->count++] = (struct connection){.socket = (curl_socket_t)fd};
    return (curl_socket_t)fd;
}

int connections_close(void *user, curl_socket_t socket)
{
    struct connections *c = user;
    size_t i;

    c->closed = true;
    for (i = 0; i < c->count; i++)
        if (c->open[i].socket == socket) {
            c->open[i] = c->open[--c->count];
            break;
        }
    return socket_close((intptr_t)socket);
}

void connections_free(struct connections *c)
{
    free(c->open);
}

/* ---- ports ------------------------------------------------------------- */

static bool are_same(struct ports a, struct ports b)
{
    return a.near_port == b.near_port && a.far_port == b.far_port;
}

bool connections_is_readable(const struct connections *c, struct ports ports)
{
    size_t i;

    for (i = 0; i < c->count; i++)
        if (are_same(c->open[i].ports, ports) &&
            socket_is_readable((intptr_t)c->open[i].socket))
            return true;
    return false;
}

bool connections_is_in_doubt(const struct connections *c, struct ports ports)
{
    size_t i;

    for (i = 0; i < c->count; i++)
        if (are_same(c->open[i].ports, ports) && c->open[i].used < c->broke)
            return true;
    return false;
}

/* Whether the socket has these ports, which are noted then. They stay, so the
 * system is asked once. */
static bool note_ports(const struct connection *one, struct ports *noted,
                       struct ports ports)
{
    struct ports found;

    if (!noted->near_port &&
        socket_ports((intptr_t)one->socket, &found.near_port,
                     &found.far_port) &&
        are_same(found, ports))
        *noted = found;
    return are_same(*noted, ports);
}

void connections_note_http1(struct connections *c, struct ports ports)
{
    size_t i;

    c->events++;
    for (i = 0; i < c->count; i++)
        if (note_ports(&c->open[i], &c->open[i].ports, ports))
            c->open[i].used = c->events;
}

void connections_note_response(struct connections *c, struct ports ports)
{
    size_t i;

    for (i = 0; i < c->count; i++)
        note_ports(&c->open[i], &c->open[i].heard, ports);
}

bool connections_has_responded(const struct connections *c, struct ports ports)
{
    size_t i;

    for (i = 0; i < c->count; i++)
        if (are_same(c->open[i].heard, ports))
            return true;
    return false;
}

/* ---- breaks ------------------------------------------------------------ */

void connections_note_break(struct connections *c, int64_t now)
{
    c->broke_at = now;
    c->broke = ++c->events;
}

long connections_sound_for(const struct connections *c, int64_t now, long most)
{
    int64_t seconds = (now - c->broke_at) / 1000;

    return c->broke_at && seconds < most ? (long)seconds : most;
}
