/* SPDX-License-Identifier: MIT */
/* What schedule.h and retry.h make of an outage: a simulation of a client and
 * its gateway with a clock of its own. No thread, no network: the same seeds
 * give the same figures. `make outage` prints them. */
#include "loop/schedule.h"

#include <stdlib.h>

#include "check.h"

enum { CONNECTIONS = 8, ANSWER_MS = 50, RUNS = 2000 };

static bool prints;

/* ---- the client -------------------------------------------------------- */

/* A job with many requests; it ends when they are all settled. */
struct many {
    struct job job; /* first */
    unsigned left, settled, failed, refused;
};

static struct many *of(struct job *job)
{
    return (struct many *)job;
}

static int64_t due(const struct job *job)
{
    return ((const struct many *)job)->left ? 0 : INT64_MAX;
}

static struct request *next(struct job *job, const struct job_context *c)
{
    struct request *request = calloc(1, sizeof *request);

    must(request);
    of(job)->left--;
    job_init_request(job, request, c->options);
    return request;
}

static enum doc_verdict document(struct request *request, struct luma_doc *doc,
                                 const struct job_context *c)
{
    (void)request, (void)c;
    free(doc);
    return DOC_DROPPED;
}

static enum request_verdict ended(struct request *request,
                                  struct exchange_end *end,
                                  const struct job_context *c)
{
    (void)c;
    if (end->error.code != LUMA_OK)
        return REQUEST_FAILED;
    of(request->job)->settled++;
    free(request);
    return REQUEST_SETTLED;
}

static void failed(struct request *request, const struct exchange_end *end,
                   const struct job_context *c)
{
    (void)c;
    of(request->job)->settled++;
    of(request->job)->failed++;
    of(request->job)->refused += end->error.attempts < request->limits.attempts;
    free(request);
}

static void drop(struct request *request)
{
    free(request);
}

static const struct job_kind kind = {
    .due = due,
    .next = next,
    .document = document,
    .ended = ended,
    .failed = failed,
    .drop = drop,
};

/* ---- the gateway ------------------------------------------------------- */

/* How it fails, for how long and how fast. A send that begins in the outage
 * fails after `fails_after` ms, others are answered after ANSWER_MS. */
struct world {
    enum luma_code code;
    long status;
    int64_t outage; /* ms from the first send on */
    int64_t fails_after;
    double faults; /* of the other sends, this share fails as well */
    unsigned requests, attempts;
};

struct outcome {
    unsigned sends, failed;
    unsigned refused; /* of them, those that the budget has stopped */
    int64_t lasted;   /* ms */
};

struct run {
    const struct world *world;
    struct schedule schedule;
    struct many *job;
    struct flight {
        struct request *request;
        int64_t sent, ends;
        bool fails;
    } flights[CONNECTIONS];
    unsigned active, sends;
    int64_t start;
    uint64_t chances;
};

static void send_all(struct run *run)
{
    const struct world *w = run->world;
    int64_t now = run->schedule.context.now;
    struct request *request;

    while (run->active < CONNECTIONS &&
           (request = schedule_next(&run->schedule))) {
        bool out = now < run->start + w->outage;
        bool fails = out ||
                     (double)chance(&run->chances, 1000) < 1000 * w->faults;

        run->flights[run->active++] = (struct flight){
            request, now, now + (out ? w->fails_after : ANSWER_MS), fails};
        run->sends++;
    }
}

/* The first exchange that ends, ends. */
static void end_first(struct run *run, unsigned first)
{
    struct flight flight = run->flights[first];
    struct exchange_end end = {.sends = 1};

    run->flights[first] = run->flights[--run->active];
    luma_error_set(&end.error, flight.fails ? run->world->code : LUMA_OK);
    end.retry_class =
        retry_class_of(end.error.code, flight.fails ? run->world->status : 0);
    schedule_ended(&run->schedule, flight.request, &end);
}

/* Goes on to what happens next, at its time. False: nothing does. */
static bool step(struct run *run)
{
    int64_t moment = schedule_due(&run->schedule, run->active < CONNECTIONS);
    unsigned i, first = CONNECTIONS;

    for (i = 0; i < run->active; i++)
        if (run->flights[i].ends <= moment) {
            moment = run->flights[i].ends;
            first = i;
        }
    if (moment == INT64_MAX)
        return false;
    if (moment > run->schedule.context.now)
        run->schedule.context.now = moment;
    if (first < CONNECTIONS)
        end_first(run, first);
    return true;
}

static void submit(struct run *run, struct channel *channel)
{
    struct event_list list = {0};

    run->job = calloc(1, sizeof *run->job);
    must(run->job);
    job_init(&run->job->job, &kind, NULL, 0, run->start);
    run->job->left = run->world->requests;
    event_list_add(&list, &run->job->job.end.event);
    queue_put(channel->jobs, &list);
    schedule_take_jobs(&run->schedule);
}

/* One client asks for everything at once. */
static struct outcome simulate(const struct world *world, uint64_t seed)
{
    struct luma_options options = {.token = "t",
                                   .limits.attempts = world->attempts};
    struct luma_error error;
    struct channel *channel = channel_new(&options, &error);
    struct run run = {.world = world, .start = 1000000, .chances = seed};
    struct outcome outcome;

