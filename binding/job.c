/* SPDX-License-Identifier: MIT */
/* The methods of a job. */

#include "access.h"
#include "delivery.h"
#include "kind.h"
#include "result.h"

int job_result(lua_State *L)
{
    struct lua_job *job = job_check(L);
    double until = monotonic_now() + check_seconds(L, 2);
    bool expired = false;

    client_check_idle(L, job->client, "result");
    lua_settop(L, 1);
    uservalue_get(L, 1, JOB_CLIENT); /* at 2 */
    for (;;) {
        job->iterating = false;
        lua_pushvalue(L, 1);
        client_guard(L, job->client, delivery_keep_rest, 1, 0);
        if (luma_job_peek(job->core))
            continue; /* a finalizer has closed the client */
        if (expired || job_is_done(job))
            break;
        delivery_wait(L, 2, job, until);
        expired = !job->client->closed && monotonic_now() >= until;
    }
    lua_pushvalue(L, 1);
    client_guard(L, job->client, result_push, 1, 2);
    return 2;
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
    const char *state;

    if (!job->core) {
        lua_pushliteral(L, "luma.job (finalised)");
        return 1;
    }
    luma_job_progress(job->core, &p);
    state = job_is_done(job) ? "done" : "running";
    if (job->kind->in_bytes)
        lua_pushfstring(L, "luma.job (%s, %s, %d kB)", state, job->kind->name,
                        (int)(p.bytes / 1000));
    else if (job->kind->has_one_value)
        lua_pushfstring(L, "luma.job (%s, %s)", state, job->kind->name);
    else
        lua_pushfstring(L, "luma.job (%s, %d of %d ids open)", state,
                        (int)p.outcome[LUMA_OUTCOME_OPEN], (int)p.ids);
    return 1;
}

const luaL_Reg job_methods[] = {
    {"done", job_done},         {"result", job_result}, {"each", job_each},
    {"progress", job_progress}, {"cancel", job_cancel}, {NULL, NULL},
};

const luaL_Reg job_metamethods[] = {
    {"__gc", job_gc},
    {"__tostring", job_tostring},
    {NULL, NULL},
};
