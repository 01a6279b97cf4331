/* SPDX-License-Identifier: MIT */
/* Lua module `clock`: wall and CPU clocks, sleeping, a busy loop, and loading
 * libcurl alone. It uses only functions that are the same in every Lua, so one
 * build works for all of them. */
#include <dlfcn.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <time.h>

int luaopen_clock(lua_State *L);

static double read_clock(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int push_clock(lua_State *L, clockid_t which)
{
    lua_pushnumber(L, read_clock(which));
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

/* sleep_until(moment): `moment` is a time of the `wall` clock. */
static int sleep_until(lua_State *L)
{
    double moment = luaL_checknumber(L, 1);
    time_t whole = (time_t)moment;
    struct timespec t = {whole, (long)((moment - (double)whole) * 1e9)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
    return 0;
}

/* burn(seconds): a busy loop. */
static int burn(lua_State *L)
{
    double until = read_clock(CLOCK_MONOTONIC) + luaL_checknumber(L, 1);

    while (read_clock(CLOCK_MONOTONIC) < until)
        ;
    return 0;
}

/* dlopen and curl_global_init(CURL_GLOBAL_ALL), as `require` needs them. */
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
    static const luaL_Reg functions[] = {
        {"wall", wall},     {"process", process},
        {"thread", thread}, {"sleep_until", sleep_until},
        {"burn", burn},     {"load_curl", load_curl},
    };
    size_t i;

    lua_createtable(L, 0, 6);
    for (i = 0; i < sizeof functions / sizeof *functions; i++) {
        lua_pushcfunction(L, functions[i].func);
        lua_setfield(L, -2, functions[i].name);
    }
    return 1;
}
