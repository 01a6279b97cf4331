/* SPDX-License-Identifier: MIT */
/* A loop as loop.c of the core has it, with flights in the place of exchanges.
 */
#include "sim.h"

#include "gateway.h"
#include "world.h"

static int64_t budget_limit(void)
{
    return (int64_t)(35 + 0.4 * (double)sim.answered +
                     (double)(world_now() - 1000) / 40000 + 1);
}

/* The request is gone, or waits for its retry. */
static void check_retry(const struct request *request,
                        const struct exchange_end *end)
{
    const struct luma_event *event = sim.schedule.waiting;
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

static struct flight *take(struct flight *flight)
{
    struct flight **link = &sim.flights;

    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
    sim.active--;
    return flight;
}

static void pass_on_tasks(struct flight *flight)
{
    while (flight->sent < flight->coming && flight->at <= world_now())
        schedule_document(&sim.schedule, flight->request, gateway_task(flight));
}

/* Its next task, or its end. */
static void fly(struct flight *flight)
{
    struct exchange_end *end = &flight->end;

    pass_on_tasks(flight);
    if (flight->sent < flight->coming || flight->at > world_now())
        return;
    take(flight);
    sim.answered += end->outcome == EXCHANGE_DONE || flight->sent;
    schedule_count(&sim.schedule, flight->request, end->sends, 0);
    schedule_ended(&sim.schedule, flight->request, end);
    check_retry(flight->request, end);
    gateway_free(flight);
}

/* As a loop does where a job ends: see cut in loop.c. */
static void cut(struct flight *flight, enum luma_code code)
{
    struct request *request = flight->request;
    const struct job_kind *kind = request->job->kind;
    struct exchange_end end = {.sends = flight->end.sends};

    pass_on_tasks(take(flight));
    luma_error_set(&end.error, code);
    if (kind->cut)
        kind->cut(request, &end, &sim.schedule.context);
    else
        kind->drop(request);
    gateway_free(flight);
}

static void cut_all(const struct job *job, enum luma_code code)
{
    struct flight *flight, *next;

    for (flight = sim.flights; flight; flight = next) {
        next = flight->next;
        if (!job || flight->request->job == job)
            cut(flight, code);
    }
}

static void end_jobs(void)
{
    struct job *job, *next;
    enum luma_code code;

    if (schedule_take_scan_request(&sim.schedule))
        for (job = sim.schedule.jobs.first; job; job = next) {
            next = job->next;
            if (!job_has_to_end(job, world_now(), &code)) {
                schedule_note_deadline(&sim.schedule, job);
                continue;
            }
            if (code != LUMA_OK)
                cut_all(job, code);
            schedule_end(&sim.schedule, job, code);
        }
    for (job = sim.schedule.jobs.first; job; job = job->next) {
        world_insist(!job->deadline || job->deadline > world_now(),
                     "a job goes on after its deadline");
        world_insist(!atomic_load(&job->cancelled),
                     "a job goes on that was cancelled");
    }
}

static bool may_send(void)
{
    return sim.active < sim.client->channel->options.connections;
}

static void send_next(void)
{
    struct request *request;

    while (may_send() && (request = schedule_next(&sim.schedule))) {
        struct flight *flight;

        world_insist(request->attempts < request->limits.attempts,
                     "a request has more attempts than are allowed");
        world_insist(request->due <= world_now(), "a retry comes too early");
        world_insist(request->job->phase == JOB_RUNS,
                     "a request of a job that has ended");
        flight = gateway_send(request);
        flight->next = sim.flights;
        sim.flights = flight;
        sim.active++;
        sim_requests++;
    }
}

/* When something is to be done. */
static int64_t find_due(void)
{
    int64_t due = schedule_due(&sim.schedule, may_send());
    const struct flight *flight;

    for (flight = sim.flights; flight; flight = flight->next)
        if (flight->at < due)
            due = flight->at;
    return due;
}

/* One turn of a loop, at one moment. */
static void take_turn(void)
{
    struct flight *flight, *next;

    sim.schedule.context.now = world_now();
    schedule_take_jobs(&sim.schedule);
    channel_free_returned(sim.client->channel);
    for (flight = sim.flights; flight; flight = next) {
        next = flight->next;
        fly(flight);
    }
    end_jobs();
    send_next();
    end_jobs();
    world_insist((int64_t)atomic_load(&sim.client->channel->retries) <=
                     budget_limit(),
                 "more retries than the budget has");
    queue_put(sim.client->channel->events, &sim.schedule.events);
    sim.due = find_due();
}

/* A loop sleeps until something is due, or somebody wakes it. */
void loop_turn(void)
{
    const struct queue *jobs = sim.client->channel->jobs;
    bool woken = queue_wait(jobs, queue_fd(jobs), 0);

    if (woken || sim.due <= world_now())
        take_turn();
}

void loop_end(void)
{
    cut_all(NULL, LUMA_ERR_CANCELLED);
    schedule_free(&sim.schedule);
}
