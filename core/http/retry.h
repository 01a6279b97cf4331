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
    RETRY_HINT_CAP = 60 /* seconds the gateway may make us wait */
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

/* It got a real answer; `spent` is what its repeats had cost. */
void retry_refund(struct retry_budget *budget, double spent);

enum retry_hint_kind {
    HINT_NONE,    /* no header, or a time that is past */
    HINT_SECONDS, /* wait so long */
    HINT_ABSURD   /* not to be understood */
};

struct retry_hint {
    enum retry_hint_kind kind;
    double seconds;
};

/* Reads a Retry-After header: digits, or one of the three HTTP dates, which is
 * compared with the reply's own Date header or, where `date` is NULL or no
 * date, with `now` (Unix seconds). NULL `value` is HINT_NONE. */
struct retry_hint retry_hint(const char *value, const char *date, int64_t now);

struct retry_question {
    enum retry_class how; /* retry_class_of() */
    unsigned attempt;     /* sends so far, hidden resends included */
    unsigned attempts;    /* allowed */
    struct retry_hint hint;
    int64_t left;            /* ms until the job's deadline, < 0 for none */
    int64_t attempt_timeout; /* ms one attempt may take */
    double chance;           /* 0 to 1 */
};

enum retry_verdict {
    RETRY_STOP,        /* it would not help, or attempts are used up */
    RETRY_STOP_LATER,  /* the gateway asks for a longer wait than we give */
    RETRY_STOP_BUDGET, /* too many retries already */
    RETRY_STOP_TIME,   /* the deadline leaves no time for another */
    RETRY_AFTER        /* `delay` ms from now */
};

struct retry_answer {
    enum retry_verdict verdict;
    int64_t delay; /* ms */
    double cost;   /* taken from the bucket, for retry_refund */
};

/* Decides; a RETRY_AFTER has been paid for. */
struct retry_answer retry_decide(struct retry_budget *budget,
                                 const struct retry_question *question);

/* Adds to an error why it is not repeated, where that is the client's choice.
 */
void retry_explain(struct luma_error *error, enum retry_verdict verdict);

#endif
