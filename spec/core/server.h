/* SPDX-License-Identifier: MIT */
/* A gateway on the loopback, or a proxy of one, on a thread of its own: it
 * answers each request with a task for each id in it, or misbehaves as told. A
 * GET gets a file of SERVER_FILE bytes, or the rest of it that is asked for;
 * but what is called /old has expired, /from is at /file, and /half breaks off
 * in the middle. A generation gets the task "made". */
#ifndef LUMA_SERVER_H
#define LUMA_SERVER_H

enum server_manner {
    SERVER_ANSWERS,
    SERVER_KNOWS_NONE,    /* answers [], or {} to a generation */
    SERVER_CAPS,          /* answers with the first two */
    SERVER_LINKS,         /* answers tasks whose video is a file here */
    SERVER_STALLS,        /* reads the request and is silent */
    SERVER_HANGS_UP,      /* reads the request and closes */
    SERVER_HANGS_UP_ONCE, /* the first time, and then SERVER_ANSWERS */
    SERVER_REDIRECTS,     /* answers with another place */
    SERVER_REFUSES        /* answers with HTTP 400 and {"why":"no"} */
};

enum { SERVER_FILE = 3000 /* bytes of 'v' */ };

struct server;

/* Running and ready; it stops the test when it cannot. */
struct server *server_start(void);

/* Waits for its thread, and frees. */
void server_stop(struct server *server);

/* "http://127.0.0.1:PORT" */
const char *server_url(const struct server *server);

/* For the requests that come from now on. */
void server_set(struct server *server, enum server_manner manner);

/* How many whole requests came so far. */
unsigned server_requests(const struct server *server);

/* How many of them were to make a task. */
unsigned server_generations(const struct server *server);

#endif