    must(channel);
    schedule_init(&run.schedule, channel);
    run.schedule.random = seed * 0x9E3779B97F4A7C15u + 1;
    run.schedule.context.now = run.start;
    submit(&run, channel);
    do
        send_all(&run);
    while (step(&run));
    insist(run.job->settled == world->requests, "each request has its end");
    outcome = (struct outcome){run.sends, run.job->failed, run.job->refused,
                               run.schedule.context.now - run.start};
    schedule_free(&run.schedule);
    channel_unref(channel);
    return outcome;
}

/* ---- what is survived -------------------------------------------------- */

/* The share of runs in which not one request failed. */
static double survived(int64_t outage, unsigned attempts, unsigned requests,
                       unsigned runs)
{
    struct world world = {.code = LUMA_ERR_CONNECT,
                          .outage = outage,
                          .fails_after = 1,
                          .requests = requests,
                          .attempts = attempts};
    unsigned i, good = 0;

    for (i = 0; i < runs; i++)
        good += simulate(&world, i + 1).failed == 0;
    return (double)good / runs;
}

/* The outage begins with the first send, and each send fails at once: no other
 * outage of that length is worse. */
static void test_survived(void)
{
    static const int64_t outages[] = {50, 500, 1000, 2000, 3000, 4000, 10000};
    static const unsigned attempts[] = {1, 2, 3, 4, 5};
    size_t i, k;

    if (prints)
        printf("one request, survived by attempts = 1, 2, 3, 4, 5\n");
    for (i = 0; i < COUNT(outages); i++) {
        if (prints)
            printf("  outage %5.2f s: ", (double)outages[i] / 1000);
        for (k = 0; k < COUNT(attempts); k++) {
            double share = survived(outages[i], attempts[k], 1, RUNS);

            if (prints)
                printf(" %4.0f %%", 100 * share);
            if (outages[i] <= 2000 && attempts[k] >= 3)
                CHECK(share == 1);
            if (outages[i] <= 10000 && attempts[k] >= 5)
                CHECK(share == 1);
        }
        if (prints)
            printf("\n");
    }
}

/* A long list meets the outage with few of its requests: the others wait. */
static void test_long_lists(void)
{
    static const unsigned requests[] = {8, 100, 1000, 10000};
    size_t i;

    for (i = 0; i < COUNT(requests); i++) {
        double share = survived(2000, 3, requests[i], 20);

        if (prints)
            printf(
                "%u requests, outage of 2 s: %.0f %% of the lists complete\n",
                requests[i], 100 * share);
        CHECK(share == 1);
    }
}

/* ---- storms ------------------------------------------------------------ */

static void test_storms(void)
{
    static const struct {
        const char *name;
        enum luma_code code;
        long status;
        int64_t fails_after;
    } rows[] = {
        {"refused", LUMA_ERR_CONNECT, 0, 1},
        {"500", LUMA_ERR_SERVER, 500, ANSWER_MS},
        {"503", LUMA_ERR_SERVER, 503, ANSWER_MS},
        {"connect_timeout", LUMA_ERR_CONNECT_TIMEOUT, 0, 10000},
        {"stall_timeout", LUMA_ERR_STALL_TIMEOUT, 0, 15000},
    };
    size_t i;

    if (prints)
        printf("1,000 requests in an outage without an end\n");
    for (i = 0; i < COUNT(rows); i++) {
        struct world world = {.code = rows[i].code,
                              .status = rows[i].status,
                              .outage = INT64_MAX / 2,
                              .fails_after = rows[i].fails_after,
                              .requests = 1000,
                              .attempts = 3};
        struct outcome outcome = simulate(&world, 1);

        if (prints)
            printf("  %-16s %.3f x the traffic, failed after %.1f s\n",
                   rows[i].name, outcome.sends / 1000.0,
                   (double)outcome.lasted / 1000);
        CHECK_INT(outcome.failed, 1000);
        CHECK(outcome.sends <= 1100);
    }
}

/* ---- faults at random -------------------------------------------------- */

/* Single faults are no outage, and the budget is not used up by them. */
static void test_faults(void)
{
    static const double shares[] = {0.01, 0.05, 0.2, 0.5};
    size_t i;

    for (i = 0; i < COUNT(shares); i++) {
        struct world world = {.code = LUMA_ERR_SERVER,
                              .status = 500,
                              .faults = shares[i],
                              .requests = 10000,
                              .attempts = 5};
        struct outcome outcome = simulate(&world, 1);

        if (prints)
            printf("%2.0f %% of all sends fail, attempts = 5: %.3f x the "
                   "traffic, %.2f %% failed\n",
                   100 * shares[i], outcome.sends / 10000.0,
                   outcome.failed / 100.0);
        if (shares[i] <= 0.2)
            CHECK(outcome.refused == 0 && outcome.failed < 10);
        CHECK(outcome.sends < 10000 * 1.4);
    }
}

int main(int argc, char **argv)
{
    prints = argc > 1 && strcmp(argv[1], "figures") == 0;
    test_survived();
    test_long_lists();
    test_storms();
    test_faults();
    return check_done();
}
