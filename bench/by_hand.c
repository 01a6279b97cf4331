/* SPDX-License-Identifier: MIT */
/* Lua module `by_hand`: a simple client in C. libcurl's multi interface runs on
 * the calling thread, and cjson.decode reads each complete response. */
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "multi.h"

int luaopen_by_hand(lua_State *L);

static const char **bodies_at(lua_State *L, int index, size_t count)
{
    const char **bodies = lua_newuserdata(L, count * sizeof *bodies);
    size_t i;

    for (i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        bodies[i] = luaL_checkstring(L, -1);
        lua_pop(L, 1);
    }
    return bodies;
}

/* post(url, ca, bodies, decode) returns an array of decoded responses. */
static int post(lua_State *L)
{
    const char *url = luaL_checkstring(L, 1), *ca = luaL_checkstring(L, 2);
    size_t count = lua_rawlen(L, 3);
    const char **bodies = bodies_at(L, 3, count);
    const struct multi_reply *reply;
    struct multi m;
    int status = LUA_OK;

    lua_createtable(L, (int)count, 0);
    if (!multi_start(&m, url, ca, bodies, count, true))
        m.error = "out of memory";
    while (!m.error && status == LUA_OK && (reply = multi_next(&m))) {
        lua_pushvalue(L, 4);
        lua_pushlstring(L, reply->data, reply->len);
        status = lua_pcall(L, 1, 1, 0);
        if (status == LUA_OK)
            lua_rawseti(L, -2, (lua_Integer)reply->request + 1);
    }
    multi_end(&m);
    if (status != LUA_OK)
        return lua_error(L);
    return m.error ? luaL_error(L, "%s", m.error) : 1;
}

int luaopen_by_hand(lua_State *L)
{
    lua_pushcfunction(L, post);
    return 1;
}
