/* SPDX-License-Identifier: MIT */
/* Lua module `frame_by_hand`: by_hand.c for a game's loop. When its time is up,
 * it stops after the current response, because it cannot stop earlier. */
#include <lauxlib.h>
#include <lua.h>
#include <time.h>

#include "multi.h"

int luaopen_frame_by_hand(lua_State *L);

/* The upvalues of step. */
enum { DECODE = 1, BODIES, MULTI, BODIES_IN_C };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Calls on_reply(decode(text)); on_reply is at stack index 2. */
static void deliver(lua_State *L, const struct multi_reply *reply)
{
    lua_pushvalue(L, 2);
    lua_pushvalue(L, lua_upvalueindex(DECODE));
    lua_pushlstring(L, reply->data, reply->len);
    lua_call(L, 1, 1);
    lua_call(L, 1, 0);
}

/* step(seconds, on_reply) returns whether responses are outstanding. */
static int step(lua_State *L)
{
    struct multi *m = lua_touserdata(L, lua_upvalueindex(MULTI));
    double until = now() + luaL_checknumber(L, 1);
    const struct multi_reply *reply;
    bool running;

    do {
        running = multi_work(m);
        reply = multi_take(m);
        if (reply)
            deliver(L, reply);
    } while (reply && now() < until);
    if (m->error)
        return luaL_error(L, "%s", m->error);
    lua_pushboolean(L, running || reply);
    return 1;
}

/* frame_by_hand(url, ca, decode, bodies) returns the function step. Its memory
 * is never freed. */
static int new_loop(lua_State *L)
{
    const char *url = luaL_checkstring(L, 1), *ca = luaL_checkstring(L, 2);
    size_t i, count = lua_rawlen(L, 4);
    struct multi *m = lua_newuserdata(L, sizeof *m);
    const char **bodies = lua_newuserdata(L, count * sizeof *bodies);

    for (i = 0; i < count; i++) {
        lua_rawgeti(L, 4, (lua_Integer)i + 1);
        bodies[i] = luaL_checkstring(L, -1); /* the list references it */
        lua_pop(L, 1);
    }
    if (!multi_start(m, url, ca, bodies, count, true))
        return luaL_error(L, "out of memory");
    lua_pushcclosure(L, step, 4);
    return 1;
}

int luaopen_frame_by_hand(lua_State *L)
{
    lua_pushcfunction(L, new_loop);
    return 1;
}
