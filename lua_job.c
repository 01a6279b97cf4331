/* SPDX-License-Identifier: MIT */
/* Jobs: how they are made of ids and options, and what they tell. */
#include <math.h>
#include <string.h>

#include "lua_luma.h"

static const char job_type[] = "luma.job";

/* ---- access ------------------------------------------------------------ */

struct job *job_check(lua_State *L)
{
    struct job *job = luaL_checkudata(L, 1, job_type);

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

bool job_is_done(const struct job *job)
{
    return luma_job_error(job->core)->code != LUMA_PENDING &&
           !(job->under_each && luma_job_doc(job->core));
}

void job_push_id(lua_State *L, const struct job *job, size_t index)
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
    struct job *job = job_check(L);
    double seconds = luaL_optnumber(L, 2, -1), until, left;

    luaL_argcheck(L, lua_isnoneornil(L, 2) || seconds >= 0, 2,
                  "seconds must not be negative");
    until = client_now() + seconds;
    client_check_idle(L, job->client, "result");
    lua_settop(L, 1);
    slot_push(L, 1, JOB_CLIENT); /* at 2 */
    for (;;) {
        job->under_each = false;
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
    struct job *job = job_check(L);

    client_check_idle(L, job->client, "each");
    luaL_argcheck(L, !job->streams, 1, "the job's tasks go to on_task");
    job->under_each = !job->has_result;
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
    struct job *job = luaL_checkudata(L, 1, job_type);

    luma_job_release(job->core);
    job->core = NULL;
    return 0;
}

static int job_tostring(lua_State *L)
{
    const struct job *job = luaL_checkudata(L, 1, job_type);
    struct luma_progress p;

    if (!job->core) {
        lua_pushliteral(L, "luma.job (finalised)");
        return 1;
    }
    luma_job_progress(job->core, &p);
    lua_pushfstring(L, "luma.job (%s, %d of %d ids open)",
                    job_is_done(job) ? "done" : "running",
                    (int)p.outcome[LUMA_IS_OPEN], (int)p.ids);
    return 1;
}

/* ---- fetch ------------------------------------------------------------- */

static void bad_id(lua_State *L, size_t i, int type, size_t len)
{
    const char *problem = len ? "longer than 1024 bytes" : "empty string";

    if (type != LUA_TSTRING)
        problem = lua_pushfstring(L, "string expected, got %s",
                                  lua_typename(L, type));
    luaL_argerror(L, 2, lua_pushfstring(L, "ids[%d]: %s", (int)i, problem));
}

/* Checks the ids at 2 and says how many there are, and their bytes. After it,
 * nothing about them can fail but memory. */
static size_t check_ids(lua_State *L, size_t *bytes)
{
    size_t n, i, len = 0;

    *bytes = 0;
    if (lua_type(L, 2) == LUA_TSTRING) { /* one id is a list of one */
        lua_createtable(L, 1, 0);
        lua_pushvalue(L, 2);
        lua_rawseti(L, -2, 1);
        lua_replace(L, 2);
    }
    if (!lua_istable(L, 2))
        luaL_argerror(L, 2,
                      lua_pushfstring(L,
                                      "string or array of strings expected, "
                                      "got %s",
                                      luaL_typename(L, 2)));
    n = lua_rawlen(L, 2);
    lua_pushnil(L);
    luaL_argcheck(L, n || !lua_next(L, 2), 2, "ids must be an array");
    lua_settop(L, 3);
    luaL_argcheck(L, n < UINT32_MAX / 4, 2, "too many ids");
    for (i = 1; i <= n; i++) {
        int type;

        lua_rawgeti(L, 2, (lua_Integer)i);
        type = lua_type(L, -1);
        len = type == LUA_TSTRING ? lua_rawlen(L, -1) : 0;
        if (!len || len > LUMA_ID_MAX)
            bad_id(L, i, type, len);
        *bytes += len;
        lua_pop(L, 1);
    }
    return n;
}

/* Raises nothing: the list is in nobody's care yet. NULL: out of memory. */
static struct luma_ids *make_ids(lua_State *L, size_t n, size_t bytes)
{
    struct luma_ids *ids = luma_ids_new(n, bytes);
    size_t i, len;

