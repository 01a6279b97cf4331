/* SPDX-License-Identifier: MIT */
/* The delivery of events. An event is looked at, built and stored before it is
 * taken, because building may raise, and may run the host's finalizers, which
 * may call luma. */
#include "delivery.h"

#include "binding.h"
#include "result.h"

/* ---- building ---------------------------------------------------------- */

/* Pops an error and notes it for an id of the job at `index`. */
static void note_failure(lua_State *L, int index, const struct lua_job *job,
                         uint32_t id)
{
    slot_push(L, index, JOB_FAILED);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        slot_set(L, index, JOB_FAILED);
    }
    job_push_id(L, job, id);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    slot_push(L, index, JOB_FIRST_ERROR);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        slot_set(L, index, JOB_FIRST_ERROR);
        return;
    }
    lua_pop(L, 2);
}

/* Calls the decode hook with the task's text. Leaves the value, or an error
 * and false. */
static bool decode(lua_State *L, const struct luma_doc *doc)
{
    struct luma_error error;
    int status;

    lua_pushlstring(L, doc->json, doc->json_len);
    status = lua_pcall(L, 1, 1, 0);
    if (status == LUA_ERRMEM)
        lua_error(L);
    if (status == LUA_OK && !lua_isnil(L, -1))
        return true;
    luma_error_set(&error, LUMA_ERR_DECODE);
    if (status == LUA_OK)
        luma_error_append(&error, "it returned nil");
    else if (lua_type(L, -1) == LUA_TSTRING)
        luma_error_append(&error, "%s", lua_tostring(L, -1));
    else
        luma_error_append(&error, "it raised a %s", luaL_typename(L, -1));
    value_push_error(L, &error);
    return false;
}

/* Leaves the document's value, or an error and false. */
static bool build(lua_State *L, const struct lua_job *job,
                  const struct luma_doc *doc, int index)
{
    if (!job->client->decodes) {
        value_push(L, doc, job->client->nulls);
        return true;
    }
    slot_push(L, index, JOB_CLIENT);
    slot_push(L, -1, CLIENT_DECODE);
    lua_remove(L, -2);
    return decode(L, doc);
}

static void store(lua_State *L, struct lua_job *job, int index, uint32_t id)
{
    slot_push(L, index, JOB_TASKS);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_createtable(L, (int)luma_job_count(job->core), 0);
        lua_pushvalue(L, -1);
        slot_set(L, index, JOB_TASKS);
    }
    lua_insert(L, -2);
    lua_rawseti(L, -2, (lua_Integer)id + 1);
    lua_pop(L, 1);
    job->stored++;
    if (id < job->cursor) /* a loop has to look here again */
        job->cursor = id;
}

/* ---- delivery ---------------------------------------------------------- */

/* How much of the line is delivered. */
struct delivery {
    size_t most;
    double deadline; /* of client_now; one event is delivered in any case */
    struct lua_job
        *job; /* a document that waits for its loop is enough; or NULL */
};

/* In the functions below the client is at 1, the delivery at 2, and the job of
 * the event that is first in line at JOB. */
enum { JOB = 3 };

/* The event of a change is told of, and of a task that is final twice: it stays
 * in line after the first time. */
static void deliver_update(lua_State *L, struct lua_job *job,
                           const struct luma_doc *doc)
{
    struct luma_client *client = job->client->core;
    const char *state = luma_state_name(doc->state);
    bool built = job_has(job, JOB_ON_UPDATE) && build(L, job, doc, JOB);

    if (built) {
        slot_push(L, JOB, JOB_ON_UPDATE);
        lua_insert(L, -2);
        job_push_id(L, job, doc->id);
        lua_pushstring(L, state);
        client_prepare_call(L);
    }
    if (doc->final)
        luma_event_mark_reported(client);
    else
        luma_event_pop(client, true);
    if (built)
        lua_call(L, 3, 0);
}

