/* SPDX-License-Identifier: MIT */
/* Lua module `plain`: one request at a time on one easy handle. The bytes are
 * discarded. It gives the least time for one id. */
#include <lauxlib.h>
#include <lua.h>

#include "multi.h"

int luaopen_plain(lua_State *L);

/* post(body) returns the length of the response. The handle is never freed. */
static int post(lua_State *L)
{
    struct multi_reply *reply = lua_touserdata(L, lua_upvalueindex(1));
    CURLcode result;

    reply->len = 0;
    curl_easy_setopt(reply->easy, CURLOPT_POSTFIELDS, luaL_checkstring(L, 1));
    result = curl_easy_perform(reply->easy);
    if (result != CURLE_OK)
        return luaL_error(L, "%s", curl_easy_strerror(result));
    lua_pushinteger(L, (lua_Integer)reply->len);
    return 1;
}

/* plain(url, ca) returns the function post. */
static int new_post(lua_State *L)
{
    const char *url = luaL_checkstring(L, 1), *ca = luaL_checkstring(L, 2);
    struct multi_reply *reply = lua_newuserdata(L, sizeof *reply);

    *reply = (struct multi_reply){0};
    multi_easy(reply, url, ca);
    lua_pushcclosure(L, post, 1);
    return 1;
}

int luaopen_plain(lua_State *L)
{
    lua_pushcfunction(L, new_post);
    return 1;
}
