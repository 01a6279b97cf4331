/* SPDX-License-Identifier: MIT */
/* A schedule with a kind of job of its own: the schedule knows no more of a
 * kind than its table. One thread. */
#ifndef LUMA_COUNTED_H
#define LUMA_COUNTED_H

#include "loop/schedule.h"

enum { LIMIT = 1000 /* bytes that may be undelivered */ };

/* A job with so many requests, one after the other. */
struct counted {
    struct job job; /* first */
    struct request request;
    int left;
    int64_t due;
    enum request_verdict verdict;
    enum doc_verdict doc;
    enum luma_code unfit; /* why the next request cannot be sent, or 0 */
    bool progresses;
    unsigned failed, dropped, ticks, last_ticks;
};

extern struct channel *channel;
extern struct schedule schedule;

/* A new schedule and its channel, and their end. */
void start_schedule(void);
void stop_schedule(void);

/* A job that the schedule has taken in. */
struct counted *submit(int requests);

/* The exchange of the request has ended in this way. */
void answer(struct request *request, enum luma_code code);

#endif
