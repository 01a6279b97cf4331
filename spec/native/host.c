/* SPDX-License-Identifier: MIT */
/* A Lua host that can be built with a sanitizer: runs a script with its
 * arguments, and on SIGINT raises "interrupted!", as the lua program does. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>

/* Modules stay mapped, so that what they hold to the end counts as held, and
 * reports name their functions. */
__attribute__((visibility("default"))) int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}

static lua_State *main_state;

static void interrupt(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    lua_sethook(L, NULL, 0, 0);
    luaL_error(L, "interrupted!");
}

static void on_signal(int number)
{
    signal(number, SIG_DFL); /* a second one ends the program */
    lua_sethook(main_state, interrupt,
                LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static int traceback(lua_State *L)
{
#if LUA_VERSION_NUM > 501
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
#endif
    return lua_gettop(L) > 0;
}

/* Puts the arguments into the global `arg` and leaves those of the script. */
static int push_arguments(lua_State *L, int argc, char **argv)
{
    int i;

    lua_createtable(L, argc, 1);
    for (i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i - 1);
    }
    lua_setglobal(L, "arg");
    luaL_checkstack(L, argc, "too many arguments");
    for (i = 2; i < argc; i++)
        lua_pushstring(L, argv[i]);
    return argc - 2;
}

int main(int argc, char **argv)
{
    lua_State *L = main_state = luaL_newstate();
    int status;

    if (!L || argc < 2)
        return 2;
    luaL_openlibs(L);
#if LUA_VERSION_NUM > 503
    lua_gc(L, LUA_GCGEN, 0, 0);
#endif
    signal(SIGINT, on_signal);
    lua_pushcfunction(L, traceback);
    status = luaL_loadfile(L, argv[1]);
    if (status == 0)
        status = lua_pcall(L, push_arguments(L, argc, argv), 0, 1);
    if (status != 0)
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
    lua_close(L);
    return status != 0;
}
