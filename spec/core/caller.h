/* SPDX-License-Identifier: MIT */
/* What a plain C program does with luma.h, in the steps that tests share. */
#ifndef LUMA_CALLER_H
#define LUMA_CALLER_H

#include "luma.h"
#include "server.h"

enum { SOON_MS = 20000 /* longer than anything here should take */ };

/* The server that all of it talks to. */
extern struct server *server;

int64_t now_ms(void);

/* The options of a client of the server. */
struct luma_options usual(void);

struct luma_client *new_client(const struct luma_options *options);

/* "id-0", "id-1" ...; NULL: no memory. */
struct luma_ids *make_ids(unsigned count);

/* A job for so many ids. */
struct luma_job *fetch(struct luma_client *client, unsigned count,
                       int64_t deadline);

/* Takes events until the job has ended; gives how many tasks there were. */
unsigned run(struct luma_client *client, const struct luma_job *job);

/* How many of the job's ids have this outcome; both ways to count agree. */
size_t count_of(const struct luma_job *job, enum luma_outcome outcome);

/* The client's descriptor says that something is there. */
bool readable(struct luma_client *client);

/* Frees both in the usual order; the server is well-behaved again. */
void leave(struct luma_client *client, struct luma_job *job);

#endif
