/* SPDX-License-Identifier: MIT */
/* The simulation: clients, jobs, ledgers, retries and the schedule as they are,
 * with a clock that is set and a network made of chance, and promises that are
 * looked at in each step.
 *
 *   sim SEED COUNT    runs so many seeds from this one on
 *
 * A seed that breaks a promise is printed, with what is broken. It does the
 * same each time it is run. */
#include "sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway.h"
#include "spec/core/check.h"
#include "world.h"

enum {
    STEPS = 200000,      /* more than any world needs */
    LONGEST = 20 * 60000 /* ms until the caller has had enough */
};

struct sim sim;
uint64_t sim_requests, sim_tasks, sim_ends;

static void begin(uint64_t seed)
{
    struct luma_options options = {.token = "t", .base_url = "https://g"};
    struct luma_error error;

    memset(&sim, 0, sizeof sim);
    world_begin(seed);
    options.batch_size = 1 + world_chance(12);
    options.connections = 1 + world_chance(4);
    options.max_undelivered = 200 + world_chance(20000);
    options.limits.attempts = 1 + world_chance(5);
    sim.patience = world_chance(60);
    sim.client = luma_client_new(&options, &error);
    must(sim.client);
    sim.client->channel->started =
        true; /* by the simulation, not by a thread */
    queue_add_writer(sim.client->channel->events);
    must(loop_init(&sim.loop, sim.client->channel));
    sim.loop.schedule.random = seed * 77 + 1;
    gateway_begin();
    caller_start_job();
}

static bool is_over(void)
{
    return sim.jobs == JOBS && luma_client_unfinished(sim.client) == 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void check_jobs(void)
{
    double earned = 0.4 * (double)sim.answered;
    double in_time = (double)(world_now() - 1000) / 40000;
    const struct job *job;

    for (job = sim.loop.schedule.jobs.first; job; job = job->next) {
        world_insist(!job->deadline || job->deadline > world_now(),
                     "a job goes on after its deadline");
        world_insist(!atomic_load(&job->cancelled),
                     "a job goes on that was cancelled");
    }
    world_insist((double)atomic_load(&sim.client->channel->retries) <=
                     36 + earned + in_time,
                 "more retries than the budget has");
}

static void check_flight(const struct job *job)
{
    world_insist(job->phase != JOB_ENDED || job->end.error.code == LUMA_OK,
                 "a request goes on after its job has failed");
}

/* A turn of the loop, which sleeps until something is due, or somebody wakes
 * it. */
static void turn(void)
{
    const struct queue *jobs = sim.client->channel->jobs;
    const struct flight *flight;
    bool woken = queue_wait(jobs, queue_fd(jobs), 0);

    if (!woken && sim.due > world_now())
        return;
    sim.due = loop_turn(&sim.loop);
    for (flight = sim.flights; flight; flight = flight->next) {
        sim.due = earlier(sim.due, flight->at);
        check_flight(flight->request->job);
    }
    check_jobs();
}

/* A caller that takes what there is cannot be waited for. */
static void check_progress(void)
{
    while (caller_take())
        ;
    turn();
    world_insist(luma_event_peek(sim.client) || sim.due != INT64_MAX ||
                     luma_client_unfinished(sim.client) == 0,
                 "nothing goes on, but a job has not ended");
}

static void end(void)
{
    struct channel *channel = sim.loop.channel;
    size_t i;

    loop_end(&sim.loop);
    queue_close(channel->events);
    channel_unref(channel);
    for (i = 0; i < sim.jobs; i++)
        luma_job_release(sim.known[i].job);
    luma_client_release(sim.client);
    gateway_end();
}

static void run(uint64_t seed)
{
    unsigned steps = 0;

    begin(seed);
    while (!is_over()) {
        int64_t due;

        world_insist(++steps < STEPS, "it never ends");
        turn();
        caller_turn();
        if (world_now() > LONGEST)
            caller_cancel_all();
        due = earlier(sim.due, world_now() + world_time(2000));
        if (due > world_now())
            world_pass_to(due);
        if (steps % 64 == 0)
            check_progress();
    }
    world_insist(gateway_submissions() <= sim.generations,
                 "a generation was submitted twice");
    end();
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000, i;

    for (i = 0; i < count; i++)
        run(first + i);
    printf("sim: %" PRIu64 " worlds from seed %" PRIu64 ", %" PRIu64
           " requests, %" PRIu64 " tasks, %" PRIu64 " ends\n",
           count, first, sim_requests, sim_tasks, sim_ends);
    printf("sim: %" PRIu64 " passed, 0 failed\n", count);
    return 0;
}
