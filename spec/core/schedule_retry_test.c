/* SPDX-License-Identifier: MIT */
/* Tests of schedule.h: retries, outages, and what is told of attempts. */
#include "counted.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

/* What is sent again at once is no retry, takes no attempt, and comes before
 * other jobs. */
static void test_again(void)
{
    struct counted *c;

    start_schedule();
    c = submit(1);
    submit(1);
    c->verdict = REQUEST_AGAIN;
    CHECK(schedule_next(&schedule) == &c->request);
    answer(&c->request, LUMA_OK);
    CHECK_INT(schedule_due(&schedule, true), 0);
    CHECK(schedule_next(&schedule) == &c->request);
    CHECK(c->request.attempts == 0 && c->request.tries == 1);
    CHECK(atomic_load(&channel->retries) == 0);
    stop_schedule();
}

/* A request that waits for memory is no retry, and a retry that does so is one.
 */
static void test_postponed(void)
{
    struct counted *c;
    int i;

    start_schedule();
    c = submit(1);
    c->verdict = REQUEST_FAILED;
    for (i = 0; i < 2; i++) {
        CHECK(schedule_next(&schedule) == &c->request);
        schedule_postpone(&schedule, &c->request);
        schedule.context.now = schedule_due(&schedule, true);
    }
    CHECK(schedule_next(&schedule) == &c->request);
    CHECK(atomic_load(&channel->retries) == 0);
    answer(&c->request, LUMA_ERR_NETWORK);
    for (i = 0; i < 2; i++) {
        schedule.context.now = schedule_due(&schedule, true);
        CHECK(schedule_next(&schedule) == &c->request);
        schedule_postpone(&schedule, &c->request);
    }
    CHECK(atomic_load(&channel->retries) == 1);
    CHECK(atomic_load(&c->job.retries) == 1);
    stop_schedule();
}

/* Behind the deadline there is no retry, and none is taken from the budget. */
static void test_too_late(void)
{
    struct counted *c;
    double budget;

    start_schedule();
    budget = schedule.budget.retries;
    c = submit(1);
    c->job.deadline = schedule.context.now + 10;
    c->verdict = REQUEST_FAILED;
    CHECK(schedule_next(&schedule) == &c->request);
    schedule.context.now += 20;
    answer(&c->request, LUMA_ERR_SERVER);
    CHECK_INT(c->failed, 1);
    CHECK(schedule.budget.retries >= budget);
    stop_schedule();
}

/* A request that always fails is sent as often as it may be. */
static void test_retries(int attempts)
{
    struct counted *c;
    int64_t due_at;
    int i;

    start_schedule();
    channel->options.limits.attempts = (size_t)attempts;
    c = submit(1);
    c->verdict = REQUEST_FAILED;
    for (i = 1; i < attempts; i++) {
        CHECK(schedule_next(&schedule) == &c->request);
        answer(&c->request, LUMA_ERR_NETWORK);
        due_at = schedule_due(&schedule, true);
        CHECK(due_at > schedule.context.now && due_at < INT64_MAX);
        CHECK_INT(c->job.end.error.code, LUMA_ERR_NETWORK); /* so far */
        schedule.context.now = due_at - 1;
        CHECK(!schedule_next(&schedule)); /* it waits */
        schedule.context.now = due_at;
    }
    CHECK(schedule_next(&schedule) == &c->request);
    CHECK((int)atomic_load(&channel->retries) == attempts - 1);
    CHECK((int)atomic_load(&c->job.retries) == attempts - 1);
    answer(&c->request, LUMA_ERR_NETWORK);
    CHECK(c->failed == 1 && c->job.phase == JOB_FAILED);
    CHECK_INT(c->job.end.error.attempts, attempts);
    CHECK(schedule_take_scan_request(&schedule));
    CHECK(!schedule_take_scan_request(&schedule));
    stop_schedule();
}

