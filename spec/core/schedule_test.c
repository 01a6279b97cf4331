/* SPDX-License-Identifier: MIT */
/* Tests of schedule.h with a kind of job of its own: turns, retries, and what
 * wakes the loop. The schedule knows no more of a kind than its table. */
#include "loop/schedule.h"

#include <stdlib.h>

#include "check.h"

enum { LIMIT = 1000 /* bytes that may be undelivered */ };

/* A job with so many requests, one after the other. */
struct counted {
    struct job job; /* first */
    struct request request;
    int left;
    int64_t due;
    enum request_verdict verdict;
    enum doc_verdict doc;
    enum luma_code unfit; /* why the next request cannot be sent, or 0 */
    bool progresses;
    unsigned failed, dropped, ticks, last_ticks;
};

static struct counted *of(struct job *job)
{
    return (struct counted *)job;
}

static int64_t due(const struct job *job)
{
    const struct counted *c = (const struct counted *)job;

    return c->left ? c->due : INT64_MAX;
}

static struct request *next(struct job *job, const struct job_context *c)
{
    of(job)->left--;
    job_init_request(job, &of(job)->request, c->options);
    return &of(job)->request;
}

static enum doc_verdict document(struct request *request, struct luma_doc *doc,
                                 const struct job_context *c)
{
    (void)c;
    free(doc);
    return of(request->job)->doc;
}

static bool prepare(struct request *request, const struct job_context *c,
                    struct luma_error *error)
{
    (void)c;
    luma_error_set(error, of(request->job)->unfit);
    return error->code == LUMA_OK;
}

static enum request_verdict ended(struct request *request,
                                  struct exchange_end *end,
                                  const struct job_context *c)
{
    (void)end, (void)c;
    return of(request->job)->verdict;
}

static void failed(struct request *request, const struct exchange_end *end,
                   const struct job_context *c)
{
    (void)c;
    of(request->job)->failed++;
    job_fail(request->job, &end->error);
}

static void drop(struct request *request)
{
    of(request->job)->dropped++;
}

static bool tick(struct job *job, int64_t now, bool last)
{
    (void)now;
    ++*(last ? &of(job)->last_ticks : &of(job)->ticks);
    return of(job)->progresses;
}

static const struct job_kind kind = {
    .due = due,
    .next = next,
    .prepare = prepare,
    .document = document,
    .ended = ended,
    .failed = failed,
    .drop = drop,
    .tick = tick,
};

/* ---- helpers ----------------------------------------------------------- */

static struct channel *channel;
static struct schedule schedule;

static void begin(void)
{
    struct luma_options options = {.token = "t", .max_undelivered = LIMIT};
    struct luma_error error;

    channel = channel_new(&options, &error);
    must(channel);
    schedule_init(&schedule, channel);
    schedule.random = 0x9E3779B97F4A7C15u; /* the same delays each time */
    schedule.context.now = 1000;
    schedule.random =
        0x9E3779B97F4A7C15u; /* the same delays in each run, none of them 0 */
}

static void end(void)
{
    schedule_free(&schedule);
    channel_unref(channel);
}

/* A job that the schedule has taken in. */
static struct counted *submit(int requests)
{
    struct counted *c = calloc(1, sizeof *c);
    struct event_list list = {0};

    must(c);
    job_init(&c->job, &kind, NULL, 0, 1000);
    c->left = requests;
    event_list_add(&list, &c->job.end.event);
    queue_put(channel->jobs, &list);
    schedule_take_jobs(&schedule);
    return c;
}

/* The exchange of the request has ended in this way. */
static void answer(struct request *request, enum luma_code code)
{
    struct exchange_end how = {.sends = 1};

    luma_error_set(&how.error, code);
    how.retry_class = retry_class_of(code, 0);
    schedule_ended(&schedule, request, &how);
}

/* ---- tests ------------------------------------------------------------- */

static void test_turns(void)
{
    struct counted *a, *b;

    begin();
    a = submit(3);
    b = submit(1);
    CHECK(schedule_next(&schedule) == &a->request);
    CHECK(schedule_next(&schedule) == &b->request);
    CHECK(schedule_next(&schedule) == &a->request);
    CHECK_INT(schedule_due(&schedule, true), 0);
    CHECK(schedule_due(&schedule, false) == INT64_MAX);
    CHECK(schedule_next(&schedule) == &a->request);
    CHECK(!schedule_next(&schedule));
    CHECK(schedule_due(&schedule, true) == INT64_MAX);
    end();
}

