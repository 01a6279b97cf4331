/* SPDX-License-Identifier: MIT */
/* Every id of the table must have an outcome, so a table with more than an
 * array shows is refused. */
#include "idlist.h"

#include <limits.h>
#include <string.h>

#include "access.h"

/* What `#` is for a list with a hole differs from one Lua to the next, so the
 * error is about its first hole. */
static void raise_hole(lua_State *L, int ids, size_t i)
{
    luaL_argerror(L, ids,
                  lua_pushfstring(L,
                                  "ids[%d]: string expected, got nil (the list "
                                  "has a hole)",
                                  (int)i));
}

static bool is_task(lua_State *L, int index)
{
    bool task;

    task_push_id(L, index);
    task = !lua_isnil(L, -1);
    lua_pop(L, 1);
    return task;
}

/* Pushes what is wrong with the value on top, which is no text. */
static const char *wrong_id(lua_State *L)
{
    const char *got = luaL_typename(L, -1);
    bool task = lua_istable(L, -1) && is_task(L, lua_gettop(L));

    return lua_pushfstring(L, "string expected, got %s%s", got,
                           task ? ", a task: write luma.id(task)" : "");
}

/* Returns the length of the id at ids[i]. */
static size_t check_id(lua_State *L, int ids, size_t i)
{
    const char *problem = NULL;
    size_t len = 0;

    lua_rawgeti(L, ids, (lua_Integer)i);
    if (lua_isnil(L, -1))
        raise_hole(L, ids, i);
    if (lua_type(L, -1) == LUA_TSTRING)
        len = lua_rawlen(L, -1);
    else
        problem = wrong_id(L);
    if (!problem && !len)
        problem = "empty string";
    if (len > LUMA_ID_MAX)
        problem = lua_pushfstring(L, "longer than %d bytes", LUMA_ID_MAX);
    if (problem)
        luaL_argerror(L, ids,
                      lua_pushfstring(L, "ids[%d]: %s", (int)i, problem));
    lua_pop(L, 1);
    return len;
}

/* What Lua itself puts beside a list: the keys below 1 of `arg`, and the `n` of
 * table.pack. The key is at -2, its value on top. */
static bool is_beside_list(lua_State *L)
{
    int whole;
    lua_Integer key = lua_tointegerx(L, -2, &whole);

    if (lua_type(L, -2) == LUA_TNUMBER)
        return whole && key < 1;
    return lua_type(L, -1) == LUA_TNUMBER && lua_type(L, -2) == LUA_TSTRING &&
           strcmp(lua_tostring(L, -2), "n") == 0;
}

/* Raises an error about a key that is not from 1 to `count`: its id would have
 * no outcome. */
static void check_keys(lua_State *L, int ids, size_t count)
{
    for (lua_pushnil(L); lua_next(L, ids); lua_pop(L, 1)) {
        int whole;
        lua_Integer key = lua_tointegerx(L, -2, &whole);
        bool number = lua_type(L, -2) == LUA_TNUMBER && whole;

        if ((number && key >= 1 && (size_t)key <= count) || is_beside_list(L))
            continue;
        if (number && key >= 1 && key < INT_MAX)
            raise_hole(L, ids, count + 1);
        luaL_argerror(L, ids,
                      is_task(L, ids)
                          ? "ids must be an array without other keys, and "
                            "this is a task: write luma.id(task)"
                          : "ids must be an array without other keys");
    }
}

/* Raises an error if the metatable shows other ids than the table has: only
 * these are read. */
static void check_metatable(lua_State *L, int ids, size_t count)
{
    bool same;

    if (!lua_getmetatable(L, ids))
        return;
    lua_pushinteger(L, (lua_Integer)count + 1);
    lua_gettable(L, ids);
    same = lua_isnil(L, -1);
    if (luaL_callmeta(L, ids, "__len"))
        same = same && lua_type(L, -1) == LUA_TNUMBER &&
               lua_tonumber(L, -1) == (lua_Number)count;
    luaL_argcheck(L, same, ids,
                  "ids must be an array without a metatable for its elements");
}

void idlist_read(lua_State *L, int index, void *member)
{
    struct id_list *ids = member;
    int top = lua_gettop(L);
    size_t i;

    if (lua_type(L, index) == LUA_TSTRING) { /* one id is a list of one */
        lua_createtable(L, 1, 0);
        lua_pushvalue(L, index);
        lua_rawseti(L, -2, 1);
        lua_replace(L, index);
    }
    if (!lua_istable(L, index))
        type_error(L, index, "the id of a task or an array of ids");
    ids->index = index;
    ids->count = lua_rawlen(L, index);
    luaL_argcheck(L, ids->count < UINT32_MAX / 4, index, "too many ids");
    for (i = 1; i <= ids->count; i++)
        ids->bytes += check_id(L, index, i);
    check_keys(L, index, ids->count);
    check_metatable(L, index, ids->count);
    lua_settop(L, top);
}

struct luma_ids *idlist_make(lua_State *L, const struct id_list *list)
{
    struct luma_ids *ids = luma_ids_new(list->count, list->bytes);
    size_t i, len;

    for (i = 1; ids && i <= list->count; i++) {
        const char *id;

        lua_rawgeti(L, list->index, (lua_Integer)i);
        id = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
        if (!id || luma_ids_add(ids, id, len) != LUMA_OK) {
            luma_ids_unref(ids);
            ids = NULL;
        }
        lua_pop(L, 1);
    }
    return ids;
}
