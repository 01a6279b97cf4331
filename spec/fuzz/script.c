/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <string.h>

#include "fuzz.h"

lua_State *script_start(const char *path)
{
    lua_State *L = linked_state();

    if (luaL_dofile(L, path))
        fuzz_insist(false, lua_tostring(L, -1));
    return L;
}

void script_call(lua_State *L, const void *bytes, size_t len,
                 const char *expected)
{
    const char *why;

    lua_pushvalue(L, 1);
    lua_pushlstring(L, bytes, len);
    if (!lua_pcall(L, 1, 0, 0))
        return;
    why = lua_tostring(L, -1);
    fuzz_insist(expected && why && strstr(why, expected), why ? why : "?");
    lua_pop(L, 1);
}
