/* SPDX-License-Identifier: MIT */
/* A C host that runs a script with the module in the global `luma`. It needs
 * `make install-static`:
 *
 *     cc -o build/ten examples/embed/ten.c $(pkg-config --cflags --libs luma)
 *
 *     LUMA_GATEWAY_TOKEN=... build/ten SCRIPT */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>

int luaopen_luma(lua_State *L);

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();

    luaL_openlibs(L);
    lua_pushcfunction(L, luaopen_luma);
    lua_call(L, 0, 1);
    lua_setglobal(L, "luma");
    lua_getglobal(L, "tostring"); /* an error of luma is a table */
    if (luaL_dofile(L, argc > 1 ? argv[1] : NULL)) { /* NULL: standard input */
        lua_call(L, 1, 1);
        return fprintf(stderr, "%s\n", lua_tostring(L, -1)), 1;
    }
    lua_close(L);
    return 0;
}
