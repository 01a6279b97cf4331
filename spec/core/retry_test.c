/* SPDX-License-Identifier: MIT */
/* Tests of retry.h: each rule of the decision at both sides of its limit, and
 * that no outage makes a storm. */
#include "http/retry.h"

#include "check.h"

/* ---- one decision ------------------------------------------------------ */

/* A question whose answer is RETRY_DELAYED 25 ms. */
static const struct retry_question usual = {
    .retry_class = RETRY_CLASS_TRANSIENT,
    .attempt = 1,
    .attempts = 3,
    .left = -1,
    .attempt_timeout = 30000,
    .random = 0.5,
};

static struct retry_answer ask(const struct retry_question *question)
{
    struct retry_budget budget = retry_budget_new();

    return retry_decide(&budget, question);
}

static void test_attempts(void)
{
    static const struct {
        enum retry_class retry_class;
        unsigned attempt, attempts;
        enum retry_verdict verdict;
    } rows[] = {
        {RETRY_CLASS_TRANSIENT, 1, 3, RETRY_DELAYED},
        {RETRY_CLASS_TRANSIENT, 2, 3, RETRY_DELAYED},
        {RETRY_CLASS_TRANSIENT, 3, 3, RETRY_STOP},
        {RETRY_CLASS_TRANSIENT, 4, 3, RETRY_STOP},
        {RETRY_CLASS_TRANSIENT, 1, 1, RETRY_STOP},
        {RETRY_CLASS_TRANSIENT, 1, 2, RETRY_DELAYED},
        {RETRY_CLASS_TRANSIENT, 4, 5, RETRY_DELAYED},
        {RETRY_CLASS_TRANSIENT, 5, 5, RETRY_STOP},
        {RETRY_CLASS_TRANSIENT, 4, 9, RETRY_DELAYED},
        {RETRY_CLASS_TRANSIENT, 5, 9, RETRY_STOP},
        {RETRY_CLASS_TRANSIENT, 8, 9, RETRY_STOP},
        {RETRY_CLASS_THROTTLED, 4, 5, RETRY_DELAYED},
        {RETRY_CLASS_THROTTLED, 5, 9, RETRY_STOP},
        {RETRY_CLASS_ONCE, 1, 5, RETRY_DELAYED},
        {RETRY_CLASS_ONCE, 2, 5, RETRY_STOP},
        {RETRY_CLASS_ONCE, 1, 1, RETRY_STOP},
        {RETRY_CLASS_NEVER, 1, 5, RETRY_STOP},
        {RETRY_CLASS_NEVER, 0, 5, RETRY_STOP},
        {RETRY_CLASS_TRANSIENT, 1, 0, RETRY_STOP},
        {RETRY_CLASS_TRANSIENT, 0, 1, RETRY_DELAYED},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct retry_question q = usual;

        q.retry_class = rows[i].retry_class;
        q.attempt = rows[i].attempt;
        q.attempts = rows[i].attempts;
        CHECK_INT(ask(&q).verdict, rows[i].verdict);
    }
}

/* Full jitter: random * min(20 s, base * 2^n). */
static void test_delays(void)
{
    static const struct {
        enum retry_class retry_class;
        unsigned attempt;
        double random;
        int64_t delay;
    } rows[] = {
        {RETRY_CLASS_TRANSIENT, 1, 0, 0},
        {RETRY_CLASS_TRANSIENT, 1, 0.5, 25},
        {RETRY_CLASS_TRANSIENT, 1, 0.999, 49},
        {RETRY_CLASS_TRANSIENT, 2, 0.5, 50},
        {RETRY_CLASS_TRANSIENT, 3, 0.999, 199},
        {RETRY_CLASS_TRANSIENT, 4, 0.5, 200},
        {RETRY_CLASS_THROTTLED, 1, 0, 0},
        {RETRY_CLASS_THROTTLED, 1, 0.5, 500},
        {RETRY_CLASS_THROTTLED, 1, 0.999, 999},
        {RETRY_CLASS_THROTTLED, 2, 0.999, 1998},
        {RETRY_CLASS_THROTTLED, 3, 0.5, 2000},
        {RETRY_CLASS_THROTTLED, 4, 0.5, 4000},
        {RETRY_CLASS_THROTTLED, 4, 0.999, 7992},
        {RETRY_CLASS_ONCE, 1, 0.5, 25},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct retry_question q = usual;
        struct retry_answer answer;

        q.retry_class = rows[i].retry_class;
        q.attempt = rows[i].attempt;
        q.attempts = RETRY_MAX_ATTEMPTS;
        q.random = rows[i].random;
        answer = ask(&q);
        CHECK_INT(answer.verdict, RETRY_DELAYED);
        CHECK_INT(answer.delay, rows[i].delay);
    }
}

