/* SPDX-License-Identifier: MIT */
/* Tests of retry.h: each rule of the decision at both sides of its limit. What
 * they make of an outage is in outage_test.c. */
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

/* The first delay is from 0 to 50 ms, or to 1 s where the server throttles. The
 * second is from 2 s to 4 s, and both limits double with each further one. */
static void test_delays(void)
{
    static const struct {
        enum retry_class retry_class;
        unsigned attempt;
        double random;
        int64_t delay;
    } rows[] = {
        {RETRY_CLASS_TRANSIENT, 0, 0.5, 25},
        {RETRY_CLASS_TRANSIENT, 1, 0, 0},
        {RETRY_CLASS_TRANSIENT, 1, 0.5, 25},
        {RETRY_CLASS_TRANSIENT, 1, 0.999, 49},
        {RETRY_CLASS_TRANSIENT, 2, 0, 2000},
        {RETRY_CLASS_TRANSIENT, 2, 0.5, 3000},
        {RETRY_CLASS_TRANSIENT, 3, 0.999, 7996},
        {RETRY_CLASS_TRANSIENT, 4, 0.5, 12000},
        {RETRY_CLASS_THROTTLED, 1, 0, 0},
        {RETRY_CLASS_THROTTLED, 1, 0.5, 500},
        {RETRY_CLASS_THROTTLED, 1, 0.999, 999},
        {RETRY_CLASS_THROTTLED, 2, 0.999, 3998},
        {RETRY_CLASS_THROTTLED, 3, 0.5, 6000},
        {RETRY_CLASS_THROTTLED, 4, 0, 8000},
        {RETRY_CLASS_THROTTLED, 4, 0.999, 15992},
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
        {RETRY_AFTER_SECONDS, 1, 0, RETRY_DELAYED, 4000},
        {RETRY_AFTER_SECONDS, 1, 0.999, RETRY_DELAYED, 7996},
        {RETRY_AFTER_SECONDS, 7, 0.999, RETRY_DELAYED, 7996},
        {RETRY_AFTER_SECONDS, 8, 0.999, RETRY_DELAYED, 8000},
        {RETRY_AFTER_SECONDS, 20, 0.5, RETRY_DELAYED, 20000},
        {RETRY_AFTER_SECONDS, 60, 0.999, RETRY_DELAYED, 60000},
        {RETRY_AFTER_SECONDS, 61, 0.5, RETRY_STOP_LATER, 0},
        {RETRY_AFTER_SECONDS, 1e9, 0.5, RETRY_STOP_LATER, 0},
        {RETRY_AFTER_SECONDS, 253402300799.0, 0, RETRY_STOP_LATER, 0},
        {RETRY_AFTER_NONE, 0, 0.5, RETRY_DELAYED, 6000},
        {RETRY_AFTER_NONE, 999, 0.5, RETRY_DELAYED, 6000},
        {RETRY_AFTER_INVALID, 0, 0.5, RETRY_DELAYED, 6000},
        {RETRY_AFTER_INVALID, 999, 0.5, RETRY_DELAYED, 6000},
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
        {3000, 30000, 0, RETRY_DELAYED},
        {2999, 30000, 0, RETRY_STOP_TIME},
        {0, 30000, 0, RETRY_STOP_TIME},
        {0, 0, 0, RETRY_DELAYED},
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

/* A delay is cut where there would be no time for the attempt after it. */
static void test_cut_delays(void)
{
    static const struct {
        unsigned attempt;
        int64_t left, delay;
    } rows[] = {
        {1, 3050, 25},   {1, 3030, 15},   {1, 3000, 0},
        {2, 7000, 3000}, {2, 5000, 1500}, {2, 3100, 75},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct retry_question q = usual;

        q.attempt = rows[i].attempt;
        q.left = rows[i].left;
        CHECK_INT(ask(&q).verdict, RETRY_DELAYED);
        CHECK_INT(ask(&q).delay, rows[i].delay);
    }
}

/* ---- the budget -------------------------------------------------------- */

/* Asks the same again until it is refused; gives how often it was not. */
static unsigned spend(struct retry_budget *budget, enum retry_class how,
                      int64_t now)
{
    struct retry_question q = usual;
    unsigned times = 0;

    q.retry_class = how;
    q.now = now;
    for (; times < 1000; times++) {
        struct retry_answer answer = retry_decide(budget, &q);

        if (answer.verdict == RETRY_DELAYED)
            continue;
        CHECK_INT(answer.verdict, RETRY_STOP_BUDGET);
        CHECK_INT(answer.delay, 0);
        break;
    }
    return times;
}

static void test_budget(void)
{
    struct retry_budget budget = retry_budget_new();
    unsigned i;

    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, 0), 35);
    retry_earn(&budget);
    retry_earn(&budget);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, 0), 0);
    retry_earn(&budget);
    CHECK_INT(spend(&budget, RETRY_CLASS_THROTTLED, 0), 1);
    for (i = 0; i < 25; i++)
        retry_earn(&budget);
    CHECK_INT(spend(&budget, RETRY_CLASS_ONCE, 0), 10);
    for (i = 0; i < 1000; i++)
        retry_earn(&budget);
    CHECK_INT(spend(&budget, RETRY_CLASS_THROTTLED, 0), 35);
}

