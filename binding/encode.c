/* SPDX-License-Identifier: MIT */
/* Lua values as JSON text, with the conventions of lua-cjson for tables. The
 * open tables are kept on the Lua stack, so deep nesting cannot overflow the C
 * stack. No Lua code runs meanwhile: metatables are ignored, and nothing is
 * allocated in Lua that could start the collector. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/ascii.h"
#include "core/base/text.h"
#include "core/json/number.h"
#include "core/json/writer.h"
#include "access.h"

enum { MAX_DEPTH = 1000, SPARSE_SAFE = 10, SPARSE_RATIO = 2 };

/* Places on the Lua stack for a table and its value that is written, and for
 * the error about this: luaL_argerror looks for the name of the function in
 * nested tables and does not make room itself. */
enum { ROOM = LUA_MINSTACK };

/* A userdata, so that its memory is freed after any error. */
struct encoder {
    struct buf text;
    int arg;   /* the argument that is written */
    int base;  /* stack index of the first open table */
    int depth; /* how many tables are open */
};

const char encoder_type[] = "luma.encoder";

/* An open table has three places on the Lua stack: the table, its length (0 for
 * an object), and the index or key of its value that is written. */
static int index_of_table(const struct encoder *e, int level)
{
    return e->base + 3 * level;
}

/* ---- errors ------------------------------------------------------------ */

/* Appends "name", ".name" or "[key]", as in Lua source. */
static void append_key(lua_State *L, int key, char *path, size_t room)
{
    size_t used = strlen(path), len, i = 0;
    const char *name;
    char text[40];

    if (lua_type(L, key) == LUA_TNUMBER) {
        i = number_write(lua_tonumber(L, key), text);
        snprintf(path + used, room - used, "[%.*s]", (int)i, text);
        return;
    }
    if (lua_type(L, key) != LUA_TSTRING)
        return; /* the error is about this key */
    name = lua_tolstring(L, key, &len);
    text_sanitize(text, sizeof text, name, len, NULL);
    while (ascii_is_letter(text[i]) || text[i] == '_' ||
           (i && ascii_is_digit(text[i])))
        i++;
    if (i && !text[i])
        snprintf(path + used, room - used, "%s%s", used ? "." : "", text);
    else
        snprintf(path + used, room - used, "[\"%s\"]", text);
}

/* Writes the path to the value on top, cut where the room ends. */
static void write_path(lua_State *L, const struct encoder *e, char *path,
                       size_t room)
{
    int level;

    *path = '\0';
    for (level = 0; level < e->depth; level++) {
        int table = index_of_table(e, level);
        size_t used = strlen(path);

        if (lua_tointeger(L, table + 1))
            snprintf(path + used, room - used, "[%d]",
                     (int)lua_tointeger(L, table + 2));
        else
            append_key(L, table + 2, path, room);
    }
}

/* Raises an error about the value on top, with its path. */
static void refuse(lua_State *L, struct encoder *e, const char *problem)
{
    char path[160];

    write_path(L, e, path, sizeof path);
    buf_free(&e->text);
    luaL_argerror(
        L, e->arg,
        lua_pushfstring(L, "%s%s%s", path, *path ? ": " : "", problem));
}

static void refuse_type(lua_State *L, struct encoder *e, const char *what,
                        int type)
{
    refuse(L, e,
           lua_pushfstring(L, "%s of type %s cannot be written as JSON", what,
                           lua_typename(L, type)));
}

/* Raises if the writer that returned `done` had no memory. */
static void must(lua_State *L, bool done)
{
    if (!done)
        luaL_error(L, "not enough memory");
}

/* ---- values ------------------------------------------------------------ */

static void append(lua_State *L, struct encoder *e, const char *text)
{
    must(L, buf_append_text(&e->text, text));
}

static void append_string(lua_State *L, struct encoder *e, int index)
{
    size_t len;
    const char *s = lua_tolstring(L, index, &len);

    must(L, writer_add_string(&e->text, s, len));
}

/* Integers are written as such, but for 0: writer_add_number knows -0.0. */
static void append_number(lua_State *L, struct encoder *e, int index)
{
    lua_Number number = lua_tonumber(L, index);
    int whole;
    lua_Integer integer = lua_tointegerx(L, index, &whole);

    if (!isfinite(number))
        refuse(L, e, "NaN and infinity cannot be written as JSON");
    must(L, whole && integer ? writer_add_integer(&e->text, integer)
                             : writer_add_number(&e->text, number));
}

