/* SPDX-License-Identifier: MIT */
/* Conveniences for task tables, in every shape that gateways send: the core
 * knows where to look and what the values mean. They treat luma.null as absent,
 * and return nil for anything that is not a task. */
#include <math.h>
#include <string.h>

#include "core/json/number.h"
#include "core/gateway/task.h"
#include "binding.h"

/* ---- a table as a source of the core ----------------------------------- */

struct table {
    struct task_source source; /* its task is this struct */
    lua_State *L;
    int index; /* of the task on the stack */
    int top;   /* the value found last is above it */
};

/* Replaces the value on top by its member of that name, or nil if it is not a
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

/* A float without a fraction counts as an integer: some versions of Lua have
 * floats only. */
static void read_number(lua_State *L, struct task_value *value)
{
    int is_integer;
    lua_Integer integer = lua_tointegerx(L, -1, &is_integer);

    value->kind = TASK_INTEGER;
    value->number = lua_tonumber(L, -1);
    if (is_integer) {
        value->len = number_write_integer((int64_t)integer, value->digits);
        value->text = value->digits;
    } else if (isfinite(value->number) &&
               floor(value->number) == value->number) {
        char digits[NUMBER_DIGITS_SIZE];

        lua_pushlstring(L, digits, number_write_digits(value->number, digits));
        value->text = lua_tolstring(L, -1, &value->len);
    } else {
        value->kind = TASK_FLOAT;
    }
}

static void find_in_table(const void *task, const char *path,
                          struct task_value *value)
{
    const struct table *table = task;
    lua_State *L = table->L;
    size_t len;

    lua_settop(L, table->top);
    lua_pushvalue(L, table->index);
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

/* Prepares the source of the task at `index`. False: it is not a table. */
static bool open_table(lua_State *L, int index, struct table *table)
{
    luaL_checkany(L, index);
    *table = (struct table){.source = {table, find_in_table},
                            .L = L,
                            .index = index,
                            .top = lua_gettop(L)};
    return lua_type(L, index) == LUA_TTABLE;
}

static void push_text(lua_State *L, bool found, const struct task_value *value)
{
    if (found)
        lua_pushlstring(L, value->text, value->len);
    else
        lua_pushnil(L);
}

/* ---- functions --------------------------------------------------------- */

void task_push_id(lua_State *L, int index)
{
    struct table task;
    struct task_value id;

    push_text(L, open_table(L, index, &task) && task_find_id(&task.source, &id),
              &id);
}

const char *const task_links[] = {"video", "thumbnail", "last_frame", NULL};

void task_push_link(lua_State *L, int index, enum luma_media what)
{
    struct table task;
    struct task_value link;

    push_text(L,
              open_table(L, index, &task) &&
                  task_find_link(&task.source, what, &link),
              &link);
}

static int task_state(lua_State *L)
{
    struct table task;

    if (open_table(L, 1, &task) && task_is_one(&task.source))
        lua_pushstring(L, luma_state_name(task_find_state(&task.source, NULL)));
    else
        lua_pushnil(L);
    return 1;
}

static int task_id(lua_State *L)
{
    task_push_id(L, 1);
    return 1;
}

static int task_url(lua_State *L)
{
    task_push_link(
        L, 1, (enum luma_media)luaL_checkoption(L, 2, "video", task_links));
    return 1;
}

static int task_progress(lua_State *L)
{
    struct table task;
    double percent = open_table(L, 1, &task) ? task_find_progress(&task.source)
                                             : -1;

    if (percent < 0)
        lua_pushnil(L);
    else if (percent == floor(percent))
        lua_pushinteger(L, (lua_Integer)percent);
    else
        lua_pushnumber(L, percent);
    return 1;
}

/* ---- palette ----------------------------------------------------------- */

/* A colour is three bytes, which are four characters of base64. */
enum { COLOURS = 25, CHARS = 4, GRID_CHARS = COLOURS * CHARS };

/* The 24 bits in four characters of base64; below 0 if they are not. */
static int read_colour(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    int i, bits = 0;

    for (i = 0; i < CHARS; i++) {
        const char *at = text[i] ? strchr(digits, text[i]) : NULL;

        if (!at)
            return -1;
        bits = bits << 6 | (int)(at - digits);
    }
    return bits;
}

/* Pushes a table of the colours, or nil if the text is not a grid. */
static void push_colours(lua_State *L, const char *text)
{
    int i, k, bits;

    lua_createtable(L, COLOURS, 0);
    for (i = 0; i < COLOURS; i++) {
        bits = read_colour(text + i * CHARS);
        if (bits < 0) {
            lua_pushnil(L);
            return;
        }
        lua_createtable(L, 3, 0);
        for (k = 0; k < 3; k++) {
            lua_pushinteger(L, bits >> (16 - 8 * k) & 255);
            lua_rawseti(L, -2, k + 1);
        }
        lua_rawseti(L, -2, i + 1);
    }
}

/* The argument is a task, or the text of the grid itself. */
static int task_palette(lua_State *L)
{
    struct task_value grid = {.kind = TASK_OTHER};
    struct table task;
    bool found = open_table(L, 1, &task)
                     ? task_find_palette(&task.source, &grid)
                     : lua_type(L, 1) == LUA_TSTRING;

    if (found && !grid.text)
        grid.text = lua_tolstring(L, 1, &grid.len);
    if (found && grid.len == GRID_CHARS)
        push_colours(L, grid.text);
    else
        lua_pushnil(L);
    return 1;
}

const luaL_Reg task_functions[] = {
    {"state", task_state},       {"id", task_id},           {"url", task_url},
    {"progress", task_progress}, {"palette", task_palette}, {NULL, NULL},
};