/* Failures are forgotten with time, whatever came before them. */
static void test_time_heals(void)
{
    struct retry_budget budget = retry_budget_new();
    int64_t now = 1000000;

    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, now), 35);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, now + 39999), 0);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, now + 40001), 1);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, now + 159000), 2);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, now + 60000), 0);
    CHECK_INT(spend(&budget, RETRY_CLASS_TRANSIENT, now + 3600000), 35);
}

/* An attempt that made progress is not held against its request. */
static void test_progress(void)
{
    struct retry_budget budget = retry_budget_new(), before;
    struct retry_question q = usual;

    spend(&budget, RETRY_CLASS_TRANSIENT, 0);
    before = budget;
    CHECK_INT(retry_decide(&budget, &q).verdict, RETRY_STOP_BUDGET);
    q.progressed = true;
    CHECK_INT(retry_decide(&budget, &q).verdict, RETRY_DELAYED);
    CHECK(budget.retries == before.retries);
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

/* Retries of `requests` whose sends all fail but every `good`-th one (0: all).
 * They follow each other at once. */
static unsigned retries_of(enum retry_class how, unsigned requests,
                           unsigned attempts, unsigned good)
{
    struct retry_budget budget = retry_budget_new();
    unsigned i, sends = 0, successes = 0;

    for (i = 0; i < requests; i++) {
        struct retry_question q = usual;

        q.retry_class = how;
        q.attempts = attempts;
        q.attempt = 0;
        do {
            q.attempt++;
            if (++sends % (good ? good : UINT32_MAX) == 0) {
                successes++;
                retry_earn(&budget);
                break;
            }
        } while (retry_decide(&budget, &q).verdict == RETRY_DELAYED);
        insist(sends - i <= 36 + 0.4 * successes, "retries are earned");
    }
    return sends - requests;
}

/* Without one success there are no more than the budget had. With successes,
 * all requests may be repeated where a quarter of the sends fails. */
static void test_share(void)
{
    CHECK_INT(retries_of(RETRY_CLASS_TRANSIENT, 1000, 3, 0), 35);
    CHECK_INT(retries_of(RETRY_CLASS_THROTTLED, 1000, 3, 0), 35);
    CHECK_INT(retries_of(RETRY_CLASS_TRANSIENT, 10, 3, 0), 20);
    CHECK_INT(retries_of(RETRY_CLASS_TRANSIENT, 10000, 5, 0), 35);
    CHECK_INT(retries_of(RETRY_CLASS_ONCE, 1000, 5, 0), 35);
    CHECK_INT(retries_of(RETRY_CLASS_NEVER, 1000, 5, 0), 0);
    CHECK_INT(retries_of(RETRY_CLASS_TRANSIENT, 1000, 3, 1), 0);
    CHECK(retries_of(RETRY_CLASS_TRANSIENT, 1000, 3, 2) < 500);
    CHECK(retries_of(RETRY_CLASS_TRANSIENT, 1000, 3, 10) < 100);
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
        .progressed = chance(seed, 8) == 0,
        .random = chances[chance(seed, 3)],
    };

    if (chance(seed, 3) == 0)
        q.random = (double)chance(seed, 1 << 20) / (1 << 20);
    if (q.retry_after.kind != RETRY_AFTER_SECONDS)
        q.retry_after.seconds = 0;
    return q;
}

