/* SPDX-License-Identifier: MIT */
/* The one place that knows which Lua this is: 5.1 or LuaJIT, 5.2, 5.3, 5.4 or
 * 5.5. The binding is written for the C API of 5.4; this file supplies what the
 * others lack. */
#ifndef LUMA_COMPAT_H
#define LUMA_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef _WIN32 /* luma.dll names the DLL of its Lua */
#define COMPAT_FITS(L) true
#else
/* Some versions of Lua lack these functions. Weak symbols let the wrong Lua
 * load the module, so that compat_check can say what is wrong. */
#if LUA_VERSION_NUM < 502
#pragma weak lua_call
#pragma weak lua_getfenv
#pragma weak lua_objlen
#pragma weak lua_pcall
#pragma weak lua_setfenv
#pragma weak lua_tonumber
#pragma weak luaL_register
#else
#pragma weak lua_callk
#pragma weak lua_copy
#pragma weak lua_getglobal
#pragma weak lua_pcallk
#pragma weak lua_rawgetp
#pragma weak lua_rawlen
#pragma weak lua_rawsetp
#pragma weak lua_tointegerx
#pragma weak lua_tonumberx
#pragma weak lua_version
#pragma weak luaL_checkversion_
#pragma weak luaL_setfuncs
#pragma weak luaL_setmetatable
#endif

#if LUA_VERSION_NUM < 503
#pragma weak lua_insert
#pragma weak lua_remove
#pragma weak lua_replace
#else
#pragma weak lua_rotate
#endif

#if LUA_VERSION_NUM < 504
#pragma weak lua_newuserdata
#if LUA_VERSION_NUM > 501
#pragma weak lua_getuservalue
#pragma weak lua_setuservalue
#endif
#else
#pragma weak lua_getiuservalue
#pragma weak lua_newuserdatauv
#pragma weak lua_setiuservalue
#endif

/* Whether the Lua that runs has what only this version and its kin have. */
#if LUA_VERSION_NUM < 502
#define COMPAT_FITS(L) (lua_setfenv != NULL)
#elif LUA_VERSION_NUM == 502
#define COMPAT_FITS(L) (lua_insert && lua_setuservalue)
#elif LUA_VERSION_NUM == 503
#define COMPAT_FITS(L) (lua_rotate && lua_setuservalue)
#else
#define COMPAT_FITS(L) (lua_setiuservalue && lua_version(L) == LUA_VERSION_NUM)
#endif
#endif

#if LUA_VERSION_NUM < 504
#define lua_newuserdatauv(L, size, values) lua_newuserdata(L, size)
#define lua_getiuservalue(L, index, n)     lua_getuservalue(L, index)
#define lua_setiuservalue(L, index, n)     lua_setuservalue(L, index)
#endif

#if LUA_VERSION_NUM < 502
#undef LUA_OK
#undef luaL_newlib
#define LUA_OK                                0
#define lua_getuservalue                      lua_getfenv
#define lua_setuservalue                      lua_setfenv
#define lua_rawlen                            lua_objlen
#define lua_rawgetp                           compat_rawgetp
#define lua_rawsetp                           compat_rawsetp
#define luaL_checkversion(L)                  ((void)(L))
#define luaL_setfuncs(L, functions, upvalues) luaL_register(L, NULL, functions)
#define luaL_newlib(L, functions) \
    (lua_newtable(L), luaL_register(L, NULL, functions))
#define luaL_setmetatable(L, name) \
    (luaL_getmetatable(L, name), lua_setmetatable(L, -2))

/* The same index once another value is pushed. */
static inline int compat_below(int index)
{
    return index < 0 && index > LUA_REGISTRYINDEX ? index - 1 : index;
}

static inline void compat_rawgetp(lua_State *L, int index, const void *key)
{
    lua_pushlightuserdata(L, (void *)key);
    lua_rawget(L, compat_below(index));
}

static inline void compat_rawsetp(lua_State *L, int index, const void *key)
{
    lua_pushlightuserdata(L, (void *)key);
    lua_insert(L, -2);
    lua_rawset(L, compat_below(index));
}
#endif

/* Below 5.3 all numbers are floats, exact up to 2^53, and the lua_Integer of
 * the functions is a long or an int. An int64_t does not fit into an int, so
 * here lua_Integer is a type that it fits, and goes to Lua as a float. */
#if LUA_VERSION_NUM < 503
#undef lua_tointeger
#define lua_Integer           int64_t
#define lua_pushinteger(L, n) lua_pushnumber(L, (lua_Number)(int64_t)(n))
#define lua_tointegerx        compat_tointegerx
#define lua_tointeger(L, i)   compat_tointegerx(L, i, NULL)

static inline int64_t compat_tointegerx(lua_State *L, int index, int *is_whole)
{
    lua_Number number = lua_tonumber(L, index);
    bool whole = number >= -0x1p53 && number <= 0x1p53 &&
                 number == (lua_Number)(int64_t)number;

    if (is_whole)
        *is_whole = whole;
    return whole ? (int64_t)number : 0;
}
#endif

_Static_assert(sizeof(lua_Integer) >= 8 && sizeof(lua_Number) >= 8,
               "luma needs a Lua with 64-bit numbers, not LUA_32BITS");

/* Raises if the module was built for another Lua than the one that runs. To be
 * called first: until it has checked, it calls nothing that any Lua lacks. */
static inline void compat_check(lua_State *L)
{
    if (!COMPAT_FITS(L))
        luaL_error(L, "this luma.so was built for " LUA_VERSION
                      ", and the Lua that loads it is another one: build luma "
                      "for it, with make LUA=lua5.1, lua5.2, lua5.3, lua5.4, "
                      "lua5.5 or luajit");
    luaL_checkversion(L);
}

#endif
