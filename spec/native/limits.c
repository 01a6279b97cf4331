/* SPDX-License-Identifier: MIT */
/* Makes the allocations of the Lua state that loads it fail on request. */
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

static struct {
    lua_Alloc allocate; /* the state's own */
    void *ud;
    bool on;
    lua_Integer left; /* allocations until they fail */
    lua_Integer failed;
} limits;

/* Lua relies on it that a block can always become smaller. */
static void *limited(void *ud, void *block, size_t old, size_t size)
{
    (void)ud;
    if (limits.on && size > (block ? old : 0) && limits.left-- <= 0) {
        limits.failed++;
        return NULL;
    }
    return limits.allocate(limits.ud, block, old, size);
}

/* fail(n): after n more, every allocation fails; fail(): none does. Gives how
 * many have failed since the last call. */
static int limits_fail(lua_State *L)
{
    lua_Integer failed = limits.failed;

    limits.on = !lua_isnoneornil(L, 1);
    limits.left = luaL_optinteger(L, 1, 0);
    limits.failed = 0;
    lua_pushinteger(L, failed);
    return 1;
}

int luaopen_limits(lua_State *L);

int luaopen_limits(lua_State *L)
{
    limits.allocate = lua_getallocf(L, &limits.ud);
    lua_setallocf(L, limited, NULL);
    lua_pushcfunction(L, limits_fail);
    return 1;
}
