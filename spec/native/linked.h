/* SPDX-License-Identifier: MIT */
/* What test hosts with luma linked in share: a Lua state that has it, and a
 * script that runs there. */
#ifndef LINKED_H
#define LINKED_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>

int luaopen_luma(lua_State *L);

/* Gives a new state the libraries. `require "luma"` opens what is linked in: at
 * that moment, so that its errors are the script's. With LOADED there is
 * nothing linked in, and require finds luma.so. */
static inline void linked_open(lua_State *L)
{
    luaL_openlibs(L);
#ifndef LOADED
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, luaopen_luma);
    lua_setfield(L, -2, "luma");
#endif
    lua_settop(L, 0);
}

static inline lua_State *linked_state(void)
{
    lua_State *L = luaL_newstate();

    linked_open(L);
    return L;
}

/* Runs a file with the words up to NULL as its arguments. Prints what it
 * raised, and is 1 then. */
static inline int linked_run(lua_State *L, const char *path, char **words)
{
    int count = 0, failed = luaL_loadfile(L, path);

    for (; !failed && words[count]; count++)
        lua_pushstring(L, words[count]);
    if (!failed)
        failed = lua_pcall(L, count, 0, 0);
    if (failed)
        printf("%s\n", lua_tostring(L, -1));
    lua_settop(L, 0);
    return failed != 0;
}

#endif
