/* SPDX-License-Identifier: MIT */
/* Jobs: what they tell, and how they are waited for. */
#include <math.h>

#include "binding.h"
#include "delivery.h"
#include "result.h"

const char job_type[] = "luma.job";

/* ---- access ------------------------------------------------------------ */

struct lua_job *job_check(lua_State *L)
{
    struct lua_job *job = luaL_checkudata(L, 1, job_type);

    luaL_argcheck(L, job->core, 1, "job is finalised");
    client_check_process(L, job->client);
    return job;
}

void slot_push(lua_State *L, int index, int slot)
{
    lua_getiuservalue(L, index, 1);
    lua_rawgeti(L, -1, slot);
    lua_remove(L, -2);
}

void slot_set(lua_State *L, int index, int slot)
{
    index = lua_absindex(L, index);
    lua_getiuservalue(L, index, 1);
    lua_insert(L, -2);
    lua_rawseti(L, -2, slot);
    lua_pop(L, 1);
}

bool job_is_done(const struct lua_job *job)
{
    return luma_job_error(job->core)->code != LUMA_ERR_PENDING &&
           !(job->iterating && luma_job_doc(job->core));
}

void job_push_id(lua_State *L, const struct lua_job *job, size_t index)
{
    size_t len;
    const char *id = luma_job_id(job->core, index, &len);

    lua_pushlstring(L, id, len);
}

/* ---- methods ----------------------------------------------------------- */

/* What finalizers of the host do meanwhile must not show in it: both are made
 * as delivery is, with the client busy. The job is at 1. */
static int make_result(lua_State *L)
{
    return result_push(L, 1, lua_touserdata(L, 1));
}

static int make_pending(lua_State *L)
{
    lua_pushnil(L);
    result_push_failure(L, 1, lua_touserdata(L, 1));
    return 2;
}

int job_result(lua_State *L)
{
    struct lua_job *job = job_check(L);
    double seconds = options_seconds(L, 2, -1), until, left;

    until = client_now() + seconds;
    client_check_idle(L, job->client, "result");
    lua_settop(L, 1);
    slot_push(L, 1, JOB_CLIENT); /* at 2 */
    for (;;) {
        job->iterating = false;
        lua_pushvalue(L, 1);
        client_guard(L, job->client, delivery_keep_rest, 1, 0);
        if (luma_job_doc(job->core)) /* a finalizer has closed the client */
            continue;
        if (job_is_done(job)) {
            lua_pushvalue(L, 1);
            client_guard(L, job->client, make_result, 1, 2);
            return 2;
        }
        left = seconds < 0 ? HUGE_VAL : fmax(0, until - client_now());
        delivery_run(L, 2, SIZE_MAX, fmin(left, CLIENT_SLICE), NULL);
        if (job_is_done(job) || job->client->closed)
            continue;
        client_wait(L, job->client,
                    seconds < 0 ? -1 : fmax(0, until - client_now()));
        if (!job->client->closed && seconds >= 0 && client_now() >= until) {
            lua_pushvalue(L, 1);
            client_guard(L, job->client, make_pending, 1, 2);
            return 2;
        }
    }
}

static int job_each(lua_State *L)
{
    struct lua_job *job = job_check(L);

    client_check_idle(L, job->client, "each");
    luaL_argcheck(L, !job_has(job, JOB_ON_TASK), 1,
                  "the job's tasks go to on_task");
    luaL_argcheck(L, !job->kind->no_each, 1, job->kind->no_each);
    job->iterating = !job->has_result;
    job->cursor = 0;
    lua_settop(L, 1);
    lua_pushcclosure(L, delivery_each_next, 1);
    return 1;
}

static int job_done(lua_State *L)
{
    lua_pushboolean(L, job_is_done(job_check(L)));
    return 1;
}

static int job_progress(lua_State *L)
{
    result_push_progress(L, job_check(L));
    return 1;
}

static int job_cancel(lua_State *L)
{
    luma_job_cancel(job_check(L)->core);
    return 0;
}

static int job_gc(lua_State *L)
{
    struct lua_job *job = luaL_checkudata(L, 1, job_type);

    luma_job_release(job->core);
    job->core = NULL;
    return 0;
}

static int job_tostring(lua_State *L)
{
    const struct lua_job *job = luaL_checkudata(L, 1, job_type);
    struct luma_progress p;

    if (!job->core) {
        lua_pushliteral(L, "luma.job (finalised)");
        return 1;
    }
    luma_job_progress(job->core, &p);
    if (job->kind->in_bytes) {
        lua_pushfstring(L, "luma.job (%s, %s, %d kB)",
                        job_is_done(job) ? "done" : "running", job->kind->name,
                        (int)(p.bytes / 1000));
        return 1;
    }
    lua_pushfstring(L, "luma.job (%s, %d of %d ids open)",
                    job_is_done(job) ? "done" : "running",
                    (int)p.outcome[LUMA_OUTCOME_OPEN], (int)p.ids);
    return 1;
}

static const luaL_Reg methods[] = {
    {"done", job_done},         {"result", job_result}, {"each", job_each},
    {"progress", job_progress}, {"cancel", job_cancel}, {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", job_gc},
    {"__tostring", job_tostring},
    {NULL, NULL},
};

void job_register(lua_State *L)
{
    luaL_newmetatable(L, job_type);
    luaL_setfuncs(L, metamethods, 0);
    lua_pushstring(L, job_type);
    lua_setfield(L, -2, "__metatable"); /* __gc is the collector's to call */
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
