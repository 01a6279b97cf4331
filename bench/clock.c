/* SPDX-License-Identifier: MIT */
/* Lua module `clock`: what time it is, for whom; and libcurl loaded alone. */
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <time.h>

int luaopen_clock(lua_State *L);

static int push_clock(lua_State *L, clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    lua_pushnumber(L, (double)now.tv_sec + (double)now.tv_nsec * 1e-9);
    return 1;
}

static int wall(lua_State *L)
{
    return push_clock(L, CLOCK_MONOTONIC);
}

static int process(lua_State *L)
{
    return push_clock(L, CLOCK_PROCESS_CPUTIME_ID);
}

static int thread(lua_State *L)
{
    return push_clock(L, CLOCK_THREAD_CPUTIME_ID);
}

/* dlopen and curl_global_init(CURL_GLOBAL_ALL): the floor of `require`. */
static int load_curl(lua_State *L)
{
    void *lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_GLOBAL);
    void *symbol = lib ? dlsym(lib, "curl_global_init") : NULL;
    int (*init)(long);

    if (!symbol)
        return luaL_error(L, "%s", dlerror());
    *(void **)&init = symbol;
    lua_pushboolean(L, init(3) == 0);
    return 1;
}

int luaopen_clock(lua_State *L)
{
    static const luaL_Reg functions[] = {{"wall", wall},
                                         {"process", process},
                                         {"thread", thread},
                                         {"load_curl", load_curl},
                                         {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}
