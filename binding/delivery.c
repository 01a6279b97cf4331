/* SPDX-License-Identifier: MIT */
/* The delivery of events. An event is looked at, built and stored before it is
 * taken, because building may raise an error, and may run finalizers of the
 * host, which may call luma. */
#include "delivery.h"

#include <math.h>

#include "access.h"
#include "kind.h"
#include "result.h"

/* Stack indices. In all functions below the job is at JOB. While events are
 * delivered, the client and the delivery are above it. */
enum { JOB = 1, CLIENT, DELIVERY };

/* ---- storing ----------------------------------------------------------- */

/* Pushes the table in a slot of the job, making it if there is none. */
static void push_table(lua_State *L, int slot, size_t size)
{
    uservalue_get(L, JOB, slot);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    lua_createtable(L, (int)size, 0);
    lua_pushvalue(L, -1);
    uservalue_set(L, JOB, slot);
}

/* Pops an error and stores it as the job's first one, if there is none yet. */
static void store_first_error(lua_State *L)
{
    uservalue_get(L, JOB, JOB_FIRST_ERROR);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        uservalue_set(L, JOB, JOB_FIRST_ERROR);
    } else {
        lua_pop(L, 2);
    }
}

/* Pops an error and stores it for an id. */
static void store_error(lua_State *L, const struct lua_job *job, uint32_t id)
{
    push_table(L, JOB_FAILED, 0);
    job_push_id(L, job, id);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    store_first_error(L);
}

/* Pops a task and stores it for an id. */
static void store_task(lua_State *L, struct lua_job *job, uint32_t id)
{
    push_table(L, JOB_TASKS, luma_job_count(job->core));
    lua_insert(L, -2);
    lua_rawseti(L, -2, (lua_Integer)id + 1);
    lua_pop(L, 1);
    job->stored++;
    if (id < job->cursor) /* each() has passed this place */
        job->cursor = id;
}

static void push_id_and_state(lua_State *L, const struct lua_job *job,
                              size_t id, enum luma_state state)
{
    job_push_id(L, job, id);
    lua_pushstring(L, luma_state_name(state));
}

/* ---- delivery ---------------------------------------------------------- */

/* How many events are delivered. */
struct delivery {
    size_t most;
    double until;        /* a monotonic_now(); one event in any case */
    struct lua_job *job; /* stops once its loop has a document; or NULL */
};

/* Prepares the call of a callback with the value on top. */
static void push_call(lua_State *L, int slot, const struct lua_job *job,
                      const struct luma_doc *doc)
{
    uservalue_get(L, JOB, slot);
    lua_insert(L, -2);
    push_id_and_state(L, job, doc->id, doc->state);
    client_prepare_call(L);
}

/* A task that is both changed and final is delivered twice: it stays in line
 * after on_update. */
static void deliver_update(lua_State *L, struct lua_job *job,
                           const struct luma_doc *doc)
{
    bool called = job_has(job, JOB_ON_UPDATE) && value_push(L, job, doc);

    if (called)
        push_call(L, JOB_ON_UPDATE, job, doc);
    if (doc->final)
        luma_event_mark_reported(job->client->core);
    else
        luma_event_pop(job->client->core, true);
    if (called)
        lua_call(L, 3, 0);
}

/* Adds the JSON text of a value to the error on top. */
static void add_text(lua_State *L, const struct luma_doc *doc)
{
    lua_pushlstring(L, doc->json, doc->json_len);
    lua_setfield(L, -2, "value");
}

/* Adds the value of a response to the error on top, as the result would be; its
 * text, if the decode hook fails. */
static void add_value(lua_State *L, const struct lua_job *job,
                      const struct luma_doc *doc)
{
    if (value_push(L, job, doc)) {
        lua_setfield(L, -2, "value");
        return;
    }
    lua_pop(L, 1);
    add_text(L, doc);
}

