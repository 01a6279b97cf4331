/* SPDX-License-Identifier: MIT */
/* The gateway and the network of a simulation, in the place of exchanges: each
 * request that is sent gets some tasks and an end, at times and in ways of
 * chance. One thread. */
#ifndef LUMA_SIM_GATEWAY_H
#define LUMA_SIM_GATEWAY_H

#include "loop/schedule.h"

/* A request on its way. */
struct flight {
    struct flight *next;
    struct request *request;
    int64_t at;                 /* ms: its next task, or its end */
    char **texts;               /* the tasks that come, as JSON */
    size_t count, coming, sent; /* of them; not all come before a failure */
    struct exchange_end end;
};

/* A gateway with moods of its own: how much fails, and when nothing works. */
void gateway_begin(void);
void gateway_end(void);

/* Sends the request. Nothing of it is kept but the pointer. */
struct flight *gateway_send(struct request *request);

/* The next task, the caller's. */
struct luma_doc *gateway_task(struct flight *flight);

void gateway_free(struct flight *flight);

/* How many submissions may have arrived. */
unsigned gateway_submissions(void);

#endif
