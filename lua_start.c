/* SPDX-License-Identifier: MIT */
/* How jobs begin: made of ids and options. */
#include <math.h>
#include <string.h>

#include "lua_luma.h"

/* ---- ids --------------------------------------------------------------- */

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

/* ---- options ----------------------------------------------------------- */

/* Of a job, those at 3. */
struct job_options {
    int64_t deadline; /* ms, 0 for none */
    struct luma_watch watch;
    bool watches;
    int callbacks; /* how many there are */
};

static const struct {
    const char *name;
    int slot;
    bool watches; /* for watches alone */
} callbacks[] = {{"on_task", JOB_ON_TASK, false},
                 {"on_progress", JOB_ON_PROGRESS, false},
                 {"on_done", JOB_ON_DONE, false},
                 {"on_update", JOB_ON_UPDATE, true}};

static int bad_option(lua_State *L, const char *name, const char *problem)
{
    return luaL_argerror(L, 3, lua_pushfstring(L, "%s: %s", name, problem));
}

/* The option on top, of that name, is a callback: puts it into the user value,
 * three below. */
static bool take_callback(lua_State *L, struct job_options *o, const char *name)
{
    size_t n = sizeof callbacks / sizeof *callbacks, i = 0;

    while (i < n && (strcmp(name, callbacks[i].name) != 0 ||
                     (callbacks[i].watches && !o->watches)))
        i++;
    if (i == n)
        return false;
    if (!lua_isfunction(L, -1))
        bad_option(L, name,
                   lua_pushfstring(L, "function expected, got %s",
                                   luaL_typename(L, -1)));
    lua_pushvalue(L, -1);
    lua_rawseti(L, -4, callbacks[i].slot);
    o->callbacks++;
    return true;
}

/* The option on top is a time: sets its field, in ms. */
static bool take_time(lua_State *L, struct job_options *o, const char *name)
{
    const struct {
        const char *name;
        int64_t *field;
        bool watches, zero;
    } times[] = {{"deadline", &o->deadline, false, false},
                 {"interval", &o->watch.interval, true, false},
                 {"max_interval", &o->watch.max_interval, true, false},
                 {"missing_grace", &o->watch.missing_grace, true, true},
                 {"link_grace", &o->watch.link_grace, true, true}};
    size_t n = sizeof times / sizeof *times, i = 0;
    double seconds;

    while (i < n && (strcmp(name, times[i].name) != 0 ||
                     (times[i].watches && !o->watches)))
        i++;
    if (i == n)
        return false;
    seconds = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
    if (!(seconds >= 0 && seconds <= 1e9) || (seconds == 0 && !times[i].zero))
        bad_option(L, name,
                   times[i].zero ? "must be a number of seconds"
                                 : "must be a positive number of seconds");
    *times[i].field = (int64_t)ceil(seconds * 1000);
    return true;
}

/* Puts the callbacks at 3 into the user value on top, and the rest into `o`. */
static void take_options(lua_State *L, struct job_options *o)
{
    if (lua_isnoneornil(L, 3))
        return;
    luaL_checktype(L, 3, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING
                               ? lua_tostring(L, -2)
                               : luaL_typename(L, -2);

        if (!take_callback(L, o, name) && !take_time(L, o, name))
            luaL_argerror(L, 3,
                          lua_pushfstring(L, "unknown option '%s'", name));
    }
    if (o->watch.max_interval < o->watch.interval)
        bad_option(L, "max_interval", "must not be below interval");
}

/* ---- jobs -------------------------------------------------------------- */

/* Lets the client find the job, and keeps it if it has callbacks. */
static void anchor(lua_State *L, struct job *job, int index, bool strongly)
{
    slot_push(L, 1, strongly ? CLIENT_ANCHORS : CLIENT_JOBS);
    lua_pushvalue(L, index);
    lua_rawsetp(L, -2, job->core);
    lua_pop(L, 1);
}

/* Pushes a job without a core, which its finaliser accepts. */
static struct job *push_job(lua_State *L, struct client *client,
                            struct job_options *o)
{
    struct job *job = lua_newuserdatauv(L, sizeof *job, 1);

    *job = (struct job){.client = client, .watches = o->watches};
    lua_createtable(L, JOB_LAST, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, JOB_CLIENT);
    take_options(L, o);
    lua_rawgeti(L, -1, JOB_ON_TASK);
    job->streams = !lua_isnil(L, -1);
    lua_pop(L, 1);
    lua_rawgeti(L, -1, JOB_ON_UPDATE);
    job->updates = !lua_isnil(L, -1);
    lua_pop(L, 1);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, job_type);
    return job;
}

/* The client is at 1, ids at 2, options at 3; leaves the job on top, or nil
 * and an error, and returns how many. */
static int start(lua_State *L, struct job_options *o)
{
    struct client *client = client_check(L, 1);
    struct luma_error error;
    size_t bytes, n;
    struct luma_ids *ids;
    struct job *job;

    lua_settop(L, 3);
    n = check_ids(L, &bytes);
    job = push_job(L, client, o); /* at 4 */
    ids = make_ids(L, n, bytes);
    if (client->closed) { /* by a finalizer that ran meanwhile */
        luma_ids_unref(ids);
        luaL_argerror(L, 1, "client is closed");
    }
    status_set(&error, LUMA_MEMORY);
    if (ids && o->watches)
        job->core =
            luma_watch(client->core, ids, &o->watch, o->deadline, job, &error);
    else if (ids)
        job->core = luma_fetch(client->core, ids, o->deadline, job, &error);
    if (!job->core) {
        lua_pushnil(L);
        value_push_error(L, &error);
        return 2;
    }
    luma_job_keep(job->core, !job->streams);
    anchor(L, job, 4, false);
    if (o->callbacks)
        anchor(L, job, 4, true);
    lua_settop(L, 4);
    return 1;
}

int job_fetch(lua_State *L)
{
    struct job_options options = {0};

    return start(L, &options);
}

int job_watch(lua_State *L)
{
    struct job_options options = {
        .watches = true,
        .deadline = 600000,
        .watch = {.interval = 5000,
                  .max_interval = 15000,
                  .missing_grace = 60000,
                  .link_grace = 60000},
    };

    return start(L, &options);
}
