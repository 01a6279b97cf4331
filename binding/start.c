/* SPDX-License-Identifier: MIT */
/* How jobs begin: made of ids and options. */
#include <math.h>
#include <string.h>

#include "binding.h"

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

/* What a job is, and what its options say. */
enum kind { FETCH = 1, WATCH = 2, REQUEST = 4 };

struct job_options {
    enum kind kind;
    int index;        /* of the argument that has them */
    int64_t deadline; /* ms, 0 for none */
    struct luma_watch watch;
    struct luma_request request;
    int callbacks; /* how many there are */
};

static const struct {
    const char *name;
    int slot;
    int kinds; /* of job that have it */
} known[] = {{"on_task", JOB_ON_TASK, FETCH | WATCH},
             {"on_progress", JOB_ON_PROGRESS, FETCH | WATCH},
             {"on_done", JOB_ON_DONE, FETCH | WATCH | REQUEST},
             {"on_update", JOB_ON_UPDATE, WATCH}};

static int bad_option(lua_State *L, const struct job_options *o,
                      const char *name, const char *problem)
{
    return luaL_argerror(L, o->index,
                         lua_pushfstring(L, "%s: %s", name, problem));
}

/* The option on top, of that name, is a callback: puts it into the user value,
 * three below. */
static bool take_callback(lua_State *L, struct job_options *o, const char *name)
{
    size_t n = sizeof known / sizeof *known, i = 0;

    while (i < n &&
           (strcmp(name, known[i].name) != 0 || !(known[i].kinds & o->kind)))
        i++;
    if (i == n)
        return false;
    if (!lua_isfunction(L, -1))
        bad_option(L, o, name,
                   lua_pushfstring(L, "function expected, got %s",
                                   luaL_typename(L, -1)));
    lua_pushvalue(L, -1);
    lua_rawseti(L, -4, known[i].slot);
    o->callbacks++;
    return true;
}

/* The option on top is a time: sets its field, in ms. */
static bool take_time(lua_State *L, struct job_options *o, const char *name)
{
    const struct {
        const char *name;
        int64_t *field;
        int kinds;
        bool zero; /* is allowed */
    } times[] = {{"deadline", &o->deadline, FETCH | WATCH | REQUEST, false},
                 {"interval", &o->watch.interval, WATCH, false},
                 {"max_interval", &o->watch.max_interval, WATCH, false},
                 {"missing_grace", &o->watch.missing_grace, WATCH, true},
                 {"link_grace", &o->watch.link_grace, WATCH, true}};
    size_t n = sizeof times / sizeof *times, i = 0;
    double seconds;

    while (i < n &&
           (strcmp(name, times[i].name) != 0 || !(times[i].kinds & o->kind)))
        i++;
    if (i == n)
        return false;
    seconds = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
    if (!(seconds >= 0 && seconds <= 1e9) || (seconds == 0 && !times[i].zero))
        bad_option(L, o, name,
                   times[i].zero ? "must be a number of seconds"
                                 : "must be a positive number of seconds");
    *times[i].field = (int64_t)ceil(seconds * 1000);
    return true;
}

/* The option on top is request's own. */
static bool take_retry(lua_State *L, struct job_options *o, const char *name)
{
    if (o->kind != REQUEST || strcmp(name, "retry") != 0)
        return false;
    if (!lua_isboolean(L, -1))
        bad_option(L, o, name,
                   lua_pushfstring(L, "boolean expected, got %s",
                                   luaL_typename(L, -1)));
    o->request.retry = lua_toboolean(L, -1);
    return true;
}

/* Puts the callbacks into the user value on top, and the rest into `o`. */
static void take_options(lua_State *L, struct job_options *o)
{
    if (lua_isnoneornil(L, o->index))
        return;
    luaL_checktype(L, o->index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, o->index); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING
                               ? lua_tostring(L, -2)
                               : luaL_typename(L, -2);

        if (!take_callback(L, o, name) && !take_time(L, o, name) &&
            !take_retry(L, o, name))
            luaL_argerror(L, o->index,
                          lua_pushfstring(L, "unknown option '%s'", name));
    }
    if (o->watch.max_interval < o->watch.interval)
        bad_option(L, o, "max_interval", "must not be below interval");
}

/* ---- jobs -------------------------------------------------------------- */