static void deliver_task(lua_State *L, struct lua_job *job,
                         const struct luma_doc *doc)
{
    struct luma_client *client = job->client->core;
    const char *state = luma_state_name(doc->state);

    if (job->iterating) {
        luma_event_defer(client);
        return;
    }
    if (!build(L, job, doc, JOB)) {
        note_failure(L, JOB, job, doc->id);
        luma_event_pop(client, false);
    } else if (job_has(job, JOB_ON_TASK)) {
        slot_push(L, JOB, JOB_ON_TASK);
        lua_insert(L, -2);
        job_push_id(L, job, doc->id);
        lua_pushstring(L, state);
        client_prepare_call(L);
        luma_event_pop(client, true);
        lua_call(L, 3, 0);
    } else {
        store(L, job, JOB, doc->id);
        luma_event_pop(client, true);
    }
}

static void deliver_answer(lua_State *L, struct lua_job *job,
                           const struct luma_settled *answer)
{
    uint32_t i;

    if (answer->error.code != LUMA_OK && answer->count) {
        value_push_error(L, &answer->error); /* at 4 */
        for (i = 0; i < answer->count; i++) {
            lua_pushvalue(L, 4);
            note_failure(L, JOB, job, answer->ids[i]);
        }
    }
    luma_event_apply(job->client->core);
    slot_push(L, JOB, JOB_ON_PROGRESS);
    if (!lua_isnil(L, -1)) {
        result_push_progress(L, job);
        client_prepare_call(L);
    }
    luma_event_pop(job->client->core, true);
    if (!lua_isnil(L, -1))
        lua_call(L, 1, 0);
}

/* Notes the error that ids have which are open at the end. Which these are is
 * found out when somebody asks: there may be many. */
static void note_end(lua_State *L, const struct luma_error *error)
{
    if (error->code == LUMA_OK || error->code == LUMA_ERR_CANCELLED)
        return;
    value_push_error(L, error);
    lua_pushvalue(L, -1);
    slot_set(L, JOB, JOB_END_ERROR);
    slot_push(L, JOB, JOB_FIRST_ERROR);
    lua_insert(L, -2);
    if (lua_isnil(L, -2))
        slot_set(L, JOB, JOB_FIRST_ERROR);
    lua_settop(L, JOB);
}

/* Lets go of the job: from now on it lives as long as its user holds it. */
static void unanchor(lua_State *L, const struct lua_job *job)
{
    slot_push(L, 1, CLIENT_ANCHORS);
    lua_pushnil(L);
    lua_rawsetp(L, -2, job->core);
    lua_pop(L, 1);
}

static void deliver_end(lua_State *L, struct lua_job *job,
                        const struct luma_end *end)
{
    bool told;

    note_end(L, &end->error);
    luma_event_apply(job->client->core);
    slot_push(L, JOB, JOB_ON_DONE);
    told = !lua_isnil(L, -1);
    if (told) {
        result_push(L, JOB, job);
        if (luma_job_doc(job->core)) /* a loop still has some to take */
            job->has_result = false;
        client_prepare_call(L);
    }
    unanchor(L, job);
    luma_event_pop(job->client->core, true);
    if (told)
        lua_call(L, 2, 0);
}

/* A download has got further. */
static void deliver_news(lua_State *L, struct lua_job *job)
{
    slot_push(L, JOB, JOB_ON_PROGRESS);
    result_push_progress(L, job);
    client_prepare_call(L);
    luma_event_pop(job->client->core, true);
    lua_call(L, 1, 0);
}

static void deliver_one(lua_State *L, struct lua_client *client,
                        const struct luma_event *event)
{
    struct lua_job *job;

    lua_settop(L, 2);
    slot_push(L, 1, CLIENT_JOBS);
    lua_rawgetp(L, -1, event->job);
    lua_remove(L, -2);
    job = lua_touserdata(L, JOB);
    if (!job) /* dropped by its user, and about to be finalised */
        luma_event_pop(client->core, true);
    else if (event->kind == LUMA_EVENT_TASK &&
             ((const struct luma_doc *)event)->changed)
        deliver_update(L, job, (const struct luma_doc *)event);
    else if (event->kind == LUMA_EVENT_TASK)
        deliver_task(L, job, (const struct luma_doc *)event);
    else if (event->kind == LUMA_EVENT_SETTLED)
        deliver_answer(L, job, (const struct luma_settled *)event);
    else if (event->kind == LUMA_EVENT_PROGRESS)
        deliver_news(L, job);
    else
        deliver_end(L, job, (const struct luma_end *)event);
}

