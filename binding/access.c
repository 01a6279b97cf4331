/* SPDX-License-Identifier: MIT */
/* Access to clients and jobs, protected delivery, and waiting. */
#include "access.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "core/json/number.h"

/* ---- userdata ----------------------------------------------------------- */

const char client_type[] = "luma.client";
const char job_type[] = "luma.job";

void access_register(lua_State *L, const char *type,
                     const luaL_Reg *metamethods, const luaL_Reg *methods)
{
    luaL_newmetatable(L, type);
    luaL_setfuncs(L, metamethods, 0);
    if (methods) {
        lua_pushstring(L, type);
        lua_setfield(L, -2, "__metatable");
        lua_newtable(L);
        luaL_setfuncs(L, methods, 0);
        lua_setfield(L, -2, "__index");
    }
    lua_pop(L, 1);
}

void *userdata_push(lua_State *L, const char *type, size_t size, int slots)
{
    void *userdata = memset(lua_newuserdatauv(L, size, 1), 0, size);

    luaL_setmetatable(L, type);
    lua_createtable(L, slots, 0);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, -3, 1);
    return userdata;
}

void uservalue_get(lua_State *L, int index, int slot)
{
    lua_getiuservalue(L, index, 1);
    lua_rawgeti(L, -1, slot);
    lua_remove(L, -2);
}

void uservalue_set(lua_State *L, int index, int slot)
{
    lua_getiuservalue(L, index, 1);
    lua_insert(L, -2);
    lua_rawseti(L, -2, slot);
    lua_pop(L, 1);
}

/* ---- the stack ---------------------------------------------------------- */

/* A stack is full at a million slots of 16 bytes, with 8,000 of them in Lua 5.1
 * and LuaJIT. */
enum { FULL_KB = LUA_VERSION_NUM > 501 ? 15000 : 0 };

/* From Lua 5.2 on, a lack of memory looks like a full stack. */
void stack_reserve(lua_State *L, int slots, const char *what)
{
    if (lua_checkstack(L, slots))
        return;
    if (lua_gc(L, LUA_GCCOUNT, 0) < FULL_KB) {
        lua_pushliteral(L, "not enough memory"); /* Lua has this string */
        lua_error(L);
    }
    luaL_checkstack(L, slots, what);
}

/* ---- checks ------------------------------------------------------------- */

void type_error(lua_State *L, int arg, const char *expected)
{
    luaL_argerror(L, arg,
                  lua_pushfstring(L, "%s expected, got %s", expected,
                                  luaL_typename(L, arg)));
}

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
                       const char *method)
{
    if (client->busy)
        luaL_error(L, "%s cannot be called from a callback", method);
}

struct lua_job *job_check(lua_State *L)
{
    struct lua_job *job = luaL_checkudata(L, 1, job_type);

    luaL_argcheck(L, job->core, 1, "job is finalised");
    client_check_process(L, job->client);
    return job;
}

double check_seconds(lua_State *L, int index)
{
    double seconds;

    if (lua_isnoneornil(L, index))
        return HUGE_VAL;
    if (lua_type(L, index) == LUA_TSTRING) { /* Lua would ask the locale */
        struct luma_node node;
        size_t len;
        const char *text = lua_tolstring(L, index, &len);

        luaL_argcheck(L, number_read(text, len, &node), index,
                      "number expected, got string");
        seconds = luma_bigint_to_double(text, len);
    } else {
        luaL_checktype(L, index, LUA_TNUMBER);
        seconds = lua_tonumber(L, index);
    }
    luaL_argcheck(L, seconds >= 0, index, "seconds must not be negative");
    return seconds;
}

/* ---- jobs --------------------------------------------------------------- */

bool job_is_done(const struct lua_job *job)
{
    return luma_job_error(job->core)->code != LUMA_ERR_PENDING &&
           !(job->iterating && luma_job_peek(job->core));
}

void job_push_id(lua_State *L, const struct lua_job *job, size_t index)
{
    size_t len;
    const char *id = luma_job_id(job->core, index, &len);

    lua_pushlstring(L, id, len);
}

/* ---- delivery and waiting ----------------------------------------------- */

/* Registry key of an empty Lua function. Calling it lets debug hooks run, which
 * is how Ctrl-C, debuggers and watchdogs interrupt a blocking call. */
static const char empty_function = 0;

void hooks_register(lua_State *L)
{
    if (luaL_loadstring(L, "") != LUA_OK)
        lua_error(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &empty_function);
}

static void call_empty_function(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &empty_function);
    lua_call(L, 0, 0);
}

static void run_hooks(lua_State *L, struct lua_client *client)
{
    client->hooks = monotonic_now();
    call_empty_function(L);
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
    if (client->closing && !client->closed) {
        client->closed = true;
        luma_client_close(client->core);
    }
    if (status != LUA_OK) {
        if (client->core)
            luma_event_peek(
                client->core); /* quiets the descriptor of an empty line */
        lua_error(L);
    }
}

/* A Lua function has at most 250 values on the stack, besides its arguments.
 * Other memory that this call needs stays allocated for the next call. */
void client_prepare_call(lua_State *L)
{
    stack_reserve(L, 300, "callbacks too deep");
    call_empty_function(L);
}

bool client_wait_with(lua_State *L, struct lua_client *client, double until,
                      int fd, bool *readable)
{
    *readable = false;
    client_check_process(L, client);
    if (monotonic_now() - client->hooks >= CLIENT_SLICE)
        run_hooks(L, client);
    while (!client->closed) {
        double left = fmin(fmax(until - monotonic_now(), 0), CLIENT_SLICE);

        if (luma_client_wait_with(client->core, (int)ceil(left * 1000), fd,
                                  readable))
            return true;
        if (*readable)
            return false;
        run_hooks(L, client);
        client_check_process(L, client);
        if ((fd < 0 && !luma_client_unfinished(client->core)) ||
            monotonic_now() >= until)
            return false;
    }
    return false;
}

bool client_wait(lua_State *L, struct lua_client *client, double until)
{
    bool readable;

    return client_wait_with(L, client, until, -1, &readable);
}

double monotonic_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
