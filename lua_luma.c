/* SPDX-License-Identifier: MIT */
/* The module and its clients. */
#include <limits.h>

#include "binding/access.h"
#include "binding/delivery.h"
#include "binding/kinds.h"
#include "binding/options.h"

/* A step of at most this many seconds belongs to a host that draws frames.
 * While it runs, it does not wake the client's thread. */
static const double FRAME_SECONDS = 0.01;

/* ---- client ------------------------------------------------------------ */

/* Pushes a client without a core, which its finalizer accepts, and its user
 * value. */
static struct lua_client *push_client(lua_State *L)
{
    struct lua_client *client =
        userdata_push(L, client_type, sizeof *client, CLIENT_LAST);

    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawseti(L, -2, CLIENT_JOBS);
    lua_newtable(L);
    lua_rawseti(L, -2, CLIENT_ANCHORS);
    lua_newtable(L);
    lua_rawseti(L, -2, CLIENT_NAMES);
    return client;
}

static int luma_new_client(lua_State *L)
{
    struct client_options o = {.nulls = false};
    struct luma_error error;
    struct lua_client *client;
    unsigned given;

    lua_settop(L, 1);
    client = push_client(L); /* at 2, its user value at 3 */
    given = options_read_client(L, 3, &o);
    client->decodes = given >> CLIENT_DECODE & 1;
    client->nulls = o.nulls;
    o.core.keep_text = client->decodes;
    o.core.wants_attempts = given >> CLIENT_ON_ATTEMPT & 1;
    client->core = luma_client_new(&o.core, &error);
    lua_settop(L, 2);
    if (client->core)
        return 1;
    if (error.code == LUMA_ERR_ARGUMENT)
        return luaL_argerror(L, 1, error.message);
    return value_push_failure(L, &error);
}

static int client_tasks(lua_State *L)
{
    client_check_idle(L, client_check(L, 1), "tasks");
    if (client_fetch(L) > 1)
        return 2; /* nil and the error */
    lua_replace(L, 1);
    lua_settop(L, 1);
    return job_result(L);
}

static int client_step(lua_State *L)
{
    struct lua_client *client = client_check(L, 1);
    size_t ready = luma_client_pending(client->core);
    bool budget = !lua_isnoneornil(L, 2);
    double seconds = check_seconds(L, 2);

    if (!client->busy) {
        luma_client_defer_wakeups(client->core, seconds <= FRAME_SECONDS);
        delivery_run(L, 1, budget ? SIZE_MAX : ready, monotonic_now() + seconds,
                     NULL);
    }
    lua_pushinteger(L, (lua_Integer)luma_client_unfinished(client->core));
    return 1;
}

/* -1 where there is no value. */
static int check_descriptor(lua_State *L, int index)
{
    lua_Integer fd;

    if (lua_isnoneornil(L, index))
        return -1;
    luaL_checktype(L, index, LUA_TNUMBER);
    fd = lua_tointeger(L, index);
    luaL_argcheck(L, fd >= 0 && fd <= INT_MAX && fd == lua_tonumber(L, index),
                  index, "a descriptor is a whole number, not negative");
    return (int)fd;
}

static int client_wait_method(lua_State *L)
{
    struct lua_client *client = client_check(L, 1);
    double seconds = check_seconds(L, 2);
    int fd = check_descriptor(L, 3);
    bool readable;

    client_check_idle(L, client, "wait");
    if (fd < 0 && !luma_client_unfinished(client->core))
        seconds = 0; /* nothing can arrive */
    lua_pushboolean(L, client_wait_with(L, client, monotonic_now() + seconds,
                                        fd, &readable));
    if (fd < 0)
        return 1;
    lua_pushboolean(L, readable);
    return 2;
}

static int client_fd(lua_State *L)
{
    lua_pushinteger(L, luma_client_fd(client_check(L, 1)->core));
    return 1;
}

/* For LuaSocket's select: true while an event is ready. */
static int client_dirty(lua_State *L)
{
    lua_pushboolean(L, luma_client_pending(client_check(L, 1)->core) > 0);
    return 1;
}

