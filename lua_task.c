/* SPDX-License-Identifier: MIT */
/* Conveniences for task tables, in both shapes a gateway sends. They treat
 * luma.null as absent, and answer nil for anything that is no task. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua_luma.h"

/* Pushes table.name and returns its type; pushes nil where the value at
 * `index` is no table or the field is luma.null. Runs no metamethods. */
static int push_field(lua_State *L, int index, const char *name)
{
    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TTABLE) {
        lua_pushnil(L);
        return LUA_TNIL;
    }
    lua_pushstring(L, name);
    lua_rawget(L, index);
    if (lua_type(L, -1) == LUA_TLIGHTUSERDATA && !lua_touserdata(L, -1)) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
    return lua_type(L, -1);
}

/* Leaves task.data where that is a table, else the task, on top: in an
 * envelope's row, the Luma object is one level down. */
static void push_inner(lua_State *L)
{
    if (push_field(L, 1, "data") != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_pushvalue(L, 1);
    }
}

/* No value at all would not do where the caller hands the result on. */
static int none(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

/* Pushes the digits of the number on top, or false where it is not whole. */
static bool push_digits(lua_State *L)
{
    int whole;
    lua_Integer integer = lua_tointegerx(L, -1, &whole);
    lua_Number number = lua_tonumber(L, -1);
    char digits[512]; /* the largest float has 309 */

    if (whole)
        snprintf(digits, sizeof digits, "%lld", (long long)integer);
    else if (floor(number) == number && isfinite(number))
        snprintf(digits, sizeof digits, "%.0f", number);
    else
        return false;
    lua_pushstring(L, digits);
    return true;
}

static enum luma_state state_in(lua_State *L, int index, const char *name)
{
    enum luma_state state = LUMA_NO_STATE;
    int top = lua_gettop(L), type = push_field(L, index, name);
    size_t len;
    const char *word;

    if (type == LUA_TNUMBER && !push_digits(L))
        state = LUMA_PROCESSING;
    if (lua_type(L, -1) == LUA_TSTRING) {
        word = lua_tolstring(L, -1, &len);
        state = luma_state_of_word(word, len);
    }
    lua_settop(L, top);
    return state;
}

static int task_state(lua_State *L)
{
    enum luma_state state;

    luaL_checkany(L, 1);
    if (lua_type(L, 1) != LUA_TTABLE)
        return none(L);
    state = state_in(L, 1, "status");
    push_inner(L);
    if (state == LUMA_NO_STATE)
        state = state_in(L, -1, "state");
    if (state == LUMA_NO_STATE)
        state = state_in(L, 1, "state");
    lua_pushstring(L, luma_state_name(state));
    return 1;
}

/* Pushes a string that is not empty, or the digits of a number; or nothing. */
static int id_in(lua_State *L, int index, const char *name)
{
    int type = push_field(L, index, name);

    if ((type == LUA_TNUMBER && push_digits(L)) ||
        (type == LUA_TSTRING && lua_rawlen(L, -1) > 0))
        return 1;
    lua_pop(L, 1);
    return 0;
}

int task_get_id(lua_State *L)
{
    luaL_checkany(L, 1);
    if (id_in(L, 1, "task_id"))
        return 1;
    push_inner(L);
    return id_in(L, -1, "id") || id_in(L, 1, "id") || none(L);
}

/* Pushes object[what][name] when it is a link that is not empty. */
static int link_in(lua_State *L, int object, const char *what, const char *name)
{
    push_field(L, object, what);
    if (push_field(L, -1, name) == LUA_TSTRING && lua_rawlen(L, -1) > 0)
        return 1;
    lua_pop(L, 2);
    return 0;
}

/* In order of worth: a link without a watermark first. */
static int any_link(lua_State *L, int object, const char *what)
{
    if (strcmp(what, "video") != 0)
        return link_in(L, object, what, "url");
    return link_in(L, object, "video", "download_url") ||
           link_in(L, object, "video_raw", "url") ||
           link_in(L, object, "video", "url");
}

int task_get_url(lua_State *L)
{
    static const char *const whats[] = {"video", "thumbnail", "last_frame",
                                        NULL};
    const char *what = whats[luaL_checkoption(L, 2, "video", whats)];

    luaL_checkany(L, 1);
    lua_settop(L, 1);
    push_inner(L);
    push_field(L, 2, "artifact");
    return any_link(L, 2, what) || any_link(L, 3, what) || none(L);
}

/* A row's progress is a text such as "40%". */
static int task_progress(lua_State *L)
{
    lua_Number value = -1;
    size_t len;
    const char *text;

    luaL_checkany(L, 1);
    if (push_field(L, 1, "progress") == LUA_TNUMBER) {
        value = lua_tonumber(L, -1);
    } else if (lua_type(L, -1) == LUA_TSTRING) {
        text = lua_tolstring(L, -1, &len);
        if (len && text[len - 1] == '%')
            len--;
        lua_pushlstring(L, text, len);
        if (strspn(text, "0123456789.") >= len && lua_isnumber(L, -1))
            value = lua_tonumber(L, -1);
    }
    if (!(value >= 0 && value <= 100))
        return none(L);
    if (value == (lua_Number)(lua_Integer)value)
        lua_pushinteger(L, (lua_Integer)value);
    else
        lua_pushnumber(L, value);
    return 1;
}

/* ---- palette ----------------------------------------------------------- */

enum { COLOURS = 25, GRID_CHARS = 100, GRID_BYTES = COLOURS * 3 };

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* 100 characters make 75 bytes, without padding. */
static bool decode_grid(const char *text, unsigned char bytes[GRID_BYTES])
{
    int i, value;
    unsigned bits = 0;

    for (i = 0; i < GRID_CHARS; i++) {
        value = base64_value(text[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (unsigned)value;
        if (i % 4 == 3) {
            bytes[i / 4 * 3] = (unsigned char)(bits >> 16);
            bytes[i / 4 * 3 + 1] = (unsigned char)(bits >> 8);
            bytes[i / 4 * 3 + 2] = (unsigned char)bits;
        }
    }
    return true;
}

/* Pushes the grid's text: given as it is, or in the task's thumbnail. */
static void push_grid(lua_State *L)
{
    static const char *const homes[] = {"thumbnail", "last_frame"};
    size_t i;

    if (lua_type(L, 1) == LUA_TSTRING) {
        lua_pushvalue(L, 1);
        return;
    }
    push_inner(L);
    for (i = 0; i < 2; i++) {
        push_field(L, 2, homes[i]);
        push_field(L, -1, "palette");
        if (push_field(L, -1, "grid") == LUA_TSTRING)
            return;
        lua_pop(L, 3);
    }
    lua_pushnil(L);
}

static int task_palette(lua_State *L)
{
    unsigned char bytes[GRID_BYTES];
    int i, k;

    luaL_checkany(L, 1);
    lua_settop(L, 1);
    push_grid(L);
    if (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) != GRID_CHARS ||
        !decode_grid(lua_tostring(L, -1), bytes))
        return none(L);
    lua_createtable(L, COLOURS, 0);
    for (i = 0; i < COLOURS; i++) {
        lua_createtable(L, 3, 0);
        for (k = 0; k < 3; k++) {
            lua_pushinteger(L, bytes[i * 3 + k]);
            lua_rawseti(L, -2, k + 1);
        }
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

const luaL_Reg task_functions[] = {
    {"state", task_state},     {"id", task_get_id},
    {"url", task_get_url},     {"progress", task_progress},
    {"palette", task_palette}, {NULL, NULL},
};
