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
    atomic_uint generations;   /* among them */
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

static bool send_text(int fd, const char *text)
{
    struct buf reply = {0};

    must(buf_append_text(&reply, text));
    return send_all(fd, &reply);
}

/* The file from byte `first` on, or half of it: false. */
static bool send_file(int fd, int first, bool whole)
{
    int last = whole ? SERVER_FILE : SERVER_FILE / 2, i;
    struct buf reply = {0};

    if (first)
        say(&reply,
            "HTTP/1.1 206 Partial Content\r\n"
            "Content-Range: bytes %d-%d/%d\r\n",
            first, SERVER_FILE - 1, SERVER_FILE);
    else
        say(&reply, "HTTP/1.1 200 OK\r\n");
    say(&reply,
        "Content-Type: video/mp4\r\nETag: \"v\"\r\n"
        "Content-Length: %d\r\n\r\n",
        SERVER_FILE - first);
    for (i = first; i < last; i++)
        say(&reply, "v");
    return send_all(fd, &reply) && whole;
}

/* The answer to a GET. */
static bool answer_file(int fd, const char *request)
{
    const char *range = strstr(request, "Range: bytes=");
    int first = range ? (int)strtol(range + 13, NULL, 10) : 0;

    if (strncmp(request, "GET /old", 8) == 0)
        return send_text(fd,
                         "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    if (strncmp(request, "GET /from", 9) == 0)
        return send_text(fd, "HTTP/1.1 302 Found\r\nLocation: /file\r\n"
                             "Content-Length: 0\r\n\r\n");
    return send_file(fd, first, first || strncmp(request, "GET /half", 9) != 0);
}

/* It has the token and, if it comes as to a proxy, the proxy's password. */
static bool is_allowed(const char *request)
{
    bool proxied = strncmp(strchr(request, ' '), " http:", 6) == 0;

    return strstr(request, "\r\nAuthorization: Bearer ") &&
           (!proxied || strstr(request, "\r\nProxy-Authorization: Basic "));
}

/* What a POST is answered with, which the manner may change. */
static void say_answer(struct server *s, const char *request, const char *body,
                       struct buf *to)
{
    int manner = atomic_load(&s->manner);
    unsigned most = manner == SERVER_KNOWS_NONE ? 0
                    : manner == SERVER_CAPS     ? 2
                                                : ~0u;

    if (strstr(request, "/luma/generations HTTP")) {
        atomic_fetch_add(&s->generations, 1);
        say(to, most ? "{\"id\":\"made\",\"state\":\"pending\"}" : "{}");
        return;
    }
    body = strchr(body, '[');
    must(body);
    say_tasks(to, body, most, manner == SERVER_LINKS ? s->url : NULL);
}

/* False: the connection is to be closed. */
static bool answer(struct server *s, int fd, const char *request,
                   const char *body)
{
    int manner = atomic_load(&s->manner);
    struct buf text = {0}, reply = {0};

    atomic_fetch_add(&s->requests, 1);
    if (!is_allowed(request))
        return send_text(fd, "HTTP/1.1 401 Unauthorized\r\n"
                             "Content-Length: 0\r\n\r\n");
    if (manner == SERVER_STALLS || manner == SERVER_HANGS_UP)
        return manner == SERVER_STALLS;
    if (manner == SERVER_HANGS_UP_ONCE) {
        atomic_store(&s->manner, SERVER_ANSWERS);
        return false;
    }
    if (manner == SERVER_REDIRECTS)
        return send_text(fd, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
                             "Content-Length: 0\r\n\r\n");
    if (manner == SERVER_REFUSES)
        return send_text(fd, "HTTP/1.1 400 Bad Request\r\nContent-Type: "
                             "application/json\r\nContent-Length: 12\r\n\r\n"
                             "{\"why\":\"no\"}");
    say_answer(s, request, body, &text);
    say(&reply,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n",
        text.len);
    say_buf(&reply, &text);
    buf_free(&text);
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
    if (!(*in->data == 'G' ? answer_file(fd, in->data)
                           : answer(s, fd, in->data, body)))
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

unsigned server_generations(const struct server *s)
{
    return atomic_load(&s->generations);
}