/* For cqueues: wait until the descriptor is readable. */
static int client_events(lua_State *L)
{
    client_check(L, 1);
    lua_pushliteral(L, "r");
    return 1;
}

/* For cqueues: no timeout, because the descriptor is enough. */
static int client_timeout(lua_State *L)
{
    client_check(L, 1);
    lua_pushnil(L);
    return 1;
}

static int client_stats(lua_State *L)
{
    struct lua_client *client = luaL_checkudata(L, 1, client_type);
    struct luma_stats stats;

    luaL_argcheck(L, client->core, 1, "client is finalised");
    client_check_process(L, client);
    luma_client_stats(client->core, &stats);
    lua_createtable(L, 0, 11);
    value_set_number(L, "requests", stats.requests);
    value_set_number(L, "retries", stats.retries);
    value_set_number(L, "bytes", stats.bytes);
    value_set_number(L, "tasks", stats.tasks);
    value_set_number(L, "unchanged", stats.unchanged);
    value_set_number(L, "dropped", stats.dropped);
    value_set_number(L, "unreadable", stats.unreadable);
    value_set_number(L, "bad_hints", stats.bad_hints);
    value_set_number(L, "undelivered", stats.undelivered);
    value_set_number(L, "queue", stats.queue);
    value_set_number(L, "active", stats.active);
    return 1;
}

static int client_close(lua_State *L)
{
    struct lua_client *client = luaL_checkudata(L, 1, client_type);
    bool ours;

    if (!client->core || client->closed)
        return 0;
    ours = luma_client_is_ours(client->core);
    if (ours && client->busy) {
        client->closing = true; /* client_guard will close it */
        return 0;
    }
    client->closed = true;
    if (ours)
        luma_client_close(client->core);
    return 0;
}

static int client_gc(lua_State *L)
{
    struct lua_client *client = luaL_checkudata(L, 1, client_type);

    client->closed = true;
    luma_client_release(client->core);
    client->core = NULL;
    return 0;
}

static int client_tostring(lua_State *L)
{
    const struct lua_client *client = luaL_checkudata(L, 1, client_type);

    if (!client->core || client->closed)
        lua_pushliteral(L, "luma.client (closed)");
    else
        lua_pushfstring(L, "luma.client (%d jobs unfinished)",
                        (int)luma_client_unfinished(client->core));
    return 1;
}

/* ---- module ------------------------------------------------------------ */

static const luaL_Reg methods[] = {
    {"tasks", client_tasks},
    {"fetch", client_fetch},
    {"watch", client_watch},
    {"download", client_download},
    {"generate", client_generate},
    {"request", client_request},
    {"step", client_step},
    {"wait", client_wait_method},
    {"fd", client_fd},
    {"getfd", client_fd},
    {"pollfd", client_fd},
    {"dirty", client_dirty},
    {"events", client_events},
    {"timeout", client_timeout},
    {"stats", client_stats},
    {"close", client_close},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", client_gc},
    {"__close", client_close},
    {"__tostring", client_tostring},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"client", luma_new_client},
    {"decode", value_decode},
    {"encode", encode_value},
    {NULL, NULL},
};

#ifdef _WIN32
__attribute__((dllexport)) int luaopen_luma(lua_State *L);
#else
__attribute__((visibility("default"))) int luaopen_luma(lua_State *L);
#endif

int luaopen_luma(lua_State *L)
{
    const char *problem;

    compat_check(L);
    problem = luma_init();
    if (problem)
        luaL_error(L, "%s", problem);
    hooks_register(L);
    access_register(L, client_type, metamethods, methods);
    access_register(L, job_type, job_metamethods, job_methods);
    access_register(L, error_type, error_metamethods, NULL);
    access_register(L, encoder_type, encoder_metamethods, NULL);
    access_register(L, document_type, document_metamethods, NULL);
    luaL_newlib(L, functions);
    luaL_setfuncs(L, task_functions, 0);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_pushliteral(L, LUMA_VERSION);
    lua_setfield(L, -2, "_VERSION");
    return 1;
}