/* What the gateway asks for is obeyed up to 60 s, and never shortens. */
static void test_hinted(void)
{
    static const struct {
        enum retry_after_kind kind;
        double seconds, random;
        enum retry_verdict verdict;
        int64_t delay;
    } rows[] = {
        {RETRY_AFTER_SECONDS, 1, 0, RETRY_DELAYED, 1000},
        {RETRY_AFTER_SECONDS, 1, 0.999, RETRY_DELAYED, 3996},
        {RETRY_AFTER_SECONDS, 3, 0.999, RETRY_DELAYED, 3996},
        {RETRY_AFTER_SECONDS, 4, 0.999, RETRY_DELAYED, 4000},
        {RETRY_AFTER_SECONDS, 20, 0.5, RETRY_DELAYED, 20000},
        {RETRY_AFTER_SECONDS, 60, 0.999, RETRY_DELAYED, 60000},
        {RETRY_AFTER_SECONDS, 61, 0.5, RETRY_STOP_LATER, 0},
        {RETRY_AFTER_SECONDS, 1e9, 0.5, RETRY_STOP_LATER, 0},
        {RETRY_AFTER_SECONDS, 253402300799.0, 0, RETRY_STOP_LATER, 0},
        {RETRY_AFTER_NONE, 0, 0.5, RETRY_DELAYED, 2000},
        {RETRY_AFTER_NONE, 999, 0.5, RETRY_DELAYED, 2000},
        {RETRY_AFTER_INVALID, 0, 0.5, RETRY_DELAYED, 2000},
        {RETRY_AFTER_INVALID, 999, 0.5, RETRY_DELAYED, 2000},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct retry_question q = usual;
        struct retry_answer answer;

        q.retry_class = RETRY_CLASS_THROTTLED;
        q.attempt = 3;
        q.attempts = 5;
        q.retry_after.kind = rows[i].kind;
        q.retry_after.seconds = rows[i].seconds;
        q.random = rows[i].random;
        answer = ask(&q);
        CHECK_INT(answer.verdict, rows[i].verdict);
        CHECK_INT(answer.delay, rows[i].delay);
    }
}

/* No attempt starts with less than a tenth of its time left. */
static void test_deadline(void)
{
    static const struct {
        int64_t left, timeout;
        double retry_after;
        enum retry_verdict verdict;
    } rows[] = {
        {-1, 30000, 0, RETRY_DELAYED},
        {3025, 30000, 0, RETRY_DELAYED},
        {3024, 30000, 0, RETRY_STOP_TIME},
        {0, 30000, 0, RETRY_STOP_TIME},
        {25, 0, 0, RETRY_DELAYED},
        {24, 0, 0, RETRY_STOP_TIME},
        {13000, 30000, 10, RETRY_DELAYED},
        {12999, 30000, 10, RETRY_STOP_LATER},
        {100000, 30000, 60, RETRY_DELAYED},
        {100000, 30000, 61, RETRY_STOP_LATER},
        {1, 30000, 1, RETRY_STOP_LATER},
        {INT64_MAX, 86400000, 0, RETRY_DELAYED},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct retry_question q = usual;

        q.left = rows[i].left;
        q.attempt_timeout = rows[i].timeout;
        q.retry_after.kind = rows[i].retry_after > 0 ? RETRY_AFTER_SECONDS
                                                     : RETRY_AFTER_NONE;
        q.retry_after.seconds = rows[i].retry_after;
        CHECK_INT(ask(&q).verdict, rows[i].verdict);
    }
}

/* ---- the budget -------------------------------------------------------- */

