/* SPDX-License-Identifier: MIT */
/* A job, a server's answers, and what must be so at the end of it. */
#ifndef LUMA_FUZZ_VERDICT_H
#define LUMA_FUZZ_VERDICT_H

#include "luma.h"
#include "peer.h"

enum { IDS = 3, ANSWERS = 8 };

#define TOKEN "sk-0123456789"

enum run_kind {
    FETCH,
    GET,
    POST,
    HEAD,
    WATCH,
    GENERATE,
    LINK,
    TASK_LINK,
    KINDS
};

struct run {
    enum run_kind kind;
    bool allow_private, retry;
    struct luma_options options;
    struct peer_answer answers[ANSWERS];
    size_t answer_count;
    struct luma_client *client;
    struct luma_job *job;
    unsigned tasks[IDS], settled[IDS]; /* of each id */
    bool missing, value, scalar;
};

/* Ends the program where the job, which has ended, has broken a promise. */
void verdict_check(const struct run *run);

#endif