static void append_key_of(lua_State *L, struct encoder *e, int index)
{
    int type = lua_type(L, index);

    if (type == LUA_TSTRING) {
        append_string(L, e, index);
    } else if (type == LUA_TNUMBER) {
        append(L, e, "\"");
        append_number(L, e, index);
        append(L, e, "\"");
    } else {
        refuse_type(L, e, "a key", type);
    }
    append(L, e, ":");
}

/* ---- tables ------------------------------------------------------------ */

/* The largest index of the table on top. 0 if it is an object: it is empty, or
 * has a key that is not a positive integer. */
static size_t array_length(lua_State *L, struct encoder *e)
{
    lua_Number max = 0, count = 0;

    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        lua_Number key = lua_type(L, -2) == LUA_TNUMBER ? lua_tonumber(L, -2)
                                                        : 0;

        if (key < 1 || floor(key) != key) {
            lua_pop(L, 2);
            return 0;
        }
        count++;
        max = key > max ? key : max;
    }
    if (max > SPARSE_SAFE && max > count * SPARSE_RATIO)
        refuse(L, e,
               "excessively sparse array (most of its elements are nil; use "
               "strings as keys to have an object)");
    return (size_t)max;
}

/* Opens the table on top, which stays there. */
static void open_table(lua_State *L, struct encoder *e)
{
    size_t length;

    if (e->depth == MAX_DEPTH)
        refuse(L, e,
               "more than 1000 tables inside one another (does a table "
               "contain itself?)");
    stack_reserve(L, ROOM, "too many tables inside one another");
    length = array_length(L, e);
    append(L, e, length ? "[" : "{");
    lua_pushinteger(L, (lua_Integer)length);
    lua_pushnil(L);
    e->depth++;
}

static void close_table(lua_State *L, struct encoder *e)
{
    int table = index_of_table(e, --e->depth);

    append(L, e, lua_tointeger(L, table + 1) ? "]" : "}");
    lua_settop(L, table - 1);
}

/* Pushes the next value of the innermost table, once its comma and key are
 * written. False: there is none. */
static bool next_value(lua_State *L, struct encoder *e)
{
    int table = index_of_table(e, e->depth - 1);
    lua_Integer length = lua_tointeger(L, table + 1);
    lua_Integer i = length ? lua_tointeger(L, table + 2) + 1 : 0;

    if (length ? i > length : !lua_next(L, table))
        return false;
    if (length) {
        lua_pushinteger(L, i);
        lua_replace(L, table + 2);
        lua_rawgeti(L, table, i);
    }
    if (!strchr("[{", e->text.data[e->text.len - 1]))
        append(L, e, ",");
    if (!length)
        append_key_of(L, e, -2);
    return true;
}

/* Writes the value on top and pops it, or opens it. */
static void begin_value(lua_State *L, struct encoder *e)
{
    int type = lua_type(L, -1);

    if (type == LUA_TTABLE) {
        open_table(L, e);
        return;
    }
    if (type == LUA_TSTRING)
        append_string(L, e, -1);
    else if (type == LUA_TNUMBER)
        append_number(L, e, -1);
    else if (type == LUA_TBOOLEAN)
        append(L, e, lua_toboolean(L, -1) ? "true" : "false");
    else if (type == LUA_TNIL ||
             (type == LUA_TLIGHTUSERDATA && !lua_touserdata(L, -1)))
        append(L, e, "null");
    else
        refuse_type(L, e, "a value", type);
    lua_pop(L, 1);
}

void encode_push(lua_State *L, int arg)
{
    struct encoder *e = lua_newuserdatauv(L, sizeof *e, 0);

    *e = (struct encoder){.arg = arg, .base = lua_gettop(L) + 1};
    luaL_setmetatable(L, encoder_type);
    stack_reserve(L, ROOM, "no room to write JSON");
    lua_pushvalue(L, arg);
    begin_value(L, e);
    while (e->depth > 0)
        if (next_value(L, e))
            begin_value(L, e);
        else
            close_table(L, e);
    lua_pushlstring(L, e->text.data, e->text.len);
    buf_free(&e->text);
    lua_remove(L, -2);
}

int encode_value(lua_State *L)
{
    luaL_checkany(L, 1);
    encode_push(L, 1);
    return 1;
}

static int encoder_gc(lua_State *L)
{
    struct encoder *e = luaL_checkudata(L, 1, encoder_type);

    buf_free(&e->text);
    return 0;
}

const luaL_Reg encoder_metamethods[] = {
    {"__gc", encoder_gc},
    {NULL, NULL},
};
