/* SPDX-License-Identifier: MIT */
/* One poll loop; a request is read whole, then answered in one piece. */
#include "server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alloc.h"
#include "base/buf.h"
#include "check.h"
#include "dump.h"

enum { PLACES = 40 };

struct server {
    pthread_t thread;
    char url[40];
    atomic_int manner;
    atomic_uint requests;
    int stop[2];               /* a pipe: closed to stop */
    struct pollfd fds[PLACES]; /* the pipe, the listener, connections */
    struct buf in[PLACES];
};

/* ---- answers ----------------------------------------------------------- */

/* [{"id":...}] for the ids, which hold no quotes. */
static void say_tasks(struct buf *to, const char *ids, unsigned most,
                      const char *url)
{
    const char *end;
    unsigned n;

    say(to, "[");
    for (n = 0; n < most && (ids = strchr(ids, '"')); n++, ids = end + 1) {
        end = strchr(++ids, '"');
        must(end);
        say(to, "%s{\"id\":\"%.*s\",\"state\":\"completed\"", n ? "," : "",
            (int)(end - ids), ids);
        if (url)
            say(to, ",\"video\":{\"url\":\"%s/file\"}", url);
        say(to, "}");
    }
    say(to, "]");
}

#ifndef MSG_NOSIGNAL /* older versions of macOS have SO_NOSIGPIPE */
#define MSG_NOSIGNAL 0
#endif

static bool send_all(int fd, struct buf *reply)
{
    bool sent = send(fd, reply->data, reply->len, MSG_NOSIGNAL) ==
                (ssize_t)reply->len;

    buf_free(reply);
    return sent;
}

/* The answer to a GET. */
static bool answer_file(int fd, const char *request)
{
    struct buf reply = {0};
    int i;

    if (strncmp(request, "GET /old", 8) == 0) {
        say(&reply, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        return send_all(fd, &reply);
    }
    if (strncmp(request, "GET /from", 9) == 0) {
        say(&reply, "HTTP/1.1 302 Found\r\nLocation: /file\r\n"
                    "Content-Length: 0\r\n\r\n");
        return send_all(fd, &reply);
    }
    say(&reply,
        "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nETag: \"v\"\r\n"
        "Content-Length: %d\r\n\r\n",
        SERVER_FILE);
    for (i = 0; i < SERVER_FILE; i++)
        say(&reply, "v");
    return send_all(fd, &reply);
}

/* False: the connection is to be closed. */
static bool answer(struct server *s, int fd, const char *body)
{
    static const unsigned most[] = {~0u, 0, 2, ~0u};
    int manner = atomic_load(&s->manner);
    struct buf tasks = {0}, reply = {0};

    atomic_fetch_add(&s->requests, 1);
    if (manner == SERVER_STALLS || manner == SERVER_HANGS_UP)
        return manner == SERVER_STALLS;
    body = strchr(body, '[');
    must(body);
    say_tasks(&tasks, body, most[manner],
              manner == SERVER_LINKS ? s->url : NULL);
    say(&reply,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n",
        tasks.len);
    say_buf(&reply, &tasks);
    buf_free(&tasks);
    return send_all(fd, &reply);
}

/* ---- requests ---------------------------------------------------------- */

/* The body of the request in the buffer, or NULL while it is not whole. */
static const char *whole_body(struct buf *in)
{
    const char *length, *body;

    must(buf_append(in, "", 1)); /* a NUL that does not stay */
    in->len--;
    body = strstr(in->data, "\r\n\r\n");
    length = strstr(in->data, "Content-Length: ");
    if (body && strncmp(in->data, "GET ", 4) == 0)
        return body + 4;
    if (!body || !length)
        return NULL;
    body += 4;
    return strlen(body) >= strtoul(length + 16, NULL, 10) ? body : NULL;
}

/* False: the connection is over. */
static bool serve(struct server *s, int fd, struct buf *in)
{
    char *room = buf_reserve(in, 65536);
    const char *body;
    ssize_t n;

    must(room);
    n = recv(fd, room, 65536, 0);
    if (n <= 0)
        return false;
    in->len += (size_t)n;
    body = whole_body(in);
    if (!body)
        return true;
    if (!(*in->data == 'G' ? answer_file(fd, in->data) : answer(s, fd, body)))
        return false;
    buf_clear(in);
    return true;
}

static void hang_up(struct server *s, int i)
{
    close(s->fds[i].fd);
    s->fds[i].fd = -1;
    buf_free(&s->in[i]);
}

static void welcome(struct server *s)
{
    int fd = accept(s->fds[1].fd, NULL, NULL), i = 2;

    while (i < PLACES && s->fds[i].fd >= 0)
        i++;
    must(fd < 0 || i < PLACES);
    if (fd < 0)
        return;
#ifdef SO_NOSIGPIPE
    setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
    s->fds[i].fd = fd;
}

static void *run(void *arg)
{
    struct server *s = arg;
    int i;

    alloc_spare(true);
    while (poll(s->fds, PLACES, -1) > 0 && !s->fds[0].revents) {
        for (i = 2; i < PLACES; i++)
            if (s->fds[i].revents && !serve(s, s->fds[i].fd, &s->in[i]))
                hang_up(s, i);
        if (s->fds[1].revents)
            welcome(s);
    }
    for (i = 1; i < PLACES; i++)
        if (s->fds[i].fd >= 0)
            hang_up(s, i);
    return NULL;
}

/* ---- life -------------------------------------------------------------- */

static int listen_somewhere(char *url, size_t room)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 &&
         listen(fd, PLACES) == 0 &&
         getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    snprintf(url, room, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

struct server *server_start(void)
{
    struct server *s = calloc(1, sizeof *s);
    int i;

    must(s && pipe(s->stop) == 0);
    for (i = 0; i < PLACES; i++)
        s->fds[i] = (struct pollfd){-1, POLLIN, 0};
    s->fds[0].fd = s->stop[0];
    s->fds[1].fd = listen_somewhere(s->url, sizeof s->url);
    must(pthread_create(&s->thread, NULL, run, s) == 0);
    return s;
}

void server_stop(struct server *s)
{
    close(s->stop[1]);
    pthread_join(s->thread, NULL);
    close(s->stop[0]);
    free(s);
}

const char *server_url(const struct server *s)
{
    return s->url;
}

void server_set(struct server *s, enum server_manner manner)
{
    atomic_store(&s->manner, manner);
}

unsigned server_requests(const struct server *s)
{
    return atomic_load(&s->requests);
}