/* One that succeeds with its last attempt has not failed. */
static void test_last_attempt(int attempts)
{
    struct counted *c;
    int i;

    start_schedule();
    channel->options.limits.attempts = (size_t)attempts;
    c = submit(1);
    for (i = 1; i <= attempts; i++) {
        bool last = i == attempts;

        CHECK(schedule_next(&schedule) == &c->request);
        c->verdict = last ? REQUEST_SETTLED : REQUEST_FAILED;
        answer(&c->request, last ? LUMA_OK : LUMA_ERR_SERVER);
        schedule.context.now += 100000;
    }
    CHECK(!schedule_next(&schedule) && c->failed == 0);
    CHECK_INT(c->request.tries, attempts);
    stop_schedule();
}

/* Eight failures in a row, while some of them wait for their retries: new
 * requests wait as well, without keeping the loop awake, until one succeeds. */
static void test_outage(void)
{
    struct counted *c[8], *late;
    int i;

    start_schedule();
    for (i = 0; i < 8; i++) {
        c[i] = submit(1);
        c[i]->verdict = REQUEST_FAILED;
        CHECK(schedule_next(&schedule) == &c[i]->request);
    }
    for (i = 0; i < 8; i++)
        answer(&c[i]->request, LUMA_ERR_CONNECT);
    late = submit(1);
    CHECK(!schedule_next(&schedule));
    CHECK(schedule_due(&schedule, true) > schedule.context.now);
    schedule.context.now = schedule_due(&schedule, true);
    CHECK(schedule_next(&schedule) != &late->request);
    for (i = 0; i < 8 && c[i]->request.due != schedule.context.now; i++)
        ;
    must(i < 8);
    c[i]->verdict = REQUEST_SETTLED;
    answer(&c[i]->request, LUMA_OK);
    CHECK_INT(schedule_due(&schedule, true), 0);
    stop_schedule();
}

/* Seven are none. */
static void test_almost_outage(void)
{
    struct counted *c, *late;
    int i;

    start_schedule();
    for (i = 0; i < 7; i++) {
        c = submit(1);
        c->verdict = REQUEST_FAILED;
        CHECK(schedule_next(&schedule) == &c->request);
        answer(&c->request, LUMA_ERR_CONNECT);
    }
    late = submit(1);
    CHECK(schedule_next(&schedule) == &late->request);
    stop_schedule();
}

/* Sends a request that ends so. Whether it is given up. */
static bool is_given_up(enum request_verdict verdict)
{
    struct counted *c = submit(1);
    struct request *request = schedule_next(&schedule);
    bool over;

    c->verdict = verdict;
    must(request == &c->request);
    answer(request, verdict == REQUEST_FAILED ? LUMA_ERR_SERVER : LUMA_OK);
    over = c->failed > 0;
    if (over)
        CHECK(strstr(c->job.end.error.message, "too much failed") != NULL);
    schedule_end(&schedule, &c->job, LUMA_ERR_CANCELLED);
    return over;
}

/* Where all fails, retries run out; what succeeds gives some back. */
static void test_earning(void)
{
    int i;

    start_schedule();
    for (i = 0; i < 100 && !is_given_up(REQUEST_FAILED); i++)
        schedule.failures = 0; /* which is no outage */
    CHECK(i < 100);
    for (i = 0; i < 3; i++)
        CHECK(!is_given_up(REQUEST_SETTLED));
    CHECK(!is_given_up(REQUEST_FAILED));
    CHECK(is_given_up(REQUEST_FAILED));
    stop_schedule();
}

/* A request whose server says to come back in 30 seconds. */
static void put_off(void)
{
    struct exchange_end how = {
        .sends = 1,
        .retry_class = RETRY_CLASS_THROTTLED,
        .retry_after = {RETRY_AFTER_SECONDS, 30},
    };
    struct counted *c = submit(1);

    luma_error_set(&how.error, LUMA_ERR_RATE_LIMIT);
    c->verdict = REQUEST_FAILED;
    CHECK(schedule_next(&schedule) == &c->request);
    schedule_ended(&schedule, &c->request, &how);
}

/* A server that says when to come back can be asked for something else. */
static void test_hint_is_no_outage(void)
{
    struct counted *late;
    int i;

    start_schedule();
    for (i = 0; i < 8; i++)
        put_off();
    late = submit(1);
    CHECK(schedule_next(&schedule) == &late->request);
    stop_schedule();
}

