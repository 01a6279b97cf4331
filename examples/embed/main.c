/* SPDX-License-Identifier: MIT */
/* A C program with its own Lua state, and luma linked in. It runs 60 frames a
 * second, and fetches the tasks whose ids are on its command line.
 *
 *     make static
 *     cc -o build/embed examples/embed/main.c build/lua5.4/libluma.a \
 *       $(pkg-config --cflags --libs lua5.4 libcurl) -lpthread -lm
 *
 *     export LUMA_GATEWAY_TOKEN=...
 *     build/embed ID...         prints the tasks and ends after the last one
 *     build/embed -n 10 ID...   ends after 10 frames, also with open requests
 *
 * For another Lua, such as luajit, use `make static LUA=luajit` and replace
 * lua5.4 by luajit. Link the same Lua that libluma.a was built for. */
#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int luaopen_luma(lua_State *L); /* the only symbol of libluma.a */

/* A game would have this in its own file. */
static const char script[] =
    "local luma = require 'luma'\n"
    "local client = assert(luma.client {})\n"
    "client:fetch({ ... }, {\n"
    "  on_task = function(task, id, state)\n"
    "    print(id, state, luma.url(task) or '-')\n"
    "  end,\n"
    "  on_done = function(tasks, missing)\n"
    "    if not tasks then error(tostring(missing), 0) end\n"
    "    for _, id in ipairs(missing) do print(id, 'missing') end\n"
    "  end,\n"
    "})\n"
    "return client\n";

/* After this call, `require 'luma'` returns the linked module. */
static void open_luma(lua_State *L)
{
#if LUA_VERSION_NUM >= 502
    luaL_requiref(L, "luma", luaopen_luma, 0);
#else /* Lua 5.1 and LuaJIT: opened by the first require */
    lua_getfield(L, LUA_GLOBALSINDEX, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, luaopen_luma);
    lua_setfield(L, -2, "luma");
#endif
}

/* Calls client:step(0.001) for the client on top of the stack. Returns the
 * number of unfinished jobs. */
static lua_Integer step(lua_State *L)
{
    lua_Integer unfinished;

    lua_getfield(L, -1, "step");
    lua_pushvalue(L, -2);
    lua_pushnumber(L, 0.001);
    lua_call(L, 2, 1);
    unfinished = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return unfinished;
}

/* Runs the program. The arguments are the number of frames and the ids. main
 * calls it with lua_pcall, so errors that are raised here return to main. */
static int run(lua_State *L)
{
    const struct timespec rest = {0, 1000000000 / 60};
    lua_Integer frames = lua_tointeger(L, 1);
    char **ids = lua_touserdata(L, 2);
    int count;

    open_luma(L);
    if (luaL_loadstring(L, script) != 0)
        return lua_error(L);
    for (count = 0; ids[count]; count++) {
        luaL_checkstack(L, 1, "too many ids");
        lua_pushstring(L, ids[count]);
    }
    lua_call(L, count, 1);
    while (frames-- > 0 && step(L) > 0)
        nanosleep(&rest, NULL); /* a game would draw here */
    return 0;
}

int main(int argc, char **argv)
{
    bool leaves = argc > 2 && strcmp(argv[1], "-n") == 0;
    lua_State *L = luaL_newstate();
    int failed;

    if (!L)
        return 1;
    luaL_openlibs(L);
    lua_pushcfunction(L, run);
    lua_pushinteger(L, leaves ? atoi(argv[2]) : INT_MAX);
    lua_pushlightuserdata(L, argv + (leaves ? 3 : 1));
    failed = lua_pcall(L, 2, 0, 0);
    if (failed)
        fprintf(stderr, "%s: %s\n", argv[0], lua_tostring(L, -1));
    lua_close(L); /* does not wait for requests in flight */
    return failed != 0;
}
