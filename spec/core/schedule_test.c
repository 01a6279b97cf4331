/* SPDX-License-Identifier: MIT */
/* Tests of schedule.h: turns, documents, and what ends a job. */
#include "counted.h"

#include <stdlib.h>

#include "check.h"

static void test_turns(void)
{
    struct counted *a, *b;

    start_schedule();
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
    stop_schedule();
}

/* A job whose caller takes nothing sends nothing, and does not keep the loop
 * awake, however long it has been due. */
static void test_paused(void)
{
    struct counted *c;

    start_schedule();
    c = submit(1);
    c->due = 500;
    atomic_store(&c->job.undelivered, LIMIT);
    CHECK(!schedule_next(&schedule));
    CHECK(atomic_load(&c->job.paused));
    CHECK(schedule_due(&schedule, true) == INT64_MAX);
    atomic_store(&c->job.undelivered, LIMIT / 2);
    CHECK(schedule_next(&schedule) == &c->request);
    CHECK(!atomic_load(&c->job.paused));
    stop_schedule();
}

/* A job is asked for a request at its time, and not before. */
static void test_due(void)
{
    struct counted *c;

    start_schedule();
    c = submit(1);
    c->due = 1001;
    CHECK(!schedule_next(&schedule));
    CHECK_INT(schedule_due(&schedule, true), 1001);
    schedule.context.now = 1001;
    CHECK(schedule_next(&schedule) == &c->request);
    stop_schedule();
}

/* What cannot be sent fails. */
static void test_unfit(void)
{
    struct counted *c;

    start_schedule();
    c = submit(1);
    c->unfit = LUMA_ERR_LINK;
    CHECK(!schedule_next(&schedule));
    CHECK_INT(c->failed, 1);
    CHECK_INT(c->job.end.error.code, LUMA_ERR_LINK);
    stop_schedule();
}

/* Each document is counted as one of three things, but for one that is kept. */
static void test_documents(void)
{
    static const enum doc_verdict verdicts[] = {DOC_DELIVERED, DOC_UNCHANGED,
                                                DOC_DROPPED, DOC_KEPT};
    struct counted *c;
    size_t i;

    start_schedule();
    c = submit(1);
    must(schedule_next(&schedule) == &c->request);
    for (i = 0; i < COUNT(verdicts); i++) {
        c->doc = verdicts[i];
        schedule_document(&schedule, &c->request, NULL);
        CHECK_INT(atomic_load(&channel->tasks), 1);
        CHECK_INT(atomic_load(&channel->unchanged), i >= 1);
        CHECK_INT(atomic_load(&channel->dropped), i >= 2);
    }
    stop_schedule();
}

/* A kind is told of the time that passes, and of the end. */
static void test_ticks(void)
{
    struct counted *c;

    start_schedule();
    c = submit(1);
    must(schedule_next(&schedule) == &c->request);
    schedule_tick(&schedule, &c->request);
    CHECK(c->ticks == 1 && c->last_ticks == 0);
    schedule_end(&schedule, &c->job, LUMA_ERR_CANCELLED);
    CHECK(c->ticks == 1 && c->last_ticks == 1);
    stop_schedule();
}

/* No second progress is told while nobody has taken the first. */
static void test_progress(void)
{
    struct counted *c;

    start_schedule();
    c = submit(1);
    c->progresses = true;
    must(schedule_next(&schedule) == &c->request);
    schedule_tick(&schedule, &c->request);
    schedule_tick(&schedule, &c->request);
    CHECK_INT(c->ticks, 2);
    CHECK_INT(schedule.events.count, 1);
    CHECK(schedule.events.first == &c->job.progress);
    stop_schedule();
}

/* A job that ends takes the requests along that wait for their retries. */
static void test_end(void)
{
    struct counted *c;
    enum luma_code code;

    start_schedule();
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
    stop_schedule();
}

int main(void)
{
    test_turns();
    test_paused();
    test_due();
    test_unfit();
    test_documents();
    test_ticks();
    test_progress();
    test_end();
    return check_done();
}
