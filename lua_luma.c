/* SPDX-License-Identifier: MIT */
/* The module and its clients. */
#include <math.h>
#include <time.h>

#include "binding/binding.h"
#include "binding/delivery.h"

static const char client_type[] = "luma.client";

/* Who gives a step no more seconds than these has a frame to draw. */
static const double QUIET_MOST = 0.01;

/* ---- access ------------------------------------------------------------ */

void client_check_process(lua_State *L, const struct lua_client *client)
{
    if (client->core && !luma_client_is_ours(client->core))
        luaL_error(L, "this luma.client belongs to another process: make a "
                      "new one after fork");
}

struct lua_client *client_check(lua_State *L, int index)
{
    struct lua_client *client = luaL_checkudata(L, index, client_type);

    luaL_argcheck(L, client->core && !client->closed, index,
                  "client is closed");
    client_check_process(L, client);
    return client;
}

void client_check_idle(lua_State *L, const struct lua_client *client,
                       const char *what)
{
    if (client->busy)
        luaL_error(L, "%s cannot be called from a callback", what);
}

double client_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- delivering and waiting -------------------------------------------- */

static void close_now(struct lua_client *client)
{
    client->closed = true;
    luma_client_close(client->core);
}

void client_guard(lua_State *L, struct lua_client *client, lua_CFunction f,
                  int nargs, int nresults)
{
    int status;

    lua_pushcfunction(L, f);
    lua_insert(L, -nargs - 1);
    client->busy = true;
    status = lua_pcall(L, nargs, nresults, 0);
    client->busy = false;
    if (client->core)
        luma_client_defer_wakeups(client->core, false);
    if (client->closing && !client->closed)
        close_now(client);
    if (status != LUA_OK) {
        if (client->core)
            luma_event_peek(client->core); /* quiets that of an empty line */
        lua_error(L);
    }
}

/* An empty Lua function, whose call lets debug hooks run: the way in which
 * Ctrl-C, debuggers and watchdogs get a word in. */
static const char empty_function = 0;

static void call_nothing(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &empty_function);
    lua_call(L, 0, 0);
}

static void run_hooks(lua_State *L, struct lua_client *client)
{
    client->hooks = client_now();
    call_nothing(L);
}

/* No Lua function has more than 250 values on the stack, besides arguments; and
 * what one call has needed beside the stack is there for the next. */
void client_prepare_call(lua_State *L)
{
    luaL_checkstack(L, 300, "callbacks too deep");
    call_nothing(L);
}

bool client_wait(lua_State *L, struct lua_client *client, double seconds)
{
    double until = client_now() + seconds;

    client_check_process(L, client);
    if (client_now() - client->hooks >= CLIENT_SLICE)
        run_hooks(L, client);
    while (!client->closed) {
        double left = seconds < 0 ? CLIENT_SLICE : until - client_now();

        left = fmin(fmax(left, 0), CLIENT_SLICE);
        if (luma_client_wait(client->core, (int)ceil(left * 1000)))
            return true;
        run_hooks(L, client);
        client_check_process(L, client);
        if (!luma_client_unfinished(client->core) ||
            (seconds >= 0 && client_now() >= until))
            return false;
    }
    return false;
}

/* ---- client ------------------------------------------------------------ */

/* Pushes a table whose values do not keep their jobs alive. */
static void push_weak_table(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
}

/* Pushes a client without a core, which its finaliser accepts, and its user
 * value. */
static struct lua_client *push_client(lua_State *L)
{
    struct lua_client *client = lua_newuserdatauv(L, sizeof *client, 1);

    *client = (struct lua_client){.core = NULL};
    lua_createtable(L, CLIENT_DECODE, 0);
    push_weak_table(L);
    lua_rawseti(L, -2, CLIENT_JOBS);
    lua_newtable(L);
    lua_rawseti(L, -2, CLIENT_ANCHORS);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, -3, 1);
    luaL_getmetatable(L, client_type);
    lua_setmetatable(L, -3);
    return client;
}

static int luma_new_client(lua_State *L)
{
    struct client_options o = {.nulls = false};
    struct luma_error error;
    struct lua_client *client;

    lua_settop(L, 1);
    client = push_client(L); /* at 2, its user value at 3 */
    client->decodes = options_read_client(L, 3, &o) != 0;
    client->nulls = o.nulls;
    o.core.keep_text = client->decodes;
    client->core = luma_client_new(&o.core, &error);
    lua_settop(L, 2);
    if (client->core)
        return 1;
    if (error.code == LUMA_ERR_ARGUMENT)
        return luaL_argerror(L, 1, error.message);
    lua_pushnil(L);
    value_push_error(L, &error);
    return 2;
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
    double seconds = options_seconds(L, 2, HUGE_VAL);

    if (!client->busy) {
        luma_client_defer_wakeups(client->core, seconds <= QUIET_MOST);
        delivery_run(L, 1, budget ? SIZE_MAX : ready, seconds, NULL);
    }
    lua_pushinteger(L, (lua_Integer)luma_client_unfinished(client->core));
    return 1;
}