/* Asks the same again until it is refused; gives how often it was not. */
static unsigned spend(struct retry_budget *budget, enum retry_class how,
                      double cost)
{
    struct retry_question q = usual;
    unsigned times = 0;

    q.retry_class = how;
    for (; times < 1000; times++) {
        struct retry_budget before = *budget;
        struct retry_answer answer = retry_decide(budget, &q);

        if (answer.verdict != RETRY_DELAYED) {
            CHECK_INT(answer.verdict, RETRY_STOP_BUDGET);
            CHECK(answer.cost == 0 && answer.delay == 0);
            CHECK(memcmp(&before, budget, sizeof before) == 0);
            break;
        }
        insist(answer.cost == cost && budget->tokens == before.tokens - cost &&
                   budget->retries == before.retries + 1,
               "a retry is paid for");
    }
    return times;
}

static void test_bucket(void)
{
    struct retry_budget budget = retry_budget_new();

    CHECK(budget.tokens == 500 && !budget.requests && !budget.retries);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, 14), 35);
    CHECK(budget.tokens == 10);
    CHECK_INT(spend(&budget, RETRY_CLASS_THROTTLED, 5), 2);
    CHECK(budget.tokens == 0);
    retry_refund(&budget, 0); /* a clean success */
    CHECK(budget.tokens == 1);
    retry_refund(&budget, 28);
    CHECK(budget.tokens == 29);
    CHECK_INT(spend(&budget, RETRY_CLASS_ONCE, 14), 2);
    retry_refund(&budget, 1e9);
    CHECK(budget.tokens == 500);
    retry_refund(&budget, 0);
    CHECK(budget.tokens == 500);
    budget = retry_budget_new();
    CHECK_INT(spend(&budget, RETRY_CLASS_THROTTLED, 5), 100);
}

/* Beyond 100 requests, one retry for ten of them. */
static void test_share(void)
{
    struct retry_budget budget = retry_budget_new();
    unsigned i;

    for (i = 0; i < 100; i++)
        retry_count_request(&budget);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, 14), 35);
    retry_refund(&budget, 500);
    budget.retries = 9;
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, 14), 35);
    budget = (struct retry_budget){.tokens = 500, .requests = 101};
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, 14), 10);
    CHECK(budget.tokens == 360);
    for (i = 101; i < 200; i++)
        retry_count_request(&budget);
    CHECK_INT(spend(&budget, RETRY_CLASS_THROTTLED, 5), 10);
    CHECK_INT(budget.retries, 20);
}

/* A question that is refused for another reason costs nothing. */
static void test_refusals_are_free(void)
{
    struct retry_budget budget = retry_budget_new(), before = budget;
    struct retry_question q = usual;

    q.attempt = 3;
    CHECK_INT(retry_decide(&budget, &q).verdict, RETRY_STOP);
    q = usual;
    q.left = 10;
    CHECK_INT(retry_decide(&budget, &q).verdict, RETRY_STOP_TIME);
    q = usual;
    q.retry_after = (struct retry_after){RETRY_AFTER_SECONDS, 61};
    CHECK_INT(retry_decide(&budget, &q).verdict, RETRY_STOP_LATER);
    CHECK(memcmp(&budget, &before, sizeof budget) == 0);
}

/* ---- an outage --------------------------------------------------------- */

/* Sends of `requests` that all fail but every `good`-th send (0: all). */
static unsigned outage(enum retry_class how, unsigned requests,
                       unsigned attempts, unsigned good)
{
    struct retry_budget budget = retry_budget_new();
    unsigned i, sends = 0;

    for (i = 0; i < requests; i++) {
        struct retry_question q = usual;
        struct retry_answer answer = {RETRY_DELAYED, 0, 0};
        double spent = 0;

        q.retry_class = how;
        q.attempts = attempts;
        q.attempt = 0;
        retry_count_request(&budget);
        while (answer.verdict == RETRY_DELAYED) {
            spent += answer.cost;
            q.attempt++;
            if (good && ++sends % good == 0) {
                retry_refund(&budget, spent);
                break;
            }
            sends += !good;
            answer = retry_decide(&budget, &q);
        }
        insist(i < 100 || sends <= requests + requests / 10 || good,
               "never over 1.1 times");
    }
    return sends;
}