static void deliver_task(lua_State *L, struct lua_job *job,
                         const struct luma_doc *doc)
{
    bool built, called;

    if (job->iterating) {
        luma_event_defer(job->client->core);
        return;
    }
    built = value_push(L, job, doc);
    if (!built && job->kind->has_one_value)
        add_text(L, doc);
    called = built && job_has(job, JOB_ON_TASK);
    if (called && job->kind->has_one_value)
        lua_pushvalue(L, -1);
    if (built && (!called || job->kind->has_one_value))
        store_task(L, job, doc->id);
    if (called)
        push_call(L, JOB_ON_TASK, job, doc);
    else if (!built)
        store_error(L, job, doc->id);
    luma_event_pop(job->client->core, built);
    if (called)
        lua_call(L, 3, 0);
}

static void deliver_progress(lua_State *L, struct lua_job *job)
{
    bool called = job_has(job, JOB_ON_PROGRESS);

    if (called) {
        uservalue_get(L, JOB, JOB_ON_PROGRESS);
        result_push_progress(L, job);
        client_prepare_call(L);
    }
    luma_event_pop(job->client->core, true);
    if (called)
        lua_call(L, 1, 0);
}

static void deliver_settled(lua_State *L, struct lua_job *job,
                            const struct luma_settled *settled)
{
    uint32_t i;

    if (settled->error.code != LUMA_OK && (settled->count || settled->value)) {
        value_push_error(L, &settled->error);
        if (settled->value)
            add_value(L, job, settled->value);
        for (i = 0; i < settled->count; i++) {
            lua_pushvalue(L, -1);
            store_error(L, job, settled->ids[i]);
        }
        if (!settled->count)
            store_first_error(L);
    }
    luma_event_apply(job->client->core);
    deliver_progress(L, job);
}

/* Stores the error of the ids that are open at the end. result.c finds these
 * ids when they are asked for, because there may be many. */
static void store_end_error(lua_State *L, const struct luma_error *error)
{
    if (error->code == LUMA_OK || error->code == LUMA_ERR_CANCELLED)
        return;
    value_push_error(L, error);
    lua_pushvalue(L, -1);
    uservalue_set(L, JOB, JOB_END_ERROR);
    store_first_error(L);
}

/* From now on the job lives only as long as its user holds it. */
static void unanchor(lua_State *L, const struct lua_job *job)
{
    uservalue_get(L, CLIENT, CLIENT_ANCHORS);
    lua_pushnil(L);
    lua_rawsetp(L, -2, job);
    lua_pop(L, 1);
}

static void deliver_end(lua_State *L, struct lua_job *job,
                        const struct luma_end *end)
{
    bool called = job_has(job, JOB_ON_DONE);

    store_end_error(L, &end->error);
    luma_event_apply(job->client->core);
    if (called) {
        uservalue_get(L, JOB, JOB_ON_DONE);
        result_push(L);
        client_prepare_call(L);
    }
    unanchor(L, job);
    luma_event_pop(job->client->core, true);
    if (called)
        lua_call(L, 2, 0);
}

/* It belongs to the client: its job may be gone. */
static void deliver_attempt(lua_State *L, struct lua_client *client,
                            const struct luma_attempt *attempt)
{
    uservalue_get(L, CLIENT, CLIENT_ON_ATTEMPT);
    result_push_attempt(L, attempt);
    client_prepare_call(L);
    luma_event_pop(client->core, true);
    lua_call(L, 1, 0);
}

/* Puts the job of an event at JOB. NULL: it was dropped by its user, and is
 * about to be finalised. */
static struct lua_job *find_job(lua_State *L, const struct luma_event *event)
{
    uservalue_get(L, CLIENT, CLIENT_JOBS);
    lua_rawgetp(L, -1, luma_job_user(event->job));
    lua_replace(L, JOB);
    lua_settop(L, DELIVERY);
    return lua_touserdata(L, JOB);
}

static void deliver_one(lua_State *L, struct lua_client *client,
                        const struct luma_event *event)
{
    const struct luma_doc *doc = (const struct luma_doc *)event;
    struct lua_job *job;

    lua_settop(L, DELIVERY);
    if (event->kind == LUMA_EVENT_ATTEMPT) {
        deliver_attempt(L, client, (const struct luma_attempt *)event);
        return;
    }
    job = find_job(L, event);
    if (!job)
        luma_event_pop(client->core, true);
    else if (event->kind == LUMA_EVENT_TASK && doc->changed)
        deliver_update(L, job, doc);
    else if (event->kind == LUMA_EVENT_TASK)
        deliver_task(L, job, doc);
    else if (event->kind == LUMA_EVENT_SETTLED)
        deliver_settled(L, job, (const struct luma_settled *)event);
    else if (event->kind == LUMA_EVENT_PROGRESS)
        deliver_progress(L, job);
    else
        deliver_end(L, job, (const struct luma_end *)event);
}

