/* SPDX-License-Identifier: MIT */
/* No Retry-After parks a client for more than a minute, or rushes it. */
#include "fuzz.h"

#include <stdlib.h>

#include "http/retry.h"
#include "spec/core/check.h"

static void decide(struct fuzz_input *in, struct retry_after after)
{
    struct retry_budget budget = retry_budget_new();
    struct retry_question question = {
        .retry_class = (enum retry_class)fuzz_number(in, 4),
        .attempt = (unsigned)fuzz_number(in, 8),
        .attempts = (unsigned)fuzz_number(in, 8),
        .retry_after = after,
        .left = (int64_t)fuzz_number(in, 200000) - 1,
        .attempt_timeout = (int64_t)fuzz_number(in, 60000),
        .random = (double)fuzz_number(in, 1000) / 1000,
    };
    struct retry_answer answer = retry_decide(&budget, &question);

    if (answer.verdict != RETRY_DELAYED)
        return;
    fuzz_insist(answer.delay >= 0 && answer.delay <= RETRY_AFTER_CAP * 1000,
                "a delay of up to a minute");
    fuzz_insist(question.left < 0 || answer.delay <= question.left,
                "a retry before the deadline");
    fuzz_insist(after.kind != RETRY_AFTER_SECONDS ||
                    answer.delay >= (int64_t)(after.seconds * 1000),
                "a retry after Retry-After");
    fuzz_insist(question.attempt < question.attempts,
                "an attempt that is allowed");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input in = {bytes, len};
    char *value = fuzz_line(&in), *date = fuzz_line(&in);
    int64_t now = (int64_t)fuzz_number(&in, 2000000000) * 2;
    struct retry_after after = retry_after_read(value, date, now);

    fuzz_insist(after.kind != RETRY_AFTER_SECONDS || after.seconds >= 0,
                "a time in the past is none");
    decide(&in, after);
    free(value);
    free(date);
    return 0;
}