/* Without one success the bucket is never refilled: 500 / 14 retries, or
 * 500 / 5, in all. With successes, the first 100 requests may use all their
 * attempts, and beyond them the share holds: whichever is more. */
static void test_outage(void)
{
    static const unsigned good[] = {2, 3, 5, 10, 50};
    size_t i;

    CHECK_INT(outage(RETRY_CLASS_TRANSIENT, 1000, 3, 0), 1035);
    CHECK_INT(outage(RETRY_CLASS_THROTTLED, 1000, 3, 0), 1100);
    CHECK_INT(outage(RETRY_CLASS_TRANSIENT, 10, 3, 0), 30);
    CHECK_INT(outage(RETRY_CLASS_TRANSIENT, 100, 3, 0), 135);
    CHECK_INT(outage(RETRY_CLASS_TRANSIENT, 10000, 5, 0), 10035);
    CHECK_INT(outage(RETRY_CLASS_THROTTLED, 10000, 5, 0), 10100);
    CHECK_INT(outage(RETRY_CLASS_ONCE, 1000, 5, 0), 1035);
    CHECK_INT(outage(RETRY_CLASS_NEVER, 1000, 5, 0), 1000);
    for (i = 0; i < COUNT(good); i++) {
        CHECK(outage(RETRY_CLASS_THROTTLED, 1000, 3, good[i]) <= 1000 + 200);
        CHECK(outage(RETRY_CLASS_TRANSIENT, 1000, 3, good[i]) <= 1000 + 200);
        CHECK(outage(RETRY_CLASS_THROTTLED, 5000, 3, good[i]) <= 5000 + 500);
        CHECK(outage(RETRY_CLASS_TRANSIENT, 5000, 5, good[i]) <= 5000 + 500);
    }
}

/* ---- many questions ---------------------------------------------------- */

static struct retry_question any_question(uint64_t *seed)
{
    static const double chances[] = {0, 0.5, 0.999};
    struct retry_question q = {
        .retry_class = (enum retry_class)chance(seed, 4),
        .attempt = (unsigned)chance(seed, 8),
        .attempts = (unsigned)chance(seed, 8),
        .retry_after.kind = (enum retry_after_kind)chance(seed, 3),
        .retry_after.seconds = (double)chance(seed, 80),
        .left = (int64_t)chance(seed, 70000) - 10000,
        .attempt_timeout = (int64_t)chance(seed, 60000),
        .random = chances[chance(seed, 3)],
    };

    if (chance(seed, 3) == 0)
        q.random = (double)chance(seed, 1 << 20) / (1 << 20);
    if (q.retry_after.kind != RETRY_AFTER_SECONDS)
        q.retry_after.seconds = 0;
    return q;
}

/* The policy once more, as one sentence. */
static bool may_repeat(const struct retry_budget *budget,
                       const struct retry_question *q, double delay)
{
    unsigned most = q->retry_class == RETRY_CLASS_ONCE ? 2 : 5;
    double cost = q->retry_class == RETRY_CLASS_THROTTLED ? 5 : 14;

    return q->retry_class != RETRY_CLASS_NEVER && q->attempt < q->attempts &&
           q->attempt < most && q->retry_after.seconds <= 60 &&
           (q->left < 0 ||
            delay + 0.1 * (double)q->attempt_timeout <= (double)q->left) &&
           budget->tokens >= cost &&
           (budget->requests <= 100 ||
            (double)(budget->retries + 1) <= 0.1 * (double)budget->requests);
}

static double delay_of(const struct retry_question *q)
{
    double most = q->retry_class == RETRY_CLASS_THROTTLED ? 1000 : 50, delay;
    unsigned n = q->attempt ? q->attempt - 1 : 0;

    most *= (double)(1u << n);
    delay = q->random * (most < 20000 ? most : 20000);
    return delay > q->retry_after.seconds * 1000
               ? delay
               : q->retry_after.seconds * 1000;
}

static void check_answer(const struct retry_budget *before,
                         const struct retry_budget *after,
                         const struct retry_question *q,
                         const struct retry_answer *a)
{
    double delay = delay_of(q);
    bool yes = a->verdict == RETRY_DELAYED;

    insist(yes == may_repeat(before, q, delay), "the policy decides");
    insist(a->delay == (yes ? (int64_t)delay : 0), "the delay");
    insist(a->delay <= RETRY_AFTER_CAP * 1000, "never over a minute");
    insist(after->tokens == before->tokens - a->cost && after->tokens >= 0,
           "tokens");
    insist(yes == (a->cost > 0) && after->retries == before->retries + yes,
           "only a retry costs");
}

