/* SPDX-License-Identifier: MIT */
/* A caller that starts jobs, takes what they send, or does not, and looks at
 * each event. */
#include "sim.h"

#include <stdio.h>

#include "spec/core/check.h"
#include "world.h"

static struct known *known_of(const struct luma_event *event)
{
    size_t i;

    for (i = 0; i < sim.jobs; i++)
        if (sim.known[i].job == event->job)
            return &sim.known[i];
    world_insist(false, "an event of a job that was released");
    return NULL;
}

static void note_outcome(struct known *known, uint32_t id)
{
    world_insist(id < luma_job_count(known->job), "an id that is not there");
    world_insist(!known->settled[id]++, "a second outcome of an id");
}

static void hear_task(struct known *known, const struct luma_doc *doc)
{
    world_insist(!known->ended, "a task after the end");
    world_insist(doc->final || known->is_watch, "a task that is not the last");
    if (doc->final)
        note_outcome(known, doc->id);
    else
        world_insist(!known->settled[doc->id], "a change after the outcome");
    sim_tasks++;
}

/* Whether an id without an outcome before the end of its job may be this. A
 * generation fails, or is followed like a watch. */
static bool may_be_left(const struct known *known, enum luma_outcome outcome,
                        const struct luma_error *error)
{
    if (error->code == LUMA_ERR_CANCELLED)
        return outcome == LUMA_OUTCOME_CANCELLED;
    if (outcome == LUMA_OUTCOME_OPEN)
        return known->is_watch;
    return outcome == LUMA_OUTCOME_FAILED &&
           (!known->is_watch || known->is_generation);
}

static bool knows_id(const struct luma_job *job)
{
    size_t len;

    luma_job_id(job, 0, &len);
    return len > 0;
}

/* Whether a generation that has failed so is not there, or it is not known. */
static bool is_certain(enum luma_code code)
{
    return retry_class_of(code, 0) == RETRY_CLASS_NEVER ||
           code == LUMA_ERR_CONNECT || code == LUMA_ERR_RATE_LIMIT;
}

/* All ids have exactly one outcome: the one that was heard, or the end's. */
static void hear_end(struct known *known, const struct luma_error *error)
{
    size_t i, sum = 0;
    struct luma_progress p;

    world_insist(!known->ended, "a second end");
    known->ended = true;
    sim_ends++;
    luma_job_progress(known->job, &p);
    for (i = 0; i < LUMA_OUTCOMES; i++)
        sum += p.outcome[i];
    world_insist(sum == luma_job_count(known->job), "ids are lost in counts");
    for (i = 0; i < luma_job_count(known->job); i++) {
        enum luma_outcome outcome = luma_job_outcome(known->job, i);

        world_insist(known->settled[i] || error->code != LUMA_OK,
                     "an id of a good job without an outcome");
        world_insist(known->settled[i] ? outcome != LUMA_OUTCOME_OPEN
                                       : may_be_left(known, outcome, error),
                     "an id has another outcome than the one that was heard");
    }
    world_insist(!known->is_generation || knows_id(known->job) ||
                     is_certain(error->code),
                 "a generation that may be there, and could be sent again");
    world_insist(error->code != LUMA_ERR_PENDING, "an end without a reason");
}

bool caller_take(void)
{
    const struct luma_event *event = luma_event_peek(sim.client);
    struct known *known;
    uint32_t i;

    if (!event)
        return false;
    known = known_of(event);
    if (event->kind == LUMA_EVENT_TASK)
        hear_task(known, (const struct luma_doc *)event);
    if (event->kind == LUMA_EVENT_SETTLED) {
        const struct luma_settled *s = (const struct luma_settled *)event;

        for (i = 0; i < s->count; i++)
            note_outcome(known, s->ids[i]);
    }
    if (event->kind == LUMA_EVENT_END) {
        luma_event_apply(sim.client);
        hear_end(known, &((const struct luma_end *)event)->error);
    }
    luma_event_pop(sim.client, !world_happens(5));
    return true;
}

static struct luma_ids *some_ids(void)
{
    struct luma_ids *ids = luma_ids_new(IDS, IDS * 16);
    uint32_t i, n = world_chance(IDS);

    must(ids);
    for (i = 0; i < n; i++) {
        char id[16];
        int len = snprintf(id, sizeof id, "%c%u", world_happens(5) ? 'n' : 'a',
                           (unsigned)i);

        must(luma_ids_add(ids, id, (size_t)len) == LUMA_OK);
    }
    return ids;
}

static const struct luma_watch_options watching = {1000, 8000, 3000, 2000};

static struct luma_job *generate(const struct luma_job_options *options,
                                 struct luma_error *error)
{
    struct luma_generate_options generation = {
        .body = "{}", .len = 2, .watch = watching};

    sim.generations++;
    return luma_client_generate(sim.client, &generation, options, error);
}

void caller_start_job(void)
{
    struct known *known = &sim.known[sim.jobs++];
    struct luma_job_options options = {
        .deadline = world_happens(50) ? world_time(60000) : 0};
    struct luma_error error;

    switch (world_chance(4)) {
    case 0:
        known->is_watch = known->is_generation = true;
        known->job = generate(&options, &error);
        break;
    case 1:
        known->is_watch = true;
        known->job = luma_client_watch(sim.client, some_ids(), &watching,
                                       &options, &error);
        break;
    default:
        known->job =
            luma_client_fetch(sim.client, some_ids(), &options, &error);
    }
    world_insist(known->job != NULL, "a job that could not begin");
}

void caller_turn(void)
{
    struct known *known = &sim.known[world_chance(JOBS)];

    while (!world_happens(sim.patience) && caller_take())
        ;
    if (sim.jobs < JOBS && world_happens(20))
        caller_start_job();
    if (known->job && !known->ended) {
        if (world_happens(1))
            luma_job_cancel(known->job);
        else if (world_happens(1)) {
            luma_job_release(known->job);
            known->job = NULL;
        }
    }
}

void caller_cancel_all(void)
{
    size_t i;

    for (i = 0; i < sim.jobs; i++)
        if (sim.known[i].job && !sim.known[i].ended)
            luma_job_cancel(sim.known[i].job);
}
