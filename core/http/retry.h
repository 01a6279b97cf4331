/* SPDX-License-Identifier: MIT */
/* Whether and when to repeat a failed request. Pure: no clock, no chance, no
 * sleep; whoever asks brings the time and a random number along.
 *
 * Full jitter; a bucket of tokens that a broad failure empties, so that a
 * client never becomes a storm; and what the gateway itself asks for. */
#ifndef LUMA_RETRY_H
#define LUMA_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum {
    RETRY_MAX_ATTEMPTS = 5,
    RETRY_AFTER_CAP = 60 /* seconds the gateway may make us wait */
};

/* One client's. */
struct retry_budget {
    double tokens;     /* at most 500 */
    uint64_t requests; /* first sends */
    uint64_t retries;
};

struct retry_budget retry_budget_new(void);

/* A request is sent for the first time. */
void retry_count_request(struct retry_budget *budget);

/* It got a real answer; `cost` is what its repeats had cost. */
void retry_refund(struct retry_budget *budget, double cost);

enum retry_after_kind {
    RETRY_AFTER_NONE,    /* no header, or a time that is past */
    RETRY_AFTER_SECONDS, /* wait so long */
    RETRY_AFTER_INVALID  /* not to be understood */
};

struct retry_after {
    enum retry_after_kind kind;
    double seconds;
};

/* Reads a Retry-After header: digits, or one of the three HTTP dates, which is
 * compared with the reply's own Date header or, where `date` is NULL or no
 * date, with `now` (Unix seconds). NULL `value` is RETRY_AFTER_NONE. */
struct retry_after retry_after_read(const char *value, const char *date,
                                    int64_t now);

struct retry_question {
    enum retry_class retry_class; /* retry_class_of() */
    unsigned attempt;             /* sends so far, hidden resends included */
    unsigned attempts;            /* allowed */
    struct retry_after retry_after;
    int64_t left;            /* ms until the job's deadline, < 0 for none */
    int64_t attempt_timeout; /* ms one attempt may take */
    double random;           /* 0 to 1 */
};

enum retry_verdict {
    RETRY_STOP,        /* it would not help, or attempts are used up */
    RETRY_STOP_LATER,  /* the gateway asks for a longer wait than we give */
    RETRY_STOP_BUDGET, /* too many retries already */
    RETRY_STOP_TIME,   /* the deadline leaves no time for another */
    RETRY_DELAYED      /* `delay` ms from now */
};

struct retry_answer {
    enum retry_verdict verdict;
    int64_t delay; /* ms */
    double cost;   /* taken from the bucket, for retry_refund */
};

/* Decides; a RETRY_DELAYED has been paid for. */
struct retry_answer retry_decide(struct retry_budget *budget,
                                 const struct retry_question *question);

/* Adds to an error why it is not repeated, where that is the client's choice.
 */
void retry_explain(struct luma_error *error, enum retry_verdict verdict);

#endif