static void test_many_questions(void)
{
    struct retry_budget budget = retry_budget_new();
    uint64_t seed = 20250101;
    unsigned i, repeats = 0;

    for (i = 0; i < 200000; i++) {
        struct retry_question q = any_question(&seed);
        struct retry_budget before;
        struct retry_answer answer;

        if (i % 5000 == 0)
            budget = retry_budget_new();
        if (chance(&seed, 4))
            retry_count_request(&budget);
        if (chance(&seed, 2))
            retry_refund(&budget, (double)(chance(&seed, 4) * 14));
        insist(budget.tokens <= 500, "the bucket has a brim");
        before = budget;
        answer = retry_decide(&budget, &q);
        check_answer(&before, &budget, &q, &answer);
        repeats += answer.verdict == RETRY_DELAYED;
    }
    CHECK(repeats > 3000 && repeats < 100000);
}

/* ---- which failures are repeated --------------------------------------- */

static void test_retry_class_of(void)
{
    static const struct {
        enum luma_code code;
        long http_status;
        enum retry_class retry_class;
    } rows[] = {
        {LUMA_ERR_RESOLVE, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_CONNECT, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_NETWORK, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_CONNECT_TIMEOUT, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_ATTEMPT_TIMEOUT, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_STALL_TIMEOUT, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_TRUNCATED, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_REPLY, 0, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_TLS, 0, RETRY_CLASS_NEVER},
        {LUMA_ERR_TOO_LARGE, 0, RETRY_CLASS_NEVER},
        {LUMA_ERR_GATEWAY, 0, RETRY_CLASS_NEVER},
        {LUMA_ERR_DEADLINE, 0, RETRY_CLASS_NEVER},
        {LUMA_ERR_MEMORY, 0, RETRY_CLASS_NEVER},
        {LUMA_OK, 0, RETRY_CLASS_NEVER},
        {LUMA_ERR_REDIRECT, 301, RETRY_CLASS_NEVER},
        {LUMA_ERR_REJECTED, 400, RETRY_CLASS_NEVER},
        {LUMA_ERR_AUTH, 401, RETRY_CLASS_NEVER},
        {LUMA_ERR_AUTH, 403, RETRY_CLASS_NEVER},
        {LUMA_ERR_REJECTED, 404, RETRY_CLASS_NEVER},
        {LUMA_ERR_REJECTED, 408, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_REJECTED, 409, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_REJECTED, 413, RETRY_CLASS_NEVER},
        {LUMA_ERR_REJECTED, 425, RETRY_CLASS_ONCE},
        {LUMA_ERR_RATE_LIMIT, 429, RETRY_CLASS_THROTTLED},
        {LUMA_ERR_SERVER, 500, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_SERVER, 501, RETRY_CLASS_NEVER},
        {LUMA_ERR_SERVER, 502, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_SERVER, 503, RETRY_CLASS_THROTTLED},
        {LUMA_ERR_SERVER, 504, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_SERVER, 524, RETRY_CLASS_TRANSIENT},
        {LUMA_ERR_SERVER, 529, RETRY_CLASS_THROTTLED},
        {LUMA_ERR_TRUNCATED, 404, RETRY_CLASS_NEVER},
        {LUMA_ERR_TRUNCATED, 503, RETRY_CLASS_THROTTLED},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = luma_code_name(rows[i].code);
        CHECK_INT(retry_class_of(rows[i].code, rows[i].http_status),
                  rows[i].retry_class);
        if (rows[i].http_status && rows[i].code != LUMA_ERR_TRUNCATED)
            CHECK_INT(code_of_http(rows[i].http_status), rows[i].code);
    }
    check_case = "";
}

int main(void)
{
    test_attempts();
    test_delays();
    test_hinted();
    test_deadline();
    test_bucket();
    test_share();
    test_refusals_are_free();
    test_outage();
    test_many_questions();
    test_retry_class_of();
    return check_done();
}