/* Nor does it hold up others for long when requests fail as well. */
static void test_hint_in_failures(void)
{
    struct counted *c, *late;
    int i;

    start_schedule();
    put_off();
    for (i = 0; i < 8; i++) {
        c = submit(1);
        c->verdict = REQUEST_FAILED;
        CHECK(schedule_next(&schedule) == &c->request);
        c->request.limits.attempts = 1;
        answer(&c->request, LUMA_ERR_SERVER);
    }
    late = submit(1);
    CHECK(schedule_next(&schedule) == &late->request);
    stop_schedule();
}

/* A Retry-After that cannot be read is counted. */
static void test_bad_hint(void)
{
    struct exchange_end how = {.sends = 1,
                               .retry_after = {RETRY_AFTER_INVALID, 0}};
    struct counted *c;

    start_schedule();
    c = submit(2);
    must(schedule_next(&schedule) == &c->request);
    answer(&c->request, LUMA_OK);
    CHECK_INT(atomic_load(&channel->bad_hints), 0);
    must(schedule_next(&schedule) == &c->request);
    schedule_ended(&schedule, &c->request, &how);
    CHECK_INT(atomic_load(&channel->bad_hints), 1);
    stop_schedule();
}

/* What an attempt says that ends so: its code, and when the next one begins. */
static void check_attempt(enum request_verdict verdict, enum luma_code code,
                          enum luma_code want, bool retried)
{
    const struct luma_attempt *attempt;
    struct luma_event *event;
    struct counted *c;

    start_schedule();
    channel->options.wants_attempts = true;
    c = submit(1);
    c->verdict = verdict;
    must(schedule_next(&schedule) == &c->request);
    c->request.target = REQUEST_FILE;
    c->request.url = "https://a.example/b";
    answer(&c->request, code);
    event = event_list_pop(&schedule.events);
    must(event && event->kind == LUMA_EVENT_ATTEMPT);
    attempt = (const struct luma_attempt *)event;
    CHECK_INT(attempt->code, want);
    CHECK_INT(attempt->number, 1);
    CHECK_TEXT(attempt->host, "a.example");
    CHECK_INT(attempt->retry_in,
              retried ? c->request.due - schedule.context.now : -1);
    CHECK(!retried || attempt->retry_in > 0);
    free(event);
    stop_schedule();
}

/* The last one is followed by none, though it was a retry itself. */
static void test_last_attempt_says_so(void)
{
    struct luma_event *event;
    struct counted *c;
    int i;

    start_schedule();
    channel->options.wants_attempts = true;
    channel->options.limits.attempts = 2;
    c = submit(1);
    c->verdict = REQUEST_FAILED;
    for (i = 1; i <= 2; i++) {
        must(schedule_next(&schedule) == &c->request);
        c->request.target = REQUEST_FILE;
        c->request.url = "https://a.example/b";
        answer(&c->request, LUMA_ERR_SERVER);
        event = event_list_pop(&schedule.events);
        must(event && event->kind == LUMA_EVENT_ATTEMPT);
        CHECK_INT(((const struct luma_attempt *)event)->number, i);
        CHECK_INT(((const struct luma_attempt *)event)->retry_in > 0, i == 1);
        free(event);
        schedule.context.now = schedule_due(&schedule, true);
    }
    stop_schedule();
}

static void test_attempts(void)
{
    check_attempt(REQUEST_FAILED, LUMA_ERR_SERVER, LUMA_ERR_SERVER, true);
    check_attempt(REQUEST_FAILED, LUMA_ERR_AUTH, LUMA_ERR_AUTH, false);
    check_attempt(REQUEST_SETTLED, LUMA_OK, LUMA_OK, false);
    check_attempt(REQUEST_AGAIN, LUMA_ERR_REDIRECT, LUMA_OK, false);
}

int main(void)
{
    int attempts;

    test_again();
    for (attempts = 1; attempts <= RETRY_MAX_ATTEMPTS; attempts++) {
        test_retries(attempts);
        test_last_attempt(attempts);
    }
    test_postponed();
    test_too_late();
    test_outage();
    test_almost_outage();
    test_earning();
    test_hint_is_no_outage();
    test_hint_in_failures();
    test_bad_hint();
    test_attempts();
    test_last_attempt_says_so();
    return check_done();
}