void job_anchor(lua_State *L, struct job *job, int index, bool callbacks)
{
    int slot;

    for (slot = CLIENT_JOBS; slot <= CLIENT_ANCHORS; slot++) {
        if (slot == CLIENT_ANCHORS && !callbacks)
            return;
        slot_push(L, 1, slot);
        lua_pushvalue(L, index);
        lua_rawsetp(L, -2, job->core);
        lua_pop(L, 1);
    }
}

struct job *job_push_new(lua_State *L, struct client *client)
{
    struct job *job = lua_newuserdatauv(L, sizeof *job, 1);

    *job = (struct job){.client = client};
    lua_createtable(L, JOB_LAST, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, JOB_CLIENT);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, job_type);
    return job;
}

/* The same, with its options. */
static struct job *push_job(lua_State *L, struct client *client,
                            struct job_options *o)
{
    struct job *job = job_push_new(L, client);

    job->watches = o->kind == WATCH;
    job->single = o->kind == REQUEST;
    lua_getiuservalue(L, -1, 1);
    take_options(L, o);
    lua_rawgeti(L, -1, JOB_ON_TASK);
    job->streams = !lua_isnil(L, -1);
    lua_rawgeti(L, -2, JOB_ON_UPDATE);
    job->updates = !lua_isnil(L, -1);
    lua_pop(L, 3);
    return job;
}

/* The job at `index` has its core, or `error` says why not: leaves it on top,
 * or nil and the error, and returns how many. */
static int started(lua_State *L, int index, struct job *job,
                   const struct job_options *o, const struct luma_error *error)
{
    if (!job->core) {
        lua_pushnil(L);
        value_push_error(L, error);
        return 2;
    }
    luma_job_keep(job->core, !job->streams);
    job_anchor(L, job, index, o->callbacks > 0);
    lua_settop(L, index);
    return 1;
}

/* A finalizer may have closed the client meanwhile. */
static void check_open(lua_State *L, const struct client *client)
{
    luaL_argcheck(L, !client->closed, 1, "client is closed");
}

/* The client is at 1, ids at 2, options at 3. */
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
    check_open(L, client);
    ids = make_ids(L, n, bytes);
    status_set(&error, LUMA_MEMORY);
    if (ids && o->kind == WATCH)
        job->core =
            luma_watch(client->core, ids, &o->watch, o->deadline, job, &error);
    else if (ids)
        job->core = luma_fetch(client->core, ids, o->deadline, job, &error);
    return started(L, 4, job, o, &error);
}

int job_fetch(lua_State *L)
{
    struct job_options options = {.kind = FETCH, .index = 3};

    return start(L, &options);
}

int job_watch(lua_State *L)
{
    struct job_options options = {
        .kind = WATCH,
        .index = 3,
        .deadline = 600000,
        .watch = {.interval = 5000,
                  .max_interval = 15000,
                  .missing_grace = 60000,
                  .link_grace = 60000},
    };

    return start(L, &options);
}

/* ---- request ----------------------------------------------------------- */

/* Makes the body at 4 a text: a table becomes JSON. */
static void check_body(lua_State *L, struct luma_request *request)
{
    if (lua_isnil(L, 4))
        return;
    if (lua_istable(L, 4)) {
        encode_push(L, 4);
        lua_replace(L, 4);
    } else if (lua_type(L, 4) != LUA_TSTRING) {
        luaL_argerror(L, 4,
                      lua_pushfstring(L, "string or table expected, got %s",
                                      luaL_typename(L, 4)));
    }
    request->body = lua_tolstring(L, 4, &request->len);
}

/* A text without a NUL byte. */
static const char *check_text(lua_State *L, int index)
{
    size_t len;
    const char *text = luaL_checklstring(L, index, &len);

    luaL_argcheck(L, strlen(text) == len, index, "must not hold a NUL byte");
    return text;
}

int job_request(lua_State *L)
{
    struct client *client = client_check(L, 1);
    struct job_options options = {.kind = REQUEST, .index = 5};
    struct luma_error error;
    struct job *job;

    lua_settop(L, 5);
    options.request.method = check_text(L, 2);
    options.request.path = check_text(L, 3);
    check_body(L, &options.request);
    job = push_job(L, client, &options); /* at 6 */
    check_open(L, client);
    job->core = luma_request(client->core, &options.request, options.deadline,
                             job, &error);
    if (!job->core && error.code == LUMA_ARGUMENT)
        return luaL_argerror(L, *error.message == 'm' ? 2 : 3, error.message);
    return started(L, 6, job, &options, &error);
}
