/* SPDX-License-Identifier: MIT */
/* The transfers of the core's loop, with flights in the place of exchanges. */
#include "loop/transfers.h"

#include "gateway.h"
#include "sim.h"
#include "world.h"

/* The request is gone, or waits for its retry. */
static void check_retry(const struct transfers *t,
                        const struct request *request,
                        const struct exchange_end *end)
{
    const struct luma_event *event = t->schedule->waiting;
    int64_t wait;

    while (event && event != &request->settled.event)
        event = event->next;
    if (!event)
        return;
    wait = request->due - world_now();
    world_insist(wait <= 60000, "a retry waits for more than a minute");
    world_insist(end->retry_after.kind != RETRY_AFTER_SECONDS ||
                     wait >= (int64_t)(end->retry_after.seconds * 1000),
                 "a retry comes before Retry-After");
}

static struct flight *take(struct transfers *t, struct flight *flight)
{
    struct flight **link = &sim.flights;

    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
    t->active--;
    return flight;
}

static void pass_on_tasks(struct transfers *t, struct flight *flight)
{
    while (flight->sent < flight->coming && flight->at <= world_now())
        schedule_document(t->schedule, flight->request, gateway_task(flight));
}

/* Its next task, or its end. */
static void fly(struct transfers *t, struct flight *flight)
{
    struct exchange_end *end = &flight->end;

    pass_on_tasks(t, flight);
    if (flight->sent < flight->coming || flight->at > world_now())
        return;
    take(t, flight);
    sim.answered += end->outcome == EXCHANGE_DONE || flight->sent;
    schedule_count(t->schedule, flight->request, end->sends, 0);
    schedule_ended(t->schedule, flight->request, end);
    check_retry(t, flight->request, end);
    gateway_free(flight);
}

/* Stops a flight whose job ends with `code`. */
static void stop(struct transfers *t, struct flight *flight,
                 enum luma_code code)
{
    struct request *request = flight->request;
    const struct job_kind *kind = request->job->kind;
    struct exchange_end end = {.sends = flight->end.sends};

    pass_on_tasks(t, take(t, flight));
    luma_error_set(&end.error, code);
    if (kind->cut)
        kind->cut(request, &end, &t->schedule->context);
    else
        kind->drop(request);
    gateway_free(flight);
}

static void stop_all(struct transfers *t, const struct job *job,
                     enum luma_code code)
{
    struct flight *flight, *next;

    for (flight = sim.flights; flight; flight = next) {
        next = flight->next;
        if (!job || flight->request->job == job)
            stop(t, flight, code);
    }
}

bool transfers_init(struct transfers *t, struct schedule *schedule)
{
    *t = (struct transfers){.schedule = schedule,
                            .options = &schedule->channel->options};
    return true;
}

void transfers_free(struct transfers *t)
{
    stop_all(t, NULL, LUMA_ERR_CANCELLED);
}

bool transfers_have_room(const struct transfers *t)
{
    return t->active < t->options->connections;
}

bool transfers_start(struct transfers *t, struct request *request)
{
    struct flight *flight;

    world_insist(transfers_have_room(t), "more requests than connections");
    world_insist(request->attempts < request->limits.attempts,
                 "a request has more attempts than are allowed");
    world_insist(request->due <= world_now(), "a retry comes too early");
    world_insist(request->job->phase == JOB_RUNS,
                 "a request of a job that has ended");
    flight = gateway_send(request);
    flight->next = sim.flights;
    sim.flights = flight;
    t->active++;
    sim_requests++;
    return true;
}

void transfers_perform(struct transfers *t)
{
    struct flight *flight, *next;

    t->schedule->context.now = world_now();
    for (flight = sim.flights; flight; flight = next) {
        next = flight->next;
        fly(t, flight);
    }
}

/* None stalls; all have a moment when something comes. */
int64_t transfers_end_stalled(struct transfers *t)
{
    (void)t;
    return INT64_MAX;
}

void transfers_end_job(struct transfers *t, const struct job *job,
                       enum luma_code code)
{
    if (code != LUMA_OK)
        stop_all(t, job, code);
}

void transfers_wait(const struct transfers *t, int64_t ms)
{
    (void)t;
    (void)ms;
    world_insist(false, "a loop has a thread, which no seed repeats");
}