static bool is_enough(const struct delivery *d, size_t n)
{
    return n >= d->most || (n && monotonic_now() >= d->until) ||
           (d->job && luma_job_peek(d->job->core));
}

/* The last luma_event_peek quiets the descriptor if the line is empty. */
static int deliver(lua_State *L)
{
    struct lua_client *client = lua_touserdata(L, CLIENT);
    const struct delivery *d = lua_touserdata(L, DELIVERY);
    const struct luma_event *event = luma_event_peek(client->core);
    size_t n;

    for (n = 0; event && !client->closing && !is_enough(d, n); n++) {
        deliver_one(L, client, event);
        event = luma_event_peek(client->core);
    }
    return 0;
}

void delivery_run(lua_State *L, int index, size_t most, double until,
                  struct lua_job *job)
{
    struct lua_client *client = lua_touserdata(L, index);
    struct delivery delivery = {most, until, job};

    if (client->closed)
        return;
    lua_pushnil(L);
    lua_pushvalue(L, index);
    lua_pushlightuserdata(L, &delivery);
    client_guard(L, client, deliver, 3, 0);
}

void delivery_wait(lua_State *L, int index, struct lua_job *job, double until)
{
    double slice = monotonic_now() + CLIENT_SLICE;

    delivery_run(L, index, SIZE_MAX, fmin(until, slice), job);
    if (!job->client->closed && !job_is_done(job) && !luma_job_peek(job->core))
        client_wait(L, job->client, until);
}

/* ---- each -------------------------------------------------------------- */

/* Pushes the next task that was stored before the loop began, with its id and
 * state. False: there is none. */
static bool push_stored(lua_State *L, struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);

    uservalue_get(L, JOB, JOB_TASKS);
    while (!lua_isnil(L, -1) && job->cursor < count) {
        i = job->cursor++;
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        push_id_and_state(L, job, i, luma_job_state(job->core, i));
        if (!job->has_result) {
            lua_pushnil(L);
            lua_rawseti(L, -5, (lua_Integer)i + 1);
            job->stored--;
        }
        return true;
    }
    lua_pop(L, 1);
    return false;
}

/* Takes the documents that were moved to the job for its loop. For the loop: up
 * to the first one that can be built, which is pushed with its id and state.
 * Else: all of them, which are stored. */
static int take_moved(lua_State *L, bool for_loop)
{
    struct lua_job *job = lua_touserdata(L, JOB);
    const struct luma_doc *doc;
    bool built = false;

    while (!(built && for_loop) && (doc = luma_job_peek(job->core))) {
        lua_settop(L, JOB);
        built = value_push(L, job, doc);
        if (!built)
            store_error(L, job, doc->id);
        else if (for_loop)
            push_id_and_state(L, job, doc->id, doc->state);
        else
            store_task(L, job, doc->id);
        luma_job_pop(job->core, built);
    }
    return built && for_loop ? 3 : 0;
}

/* Returns the next task, its id and its state, or nothing. */
static int next_task(lua_State *L)
{
    return push_stored(L, lua_touserdata(L, JOB)) ? 3 : take_moved(L, true);
}

int delivery_keep_rest(lua_State *L)
{
    return take_moved(L, false);
}

int delivery_each_next(lua_State *L)
{
    struct lua_job *job;

    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    job = job_check(L);
    uservalue_get(L, 1, JOB_CLIENT); /* at 2 */
    for (;;) {
        client_check_idle(L, job->client, "each");
        job->iterating = !job->has_result;
        lua_pushvalue(L, 1);
        client_guard(L, job->client, next_task, 1, 3);
        if (!lua_isnil(L, -2)) /* the id: a decode hook may return false */
            return 3;
        lua_pop(L, 3);
        if (job_is_done(job))
            return 0;
        delivery_wait(L, 2, job, HUGE_VAL);
    }
}
