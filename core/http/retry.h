/* SPDX-License-Identifier: MIT */
/* Whether and when to retry a failed request. Pure: the caller passes the time
 * and a random number; nothing blocks.
 *
 * The first delay is short, for a failure that is over at once. The later ones
 * are seconds, for a gateway that restarts: three attempts survive an outage of
 * two seconds. A budget limits the retries when many requests fail, so that a
 * client does not add to the load. A Retry-After of up to RETRY_AFTER_CAP is
 * followed. */
#ifndef LUMA_RETRY_H
#define LUMA_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum {
    RETRY_MAX_ATTEMPTS = 5,
    RETRY_AFTER_CAP = 60 /* longest Retry-After that is followed, in seconds */
};

/* The retries that are allowed now. It starts full; each retry takes one. One
 * per loop thread. */
struct retry_budget {
    double retries;
    int64_t since; /* ms: when time last gave some back */
};

struct retry_budget retry_budget_new(void);

/* A request has succeeded, which gives a part of a retry back. */
void retry_earn(struct retry_budget *budget);

enum retry_after_kind {
    RETRY_AFTER_NONE,    /* no header, or a time in the past */
    RETRY_AFTER_SECONDS, /* wait so many seconds */
    RETRY_AFTER_INVALID  /* unreadable */
};

struct retry_after {
    enum retry_after_kind kind;
    double seconds;
};

/* Reads a Retry-After header: digits, or a date in one of the three HTTP
 * formats. A date is compared with the Date header or, if `date` is NULL or
 * invalid, with `now` (Unix seconds). A NULL `value` gives RETRY_AFTER_NONE. */
struct retry_after retry_after_read(const char *value, const char *date,
                                    int64_t now);

struct retry_question {
    enum retry_class retry_class;
    unsigned attempt;  /* how many there were */
    unsigned attempts; /* how many are allowed */
    struct retry_after retry_after;
    int64_t left;            /* ms until the job's deadline; below 0: none */
    int64_t attempt_timeout; /* ms */
    bool progressed;         /* the attempt brought something: a free retry */
    int64_t now;             /* ms on the monotonic clock */
    double random;           /* from 0 to 1 */
};

enum retry_verdict {
    RETRY_STOP,        /* a retry cannot help, or no attempt is left */
    RETRY_STOP_LATER,  /* Retry-After is too long */
    RETRY_STOP_BUDGET, /* the budget is used up */
    RETRY_STOP_TIME,   /* the deadline is too close */
    RETRY_DELAYED      /* retry after `delay` ms */
};

struct retry_answer {
    enum retry_verdict verdict;
    int64_t delay; /* ms */
};

/* Decides. RETRY_DELAYED takes a retry from the budget. */
struct retry_answer retry_decide(struct retry_budget *budget,
                                 const struct retry_question *question);

/* Appends to the message why the request is not retried, if that was luma's
 * decision. */
void retry_explain(struct luma_error *error, enum retry_verdict verdict);

#endif