static bool is_enough(const struct delivery *d, size_t n)
{
    return n >= d->most || (n && client_now() >= d->deadline) ||
           (d->job && luma_job_doc(d->job->core));
}

/* The last look finds the line empty, which quiets the descriptor, or not. */
static int deliver(lua_State *L)
{
    struct lua_client *client = lua_touserdata(L, 1);
    const struct delivery *d = lua_touserdata(L, 2);
    const struct luma_event *event = luma_event_peek(client->core);
    size_t n;

    for (n = 0; event && !client->closing && !is_enough(d, n); n++) {
        deliver_one(L, client, event);
        event = luma_event_peek(client->core);
    }
    return 0;
}

void delivery_run(lua_State *L, int index, size_t most, double seconds,
                  struct lua_job *job)
{
    struct lua_client *client = lua_touserdata(L, index);
    struct delivery delivery = {most, client_now() + seconds, job};

    if (client->closed)
        return;
    lua_pushvalue(L, index);
    lua_pushlightuserdata(L, &delivery);
    client_guard(L, client, deliver, 2, 0);
}

/* ---- each -------------------------------------------------------------- */

/* Finds a task that was kept before the loop began; the job is at 1. */
static bool next_kept(lua_State *L, struct lua_job *job)
{
    size_t count = luma_job_count(job->core);

    slot_push(L, 1, JOB_TASKS);
    while (!lua_isnil(L, -1) && job->cursor < count) {
        lua_Integer i = (lua_Integer)++job->cursor;

        lua_rawgeti(L, -1, i);
        if (!lua_isnil(L, -1)) {
            job_push_id(L, job, job->cursor - 1);
            lua_pushstring(
                L, luma_state_name(luma_job_state(job->core, job->cursor - 1)));
            if (!job->has_result) {
                lua_pushnil(L);
                lua_rawseti(L, -5, i);
                job->stored--;
            }
            return true;
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return false;
}

/* Leaves the next task, its id and its state, or nothing; the job is at 1. */
static int next_task(lua_State *L)
{
    struct lua_job *job = lua_touserdata(L, 1);
    const struct luma_doc *doc;

    if (next_kept(L, job))
        return 3;
    while ((doc = luma_job_doc(job->core))) {
        lua_settop(L, 1);
        if (build(L, job, doc, 1)) {
            job_push_id(L, job, doc->id);
            lua_pushstring(L, luma_state_name(doc->state));
            luma_job_take(job->core, true);
            return 3;
        }
        note_failure(L, 1, job, doc->id);
        luma_job_take(job->core, false);
    }
    return 0;
}

/* Builds what the loop has left behind, for the result; the job is at 1. */
int delivery_keep_rest(lua_State *L)
{
    struct lua_job *job = lua_touserdata(L, 1);
    const struct luma_doc *doc;

    while ((doc = luma_job_doc(job->core))) {
        bool built;

        lua_settop(L, 1);
        built = build(L, job, doc, 1);
        if (built)
            store(L, job, 1, doc->id);
        else
            note_failure(L, 1, job, doc->id);
        luma_job_take(job->core, built);
    }
    return 0;
}

int delivery_each_next(lua_State *L)
{
    struct lua_job *job;

    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    job = job_check(L);
    slot_push(L, 1, JOB_CLIENT); /* at 2 */
    for (;;) {
        client_check_idle(L, job->client, "each");
        job->iterating = !job->has_result;
        lua_pushvalue(L, 1);
        client_guard(L, job->client, next_task, 1, 3);
        if (!lua_isnil(L, -2)) /* the id: a decode hook may give false */
            return 3;
        lua_pop(L, 3);
        if (job_is_done(job))
            return 0;
        delivery_run(L, 2, SIZE_MAX, CLIENT_SLICE, job);
        if (!luma_job_doc(job->core) && !job_is_done(job))
            client_wait(L, job->client, -1);
    }
}
