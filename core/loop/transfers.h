/* SPDX-License-Identifier: MIT */
/* The transfers of a loop: what libcurl works on, each a request in an
 * exchange. What comes of them goes to the schedule, whose `now` they set and
 * use.
 *
 * The loop's thread only. Only writing a file waits, for the disk. */
#ifndef LUMA_TRANSFERS_H
#define LUMA_TRANSFERS_H

#include <curl/curl.h>

#include "http/connections.h"
#include "http/exchange.h"
#include "loop/schedule.h"

/* To be read by the loop. */
struct transfers {
    struct schedule *schedule;
    const struct luma_options *options;
    CURLM *multi;
    struct connections connections;
    struct exchange *busy;  /* those in flight */
    struct exchange *spare; /* those for the next request */
    size_t active;          /* how many are busy */
};

/* Of the schedule's channel. Any thread. False: out of memory. Either way
 * transfers_free is due. */
bool transfers_init(struct transfers *transfers, struct schedule *schedule);

/* Ends all that is in flight, whose jobs are cancelled, and the connections,
 * which may take its time. */
void transfers_free(struct transfers *transfers);

/* True while one more request may be sent. */
bool transfers_have_room(const struct transfers *transfers);

/* Sends the request, which is the transfers' until the schedule hears of its
 * end. False: out of memory, and it is still the caller's. */
bool transfers_start(struct transfers *transfers, struct request *request);

/* Lets libcurl work, and passes on what has come and what has ended. */
void transfers_perform(struct transfers *transfers);

/* Ends those that stall. Returns the moment when the next one might; INT64_MAX:
 * none. */
int64_t transfers_end_stalled(struct transfers *transfers);

/* The job ends with `code`. Its attempts in flight are reported, if the client
 * wants to hear of attempts, and stopped. Those of a job that is done are left
 * to be read to their ends, so that their connections can be used again. */
void transfers_end_job(struct transfers *transfers, const struct job *job,
                       enum luma_code code);

/* Waits until a socket is ready, the channel's jobs are woken, or `ms`
 * milliseconds have passed. It may return before. */
void transfers_wait(const struct transfers *transfers, int64_t ms);

#endif
