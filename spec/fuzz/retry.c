/* SPDX-License-Identifier: MIT */
/* No Retry-After parks a client for more than a minute, or rushes it. */
#include "fuzz.h"

#include <stdlib.h>
#include <time.h>

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

/* A date, in each form that HTTP has, is the time that the C library made it
 * of. Years of two digits end in 2069. */
static void check_dates(struct fuzz_input *in)
{
    static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT",
                                        "%A, %d-%b-%y %H:%M:%S GMT",
                                        "%a %b %e %H:%M:%S %Y"};
    time_t then = (time_t)fuzz_number(in, 3155760000);
    time_t now = (time_t)fuzz_number(in, 3155760000);
    size_t form = fuzz_number(in, COUNT(forms));
    char value[60], date[60];
    struct retry_after after;
    struct tm tm;

    strftime(value, sizeof value, forms[form], gmtime_r(&then, &tm));
    strftime(date, sizeof date, forms[fuzz_number(in, COUNT(forms))],
             gmtime_r(&now, &tm));
    after = retry_after_read(value, date, 0);
    fuzz_insist(after.kind ==
                        (then > now ? RETRY_AFTER_SECONDS : RETRY_AFTER_NONE) &&
                    (then <= now || after.seconds == (double)(then - now)),
                "a date is the time that it says");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input in = {bytes, len};
    char *value = fuzz_line(&in), *date = fuzz_line(&in);
    int64_t now = (int64_t)fuzz_number(&in, 2000000000) * 2;
    struct retry_after after = retry_after_read(value, date, now);
    struct fuzz_input all = {bytes, len};

    fuzz_insist(after.kind != RETRY_AFTER_SECONDS || after.seconds >= 0,
                "a time in the past is none");
    decide(&in, after);
    check_dates(&all);
    free(value);
    free(date);
    return 0;
}
