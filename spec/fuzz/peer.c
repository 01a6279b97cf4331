/* SPDX-License-Identifier: MIT */
/* One poll loop. What the other thread changes is under a lock, and the loop
 * looks whether something has changed while it slept. */
#include "peer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "spec/core/check.h"

enum { PLACES = 20, TEXTS = 40 };

static struct {
    pthread_mutex_t lock;
    char url[40];
    int port;
    unsigned round;            /* of peer_set */
    struct pollfd fds[PLACES]; /* the listener, and connections */
    struct buf in[PLACES];
    const struct peer_answer *answers;
    size_t count, requests;
    struct buf texts[TEXTS];
} peer = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- answers ----------------------------------------------------------- */

static void hang_up(int i)
{
    close(peer.fds[i].fd);
    peer.fds[i].fd = -1;
    buf_free(&peer.in[i]);
}

static void reset(int i)
{
    struct linger linger = {.l_onoff = 1};

    setsockopt(peer.fds[i].fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    hang_up(i);
}

/* It fits into the buffers of the socket. */
static void answer(int i)
{
    size_t n = peer.requests < peer.count ? peer.requests : peer.count - 1;
    const struct peer_answer *a = &peer.answers[n];

    if (peer.requests < TEXTS) {
        peer.texts[peer.requests] = peer.in[i];
        peer.in[i] = (struct buf){0};
    }
    buf_clear(&peer.in[i]);
    peer.requests++;
    send(peer.fds[i].fd, a->bytes.data, a->bytes.len, MSG_NOSIGNAL);
    if (a->end == PEER_CLOSES)
        hang_up(i);
    else if (a->end == PEER_RESETS)
        reset(i);
}

/* ---- requests ---------------------------------------------------------- */

/* Of luma's requests, only the length of the body is looked at. */
static bool is_whole(struct buf *in)
{
    const char *length, *body;

    must(buf_append(in, "", 1)); /* a NUL that does not stay */
    in->len--;
    body = strstr(in->data, "\r\n\r\n");
    if (!body)
        return false;
    length = strstr(in->data, "Content-Length: ");
    return !length || length > body ||
           in->len - (size_t)(body + 4 - in->data) >=
               strtoul(length + 16, NULL, 10);
}

static void serve(int i)
{
    char *room = buf_reserve(&peer.in[i], 16384);
    ssize_t n;

    must(room);
    n = read(peer.fds[i].fd, room, 16384);
    if (n <= 0) {
        hang_up(i);
        return;
    }
    peer.in[i].len += (size_t)n;
    if (!is_whole(&peer.in[i]))
        return;
    if (peer.count)
        answer(i);
    else
        reset(i);
}

static void welcome(void)
{
    int fd = accept(peer.fds[0].fd, NULL, NULL), i = 1;

    while (i < PLACES && peer.fds[i].fd >= 0)
        i++;
    if (i < PLACES)
        peer.fds[i].fd = fd;
    else
        close(fd);
}

/* ---- the thread -------------------------------------------------------- */

static void handle(const struct pollfd *ready)
{
    int i;

    for (i = 1; i < PLACES; i++)
        if (ready[i].revents && peer.fds[i].fd == ready[i].fd)
            serve(i);
    if (ready[0].revents)
        welcome();
}

static void *run(void *unused)
{
    struct pollfd fds[PLACES];
    unsigned round;

    (void)unused;
    for (;;) {
        pthread_mutex_lock(&peer.lock);
        round = peer.round;
        memcpy(fds, peer.fds, sizeof fds);
        pthread_mutex_unlock(&peer.lock);
        poll(fds, PLACES, -1);
        pthread_mutex_lock(&peer.lock);
        if (round == peer.round)
            handle(fds);
        pthread_mutex_unlock(&peer.lock);
    }
    return NULL;
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 &&
         listen(fd, PLACES) == 0 &&
         getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    peer.port = ntohs(address.sin_port);
    snprintf(peer.url, sizeof peer.url, "http://127.0.0.1:%d", peer.port);
    return fd;
}

void peer_start(void)
{
    sigset_t all, before;
    pthread_t thread;
    int i;

    for (i = 0; i < PLACES; i++)
        peer.fds[i] = (struct pollfd){-1, POLLIN, 0};
    peer.fds[0].fd = listen_somewhere();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the other */
    must(pthread_create(&thread, NULL, run, NULL) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_detach(thread);
}

/* ---- the other thread -------------------------------------------------- */

/* Those that nobody has accepted yet. */
static void refuse_waiting(void)
{
    while (poll(peer.fds, 1, 0) > 0)
        close(accept(peer.fds[0].fd, NULL, NULL));
}

void peer_set(const struct peer_answer *answers, size_t count)
{
    int i;

    pthread_mutex_lock(&peer.lock);
    peer.round++;
    peer.answers = answers;
    peer.count = count;
    peer.requests = 0;
    for (i = 1; i < PLACES; i++)
        if (peer.fds[i].fd >= 0)
            hang_up(i);
    refuse_waiting();
    for (i = 0; i < TEXTS; i++)
        buf_free(&peer.texts[i]);
    pthread_mutex_unlock(&peer.lock);
}

size_t peer_requests(void)
{
    size_t requests;

    pthread_mutex_lock(&peer.lock);
    requests = peer.requests;
    pthread_mutex_unlock(&peer.lock);
    return requests;
}

const char *peer_request(size_t number)
{
    return number < TEXTS ? peer.texts[number].data : NULL;
}

const char *peer_url(void)
{
    return peer.url;
}

int peer_port(void)
{
    return peer.port;
}