    for (i = 1; ids && i <= n; i++) {
        const char *id;

        lua_rawgeti(L, 2, (lua_Integer)i);
        id = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
        if (!id || luma_ids_add(ids, id, len) != LUMA_OK) {
            luma_ids_unref(ids);
            ids = NULL;
        }
        lua_pop(L, 1);
    }
    return ids;
}

/* Puts the options at 3 into the user value on top. Gives the deadline in ms,
 * and in `callbacks` how many there are. */
static int64_t take_options(lua_State *L, int *callbacks)
{
    static const struct {
        const char *name;
        int slot;
    } known[] = {{"on_task", JOB_ON_TASK},
                 {"on_progress", JOB_ON_PROGRESS},
                 {"on_done", JOB_ON_DONE}};
    double deadline = 0;
    size_t i;

    *callbacks = 0;
    if (lua_isnoneornil(L, 3))
        return 0;
    luaL_checktype(L, 3, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING
                               ? lua_tostring(L, -2)
                               : luaL_typename(L, -2);

        for (i = 0; i < 3 && strcmp(name, known[i].name) != 0;)
            i++;
        if (i < 3) {
            if (!lua_isfunction(L, -1))
                luaL_argerror(L, 3,
                              lua_pushfstring(L,
                                              "%s: function expected, got %s",
                                              name, luaL_typename(L, -1)));
            lua_pushvalue(L, -1);
            lua_rawseti(L, -4, known[i].slot);
            ++*callbacks;
        } else if (strcmp(name, "deadline") == 0) {
            deadline = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1)
                                                      : -1;
            if (!(deadline > 0 && deadline <= 1e9))
                luaL_argerror(L, 3,
                              "deadline: must be a positive number of "
                              "seconds");
        } else {
            luaL_argerror(L, 3,
                          lua_pushfstring(L, "unknown option '%s'", name));
        }
    }
    return deadline > 0 ? (int64_t)(deadline * 1000) + 1 : 0;
}

/* Lets the client find the job, and keeps it if it has callbacks. */
static void anchor(lua_State *L, struct job *job, int index, bool strongly)
{
    slot_push(L, 1, strongly ? CLIENT_ANCHORS : CLIENT_JOBS);
    lua_pushvalue(L, index);
    lua_rawsetp(L, -2, job->core);
    lua_pop(L, 1);
}

int job_fetch(lua_State *L)
{
    struct client *client = client_check(L, 1);
    struct luma_error error;
    size_t bytes, n;
    int64_t deadline;
    struct luma_ids *ids;
    struct job *job;
    int callbacks;

    lua_settop(L, 3);
    n = check_ids(L, &bytes);
    job = lua_newuserdatauv(L, sizeof *job, 1); /* at 4 */
    *job = (struct job){.client = client};
    lua_createtable(L, JOB_ON_DONE, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, JOB_CLIENT);
    deadline = take_options(L, &callbacks);
    lua_rawgeti(L, -1, JOB_ON_TASK);
    job->streams = !lua_isnil(L, -1);
    lua_pop(L, 1);
    lua_setiuservalue(L, 4, 1);
    luaL_setmetatable(L, job_type);
    ids = make_ids(L, n, bytes);
    if (client->closed) { /* by a finalizer that ran meanwhile */
        luma_ids_unref(ids);
        luaL_argerror(L, 1, "client is closed");
    }
    status_set(&error, LUMA_MEMORY);
    if (ids)
        job->core = luma_fetch(client->core, ids, deadline, job, &error);
    if (!job->core) {
        lua_pushnil(L);
        value_push_error(L, &error);
        return 2;
    }
    luma_job_keep(job->core, !job->streams);
    anchor(L, job, 4, false);
    if (callbacks)
        anchor(L, job, 4, true);
    lua_settop(L, 4);
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