/* A job whose caller takes nothing sends nothing, and does not keep the loop
 * awake, however long it has been due. */
static void test_paused(void)
{
    struct counted *c;

    begin();
    c = submit(1);
    c->due = 500;
    atomic_store(&c->job.undelivered, LIMIT);
    CHECK(!schedule_next(&schedule));
    CHECK(atomic_load(&c->job.paused));
    CHECK(schedule_due(&schedule, true) == INT64_MAX);
    atomic_store(&c->job.undelivered, LIMIT / 2);
    CHECK(schedule_next(&schedule) == &c->request);
    CHECK(!atomic_load(&c->job.paused));
    end();
}

/* What is sent again at once is no retry, takes no attempt, and comes before
 * other jobs. */
static void test_again(void)
{
    struct counted *c;

    begin();
    c = submit(1);
    submit(1);
    c->verdict = REQUEST_AGAIN;
    CHECK(schedule_next(&schedule) == &c->request);
    answer(&c->request, LUMA_OK);
    CHECK_INT(schedule_due(&schedule, true), 0);
    CHECK(schedule_next(&schedule) == &c->request);
    CHECK(c->request.attempts == 0 && c->request.tries == 1);
    CHECK(atomic_load(&channel->retries) == 0);
    end();
}

/* A request that always fails is sent as often as it may be. */
static void test_retries(int attempts)
{
    struct counted *c;
    int64_t due_at;
    int i;

    begin();
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
    end();
}

/* One that succeeds with its last attempt has not failed. */
static void test_last_attempt(int attempts)
{
    struct counted *c;
    int i;

    begin();
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
    end();
}

/* Eight failures in a row, while some of them wait for their retries: new
 * requests wait as well, without keeping the loop awake, until one succeeds. */
static void test_outage(void)
{
    struct counted *c[8], *late;
    int i;

    begin();
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
    end();
}

/* Seven are none. */
static void test_almost_outage(void)
{
    struct counted *c, *late;
    int i;

    begin();
    for (i = 0; i < 7; i++) {
        c = submit(1);
        c->verdict = REQUEST_FAILED;
        CHECK(schedule_next(&schedule) == &c->request);
        answer(&c->request, LUMA_ERR_CONNECT);
    }
    late = submit(1);
    CHECK(schedule_next(&schedule) == &late->request);
    end();
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

    begin();
    for (i = 0; i < 100 && !is_given_up(REQUEST_FAILED); i++)
        schedule.failures = 0; /* which is no outage */
    CHECK(i < 100);
    for (i = 0; i < 3; i++)
        CHECK(!is_given_up(REQUEST_SETTLED));
    CHECK(!is_given_up(REQUEST_FAILED));
    CHECK(is_given_up(REQUEST_FAILED));
    end();
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

    begin();
    for (i = 0; i < 8; i++) {
        put_off();
    }
    late = submit(1);
    CHECK(schedule_next(&schedule) == &late->request);
    end();
}

/* Nor does it hold up others for long when requests fail as well. */
static void test_hint_in_failures(void)
{
    struct counted *c, *late;
    int i;

    begin();
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
    end();
}

/* A job that ends takes the requests along that wait for their retries. */
/* A job is asked for a request at its time, and not before. */
static void test_due(void)
{
    struct counted *c;

    begin();
    c = submit(1);
    c->due = 1001;
    CHECK(!schedule_next(&schedule));
    CHECK_INT(schedule_due(&schedule, true), 1001);
    schedule.context.now = 1001;
    CHECK(schedule_next(&schedule) == &c->request);
    end();
}

/* What an attempt says that ends so: its code, and when the next one begins. */
static void check_attempt(enum request_verdict verdict, enum luma_code code,
                          enum luma_code want, bool retried)
{
    const struct luma_attempt *attempt;
    struct luma_event *event;
    struct counted *c;

    begin();
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
    end();
}

/* The last one is followed by none, though it was a retry itself. */
static void test_last_attempt_says_so(void)
{
    struct luma_event *event;
    struct counted *c;
    int i;

    begin();
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
    end();
}

/* What cannot be sent fails. */
static void test_unfit(void)
{
    struct counted *c;

    begin();
    c = submit(1);
    c->unfit = LUMA_ERR_LINK;
    CHECK(!schedule_next(&schedule));
    CHECK_INT(c->failed, 1);
    CHECK_INT(c->job.end.error.code, LUMA_ERR_LINK);
    end();
}

