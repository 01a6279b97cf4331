/* SPDX-License-Identifier: MIT */
/* Whether this is the right Lua. */
#include "compat.h"

/* Calls nothing that one of them lacks until it is known which this is. */
void compat_check(lua_State *L)
{
    if (!COMPAT_FITS(L))
        luaL_error(L, "this luma.so was built for " LUA_VERSION
                      ", and the Lua that loads it is another one: build luma "
                      "for it, with make LUA=luajit, lua5.1, lua5.3 or lua5.4");
    luaL_checkversion(L);
}
