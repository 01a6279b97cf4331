/* SPDX-License-Identifier: MIT */
/* Conveniences for task tables, in every shape that gateways send: the core
 * knows where to look and what it means. They treat luma.null as absent, and
 * answer nil for anything that is no task. */
#include <math.h>
#include <string.h>

#include "core/json/number.h"
#include "core/gateway/task.h"
#include "binding.h"

/* ---- the core's view of a table ---------------------------------------- */

/* The task is the first argument; what was found last is on top. */
struct table {
    lua_State *L;
    int top;
};

/* Replaces the value on top by its member of that name; nil where it is no
 * table or the member is luma.null. Runs no metamethods. */
static void enter(lua_State *L, const char *name, size_t len)
{
    if (lua_type(L, -1) == LUA_TTABLE) {
        lua_pushlstring(L, name, len);
        lua_rawget(L, -2);
    } else {
        lua_pushnil(L);
    }
    lua_remove(L, -2);
    if (lua_type(L, -1) == LUA_TLIGHTUSERDATA && !lua_touserdata(L, -1)) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
}

/* In some Lua versions all numbers are floats: one without a fraction counts
 * as an integer. */
static void read_number(lua_State *L, struct task_value *value)
{
    int is_integer;
    lua_Integer integer = lua_tointegerx(L, -1, &is_integer);

    value->kind = is_integer ? TASK_INTEGER : TASK_FLOAT;
    value->number = lua_tonumber(L, -1);
    if (!is_integer && floor(value->number) == value->number &&
        isfinite(value->number)) {
        char digits[NUMBER_DIGITS_SIZE];

        value->kind = TASK_INTEGER;
        value->len = number_write_digits(value->number, digits);
        lua_pushlstring(L, digits, value->len);
        value->text = lua_tostring(L, -1);
    } else if (is_integer) {
        value->len = number_write_integer((int64_t)integer, value->digits);
        value->text = value->digits;
    }
}

static void find_in_table(const void *task, const char *path,
                          struct task_value *value)
{
    const struct table *table = task;
    lua_State *L = table->L;
    size_t len;

    lua_settop(L, table->top);
    lua_pushvalue(L, 1);
    for (;; path += len + 1) {
        len = strcspn(path, ".");
        enter(L, path, len);
        if (!path[len])
            break;
    }
    value->kind = TASK_OTHER;
    if (lua_type(L, -1) == LUA_TNUMBER) {
        read_number(L, value);
    } else if (lua_type(L, -1) == LUA_TSTRING) {
        value->kind = TASK_TEXT;
        value->text = lua_tolstring(L, -1, &value->len);
    }
}

/* Makes the first argument a source. False: it is no table. */
static bool open_table(lua_State *L, struct table *table,
                       struct task_source *source)
{
    luaL_checkany(L, 1);
    *table = (struct table){L, lua_gettop(L)};
    *source = (struct task_source){table, find_in_table};
    return lua_type(L, 1) == LUA_TTABLE;
}

/* No value at all would not do where the caller hands the result on. */
static int none(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

static int push_text(lua_State *L, const struct task_value *value)
{
    lua_pushlstring(L, value->text, value->len);
    return 1;
}

/* ---- functions --------------------------------------------------------- */

static int task_state(lua_State *L)
{
    struct table table;
    struct task_source task;

    if (!open_table(L, &table, &task))
        return none(L);
    lua_pushstring(L, luma_state_name(task_find_state(&task, NULL)));
    return 1;
}

int task_get_id(lua_State *L)
{
    struct table table;
    struct task_source task;
    struct task_value id;

    return open_table(L, &table, &task) && task_find_id(&task, &id)
               ? push_text(L, &id)
               : none(L);
}

const char *const task_links[] = {"video", "thumbnail", "last_frame", NULL};

int task_get_url(lua_State *L)
{
    enum luma_media what =
        (enum luma_media)luaL_checkoption(L, 2, "video", task_links);
    struct table table;
    struct task_source task;
    struct task_value link;

    return open_table(L, &table, &task) && task_find_link(&task, what, &link)
               ? push_text(L, &link)
               : none(L);
}

static int task_progress(lua_State *L)
{
    struct table table;
    struct task_source task;
    double percent;

    percent = open_table(L, &table, &task) ? task_find_progress(&task) : -1;
    if (percent < 0)
        return none(L);
    if (percent == floor(percent))
        lua_pushinteger(L, (lua_Integer)percent);
    else
        lua_pushnumber(L, percent);
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

/* Pushes a table of 25 colours. */
static void push_colours(lua_State *L, const unsigned char bytes[GRID_BYTES])
{
    int i, k;

    lua_createtable(L, COLOURS, 0);
    for (i = 0; i < COLOURS; i++) {
        lua_createtable(L, 3, 0);
        for (k = 0; k < 3; k++) {
            lua_pushinteger(L, bytes[i * 3 + k]);
            lua_rawseti(L, -2, k + 1);
        }
        lua_rawseti(L, -2, i + 1);
    }
}

/* The grid's text is given as it is, or in the task. */
static int task_palette(lua_State *L)
{
    unsigned char bytes[GRID_BYTES];
    struct task_value grid = {.kind = TASK_OTHER};
    struct table table;
    struct task_source task;

    bool found = open_table(L, &table, &task) ? task_find_palette(&task, &grid)
                                              : lua_type(L, 1) == LUA_TSTRING;

    if (found && !grid.text)
        grid.text = lua_tolstring(L, 1, &grid.len);
    if (!found || grid.len != GRID_CHARS || !decode_grid(grid.text, bytes))
        return none(L);
    push_colours(L, bytes);
    return 1;
}

const luaL_Reg task_functions[] = {
    {"state", task_state},     {"id", task_get_id},
    {"url", task_get_url},     {"progress", task_progress},
    {"palette", task_palette}, {NULL, NULL},
};