/* The policy once more, as one sentence. */
static bool may_repeat(double retries, const struct retry_question *q,
                       double delay, double most)
{
    unsigned sends = q->retry_class == RETRY_CLASS_ONCE ? 2 : 5;

    return q->retry_class != RETRY_CLASS_NEVER && q->attempt < q->attempts &&
           q->attempt < sends && q->retry_after.seconds <= 60 && most >= 0 &&
           delay <= most && (retries >= 1 || q->progressed);
}

static double delay_of(const struct retry_question *q, double most)
{
    double first = q->retry_class == RETRY_CLASS_THROTTLED ? 1000 : 50;
    double longest = q->attempt <= 1 ? first : 1000 * (1 << q->attempt);
    double least = q->attempt <= 1 ? 0 : 0.5, delay;

    longest = longest < most ? longest : most;
    delay = longest * (least + (1 - least) * q->random);
    return delay > q->retry_after.seconds * 1000
               ? delay
               : q->retry_after.seconds * 1000;
}

static void check_answer(double before, double after,
                         const struct retry_question *q,
                         const struct retry_answer *a)
{
    double most =
        q->left < 0 ? 1e9 : (double)q->left - 0.1 * (double)q->attempt_timeout;
    double delay = delay_of(q, most);
    bool yes = a->verdict == RETRY_DELAYED;

    insist(yes == may_repeat(before, q, delay, most), "the policy decides");
    insist(a->delay == (yes ? (int64_t)delay : 0), "the delay");
    insist(a->delay <= RETRY_AFTER_CAP * 1000, "never over a minute");
    insist(after == before - (yes && !q->progressed), "only a retry costs");
}

static void test_many_questions(void)
{
    struct retry_budget budget = retry_budget_new();
    uint64_t seed = 20250101;
    unsigned i, repeats = 0;

    for (i = 0; i < 200000; i++) {
        struct retry_question q = any_question(&seed);
        struct retry_answer answer;
        double before;

        if (i % 5000 == 0)
            budget = retry_budget_new();
        if (chance(&seed, 4) == 0)
            retry_earn(&budget);
        before = budget.retries;
        answer = retry_decide(&budget, &q);
        check_answer(before, budget.retries, &q, &answer);
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

/* Why a request is not sent again. */
static void test_explanations(void)
{
    static const struct {
        enum retry_verdict verdict;
        const char *words;
    } rows[] = {
        {RETRY_STOP_LATER, "the server asks to wait 90 s"},
        {RETRY_STOP_BUDGET, "not retried, because too much failed recently"},
        {RETRY_STOP_TIME, "not retried, because the deadline is too close"},
        {RETRY_STOP, ""},
    };
    const size_t len = strlen(luma_code_sentence(LUMA_ERR_SERVER));
    struct luma_error error;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        luma_error_set(&error, LUMA_ERR_SERVER);
        error.retry_after = 90;
        retry_explain(&error, rows[i].verdict);
        CHECK_TEXT(error.message + len + (*rows[i].words ? 2 : 0),
                   rows[i].words);
    }
}

int main(void)
{
    test_attempts();
    test_delays();
    test_hinted();
    test_deadline();
    test_cut_delays();
    test_budget();
    test_time_heals();
    test_progress();
    test_share();
    test_refusals_are_free();
    test_many_questions();
    test_retry_class_of();
    test_explanations();
    return check_done();
}
