/* SPDX-License-Identifier: MIT */
/* How jobs begin: made of ids, requests and options. */
#include "start.h"

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
void start_read_ids(lua_State *L, struct job_args *args)
{
    size_t n, i, len = 0;

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
        args->id_bytes += len;
        lua_pop(L, 1);
    }
    args->ids = n;
}

/* Raises nothing: the list is in nobody's care yet. NULL: out of memory. */
static struct luma_ids *make_ids(lua_State *L, const struct job_args *args)
{
    struct luma_ids *ids = luma_ids_new(args->ids, args->id_bytes);
    size_t i, len;

    for (i = 1; ids && i <= args->ids; i++) {
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

/* ---- fetch and watch --------------------------------------------------- */

void start_check_watch(lua_State *L, struct job_args *args)
{
    if (args->watch.max_interval < args->watch.interval)
        options_error(L, args->options, "max_interval",
                      "must not be below interval");
}

struct luma_job *start_fetch(lua_State *L, struct lua_job *job,
                             struct job_args *args, struct luma_error *error)
{
    struct luma_ids *ids = make_ids(L, args);

    luma_error_set(error, LUMA_ERR_MEMORY);
    return ids ? luma_client_fetch(job->client->core, ids, args->deadline, job,
                                   error)
               : NULL;
}

struct luma_job *start_watch(lua_State *L, struct lua_job *job,
                             struct job_args *args, struct luma_error *error)
{
    struct luma_ids *ids = make_ids(L, args);

    luma_error_set(error, LUMA_ERR_MEMORY);
    return ids ? luma_client_watch(job->client->core, ids, &args->watch,
                                   args->deadline, job, error)
               : NULL;
}

/* ---- request ----------------------------------------------------------- */

/* Makes the body at 4 a text: a table becomes JSON. */
static void check_body(lua_State *L, struct luma_request_options *request)
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
const char *start_check_text(lua_State *L, int index)
{
    size_t len;
    const char *text = luaL_checklstring(L, index, &len);

    luaL_argcheck(L, strlen(text) == len, index, "must not hold a NUL byte");
    return text;
}

void start_read_request(lua_State *L, struct job_args *args)
{
    args->request.method = start_check_text(L, 2);
    args->request.path = start_check_text(L, 3);
    check_body(L, &args->request);
}

struct luma_job *start_request(lua_State *L, struct lua_job *job,
                               struct job_args *args, struct luma_error *error)
{
    (void)L;
    return luma_client_request(job->client->core, &args->request,
                               args->deadline, job, error);
}

/* ---- jobs -------------------------------------------------------------- */

/* Pushes a job of the client at 1 without a core yet, and its user value. */
static struct lua_job *push_job(lua_State *L, struct lua_client *client,
                                const struct job_kind *kind)
{
    struct lua_job *job = lua_newuserdatauv(L, sizeof *job, 1);

    *job = (struct lua_job){.client = client, .kind = kind};
    lua_createtable(L, JOB_LAST, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, JOB_CLIENT);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, -3, 1);
    luaL_getmetatable(L, job_type);
    lua_setmetatable(L, -3);
    return job;
}

/* Lets the client at 1 find the job on top, and keeps it if it has
 * callbacks. */
static void anchor(lua_State *L, struct lua_job *job)
{
    int slot, last = job->callbacks ? CLIENT_ANCHORS : CLIENT_JOBS;

    for (slot = CLIENT_JOBS; slot <= last; slot++) {
        slot_push(L, 1, slot);
        lua_pushvalue(L, -2);
        lua_rawsetp(L, -2, job->core);
        lua_pop(L, 1);
    }
}

/* Raises an error about an argument; pushes nil and any other one. */
static int fail(lua_State *L, const struct job_kind *kind, int options,
                const struct luma_error *error)
{
    const struct field_argument *f = kind->fields;

    if (error->code == LUMA_ERR_ARGUMENT) {
        while (f->field &&
               !(error->field && strcmp(f->field, error->field) == 0))
            f++;
        return luaL_argerror(L, f->field ? f->argument : options,
                             error->message);
    }
    lua_pushnil(L);
    value_push_error(L, error);
    return 2;
}

int job_start(lua_State *L, const struct job_kind *kind)
{
    struct lua_client *client = client_check(L, 1);
    struct job_args args = kind->defaults;
    int index = kind->arguments + 1; /* of the job */
    struct luma_error error;
    struct lua_job *job;

    args.options = kind->arguments;
    lua_settop(L, kind->arguments);
    kind->read(L, &args);
    job = push_job(L, client, kind);
    job->callbacks = options_read_job(L, index + 1, kind->kind, &args);
    if (kind->check)
        kind->check(L, &args);
    /* A finalizer may have closed the client meanwhile. */
    luaL_argcheck(L, !client->closed, 1, "client is closed");
    job->core = kind->start(L, job, &args, &error);
    if (!job->core)
        return fail(L, kind, args.options, &error);
    luma_job_keep(job->core, !job_has(job, JOB_ON_TASK));
    lua_settop(L, index);
    anchor(L, job);
    return 1;
}