/* Each document is counted as one of three things. */
static void test_documents(void)
{
    static const enum doc_verdict verdicts[] = {DOC_DELIVERED, DOC_UNCHANGED,
                                                DOC_DROPPED, DOC_KEPT};
    struct counted *c;
    size_t i;

    begin();
    c = submit(1);
    must(schedule_next(&schedule) == &c->request);
    for (i = 0; i < COUNT(verdicts); i++) {
        c->doc = verdicts[i];
        schedule_document(&schedule, &c->request, NULL);
        CHECK_INT(atomic_load(&channel->tasks), 1);
        CHECK_INT(atomic_load(&channel->unchanged), i >= 1);
        CHECK_INT(atomic_load(&channel->dropped), i >= 2);
    }
    end();
}

/* A kind is told of the time that passes, and of the end. */
static void test_ticks(void)
{
    struct counted *c;

    begin();
    c = submit(1);
    must(schedule_next(&schedule) == &c->request);
    schedule_tick(&schedule, &c->request);
    CHECK(c->ticks == 1 && c->last_ticks == 0);
    schedule_end(&schedule, &c->job, LUMA_ERR_CANCELLED);
    CHECK(c->ticks == 1 && c->last_ticks == 1);
    end();
}

/* No second progress is told while nobody has taken the first. */
static void test_progress(void)
{
    struct counted *c;

    begin();
    c = submit(1);
    c->progresses = true;
    must(schedule_next(&schedule) == &c->request);
    schedule_tick(&schedule, &c->request);
    schedule_tick(&schedule, &c->request);
    CHECK_INT(c->ticks, 2);
    CHECK_INT(schedule.events.count, 1);
    CHECK(schedule.events.first == &c->job.progress);
    end();
}

/* A Retry-After that cannot be read is counted. */
static void test_bad_hint(void)
{
    struct exchange_end how = {.sends = 1,
                               .retry_after = {RETRY_AFTER_INVALID, 0}};
    struct counted *c;

    begin();
    c = submit(2);
    must(schedule_next(&schedule) == &c->request);
    answer(&c->request, LUMA_OK);
    CHECK_INT(atomic_load(&channel->bad_hints), 0);
    must(schedule_next(&schedule) == &c->request);
    schedule_ended(&schedule, &c->request, &how);
    CHECK_INT(atomic_load(&channel->bad_hints), 1);
    end();
}

static void test_attempts(void)
{
    check_attempt(REQUEST_FAILED, LUMA_ERR_SERVER, LUMA_ERR_SERVER, true);
    check_attempt(REQUEST_FAILED, LUMA_ERR_AUTH, LUMA_ERR_AUTH, false);
    check_attempt(REQUEST_SETTLED, LUMA_OK, LUMA_OK, false);
    check_attempt(REQUEST_AGAIN, LUMA_ERR_REDIRECT, LUMA_OK, false);
}

static void test_end(void)
{
    struct counted *c;
    enum luma_code code;

    begin();
    c = submit(1);
    c->verdict = REQUEST_FAILED;
    CHECK(schedule_next(&schedule) == &c->request);
    answer(&c->request, LUMA_ERR_NETWORK);
    atomic_store(&c->job.cancelled, true);
    CHECK(job_has_to_end(&c->job, 1000, &code));
    CHECK_INT(code, LUMA_ERR_CANCELLED);
    schedule_end(&schedule, &c->job, code);
    CHECK_INT(c->dropped, 1);
    CHECK(schedule.events.first == &c->job.end.event);
    schedule.context.now = 99999;
    CHECK(!schedule_next(&schedule));
    end();
}

int main(void)
{
    int attempts;

    test_turns();
    test_paused();
    test_again();
    for (attempts = 1; attempts <= RETRY_MAX_ATTEMPTS; attempts++) {
        test_retries(attempts);
        test_last_attempt(attempts);
    }
    test_outage();
    test_almost_outage();
    test_earning();
    test_hint_is_no_outage();
    test_hint_in_failures();
    test_due();
    test_attempts();
    test_last_attempt_says_so();
    test_unfit();
    test_documents();
    test_ticks();
    test_progress();
    test_bad_hint();
    test_end();
    return check_done();
}