static int client_wait_method(lua_State *L)
{
    struct lua_client *client = client_check(L, 1);
    double seconds = options_seconds(L, 2, -1);

    client_check_idle(L, client, "wait");
    if (!luma_client_unfinished(client->core))
        seconds = 0; /* nothing can come */
    lua_pushboolean(L, client_wait(L, client, seconds));
    return 1;
}

static int client_fd(lua_State *L)
{
    lua_pushinteger(L, luma_client_fd(client_check(L, 1)->core));
    return 1;
}

/* For LuaSocket's select: true when there is no need to wait. */
static int client_dirty(lua_State *L)
{
    lua_pushboolean(L, luma_client_pending(client_check(L, 1)->core) > 0);
    return 1;
}

/* For cqueues. */
static int client_events(lua_State *L)
{
    client_check(L, 1);
    lua_pushliteral(L, "r");
    return 1;
}

/* For cqueues: the descriptor says it all. */
static int client_timeout(lua_State *L)
{
    client_check(L, 1);
    lua_pushnil(L);
    return 1;
}

static int client_stats(lua_State *L)
{
    static const struct {
        const char *name;
        size_t offset; /* in struct luma_stats */
    } fields[] = {
#define FIELD(name) {#name, offsetof(struct luma_stats, name)}
        FIELD(requests),    FIELD(retries), FIELD(bytes),      FIELD(tasks),
        FIELD(unchanged),   FIELD(dropped), FIELD(unreadable), FIELD(bad_hints),
        FIELD(undelivered), FIELD(queue),   FIELD(active),
#undef FIELD
    };
    struct lua_client *client = luaL_checkudata(L, 1, client_type);
    struct luma_stats stats;
    size_t i;

    luaL_argcheck(L, client->core, 1, "client is finalised");
    client_check_process(L, client);
    luma_client_stats(client->core, &stats);
    lua_createtable(L, 0, sizeof fields / sizeof *fields);
    for (i = 0; i < sizeof fields / sizeof *fields; i++) {
        const void *field = (const char *)&stats + fields[i].offset;

        lua_pushinteger(L, (lua_Integer) * (const uint64_t *)field);
        lua_setfield(L, -2, fields[i].name);
    }
    return 1;
}

static int client_close(lua_State *L)
{
    struct lua_client *client = luaL_checkudata(L, 1, client_type);

    if (!client->core || client->closed)
        return 0;
    if (!luma_client_is_ours(client->core))
        client->closed = true; /* the parent's threads are not here */
    else if (client->busy)
        client->closing = true;
    else
        close_now(client);
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
    {"tasks", client_tasks},      {"fetch", client_fetch},
    {"watch", client_watch},      {"download", client_download},
    {"request", client_request},  {"step", client_step},
    {"wait", client_wait_method}, {"fd", client_fd},
    {"getfd", client_fd},         {"pollfd", client_fd},
    {"dirty", client_dirty},      {"events", client_events},
    {"timeout", client_timeout},  {"stats", client_stats},
    {"close", client_close},      {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", client_gc},
    {"__close", client_close},
    {"__tostring", client_tostring},
    {NULL, NULL},
};

__attribute__((visibility("default"))) int luaopen_luma(lua_State *L);

int luaopen_luma(lua_State *L)
{
    const char *init_error;

    compat_check(L);
    init_error = luma_init();
    if (init_error)
        luaL_error(L, "%s", init_error);
    if (luaL_loadstring(L, "") != LUA_OK)
        lua_error(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &empty_function);
    luaL_newmetatable(L, client_type);
    luaL_setfuncs(L, metamethods, 0);
    lua_pushstring(L, client_type);
    lua_setfield(L, -2, "__metatable"); /* __gc is the collector's to call */
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    job_register(L);
    value_register(L);
    encode_register(L);
    luaL_newlib(
        L, ((const luaL_Reg[]){{"client", luma_new_client}, {NULL, NULL}}));
    luaL_setfuncs(L, task_functions, 0);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_pushliteral(L, LUMA_VERSION);
    lua_setfield(L, -2, "_VERSION");
    return 1;
}
