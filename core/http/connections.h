/* SPDX-License-Identifier: MIT */
/* What a loop knows about its connections. libcurl keeps them and chooses one
 * for each request. It does not look whether bytes wait in it, and cannot know
 * that its peer has forgotten it.
 *
 * The loop's thread only. Nothing blocks. Zero-filled is empty. */
#ifndef LUMA_CONNECTIONS_H
#define LUMA_CONNECTIONS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

/* The two ports of a connection: all that libcurl tells of it. */
struct ports {
    int near_port, far_port;
};

struct connections {
    struct connection {
        curl_socket_t socket;
        struct ports ports; /* 0: no response has come over HTTP/1.1 */
        struct ports heard; /* 0: connections_note_response was not called */
        uint64_t used;      /* the event at which its last exchange ended */
    } * open;               /* all of them */
    size_t count, capacity;
    bool closed;      /* one was, since the loop last called libcurl */
    int64_t broke_at; /* ms: when one last broke; 0: none has */
    uint64_t events;  /* ends of exchanges and breaks, counted: a millisecond
                         may have several */
    uint64_t broke;   /* the event at which one last broke */
};

/* Frees the list, when libcurl has closed all sockets. */
void connections_free(struct connections *connections);

/* Makes a socket, which is close-on-exec and none of the standard descriptors.
 * CURL_SOCKET_BAD: errno says why. */
curl_socket_t connections_open(struct connections *connections,
                               const struct curl_sockaddr *address);

/* Closes a socket; for CURLOPT_CLOSESOCKETFUNCTION: `user` is the struct. */
int connections_close(void *user, curl_socket_t socket);

/* One broke: what is idle now is in doubt. `now` is in ms. */
void connections_note_break(struct connections *connections, int64_t now);

/* An exchange over HTTP/1.1 has ended: what comes between responses is no
 * response. */
void connections_note_http1(struct connections *connections,
                            struct ports ports);

/* A response has begun on a connection that may have HTTP/2. */
void connections_note_response(struct connections *connections,
                               struct ports ports);

/* True: connections_note_response was called for this connection. */
bool connections_has_responded(const struct connections *connections,
                               struct ports ports);

/* True: the connection has HTTP/1.1, and bytes wait in it or its peer has
 * closed it. */
bool connections_is_readable(const struct connections *connections,
                             struct ports ports);

/* True: the connection has HTTP/1.1, and was idle when another one broke. */
bool connections_is_in_doubt(const struct connections *connections,
                             struct ports ports);

/* The whole seconds since one last broke; `most` if it is longer ago. */
long connections_sound_for(const struct connections *connections, int64_t now,
                           long most);

#endif
