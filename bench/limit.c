/* SPDX-License-Identifier: MIT */
/* Lua module `limit`: the best time that the machine allows. One thread
 * receives the responses and discards them. Meanwhile the calling thread builds
 * the same tables from prepared C values, with exact sizes, and pushes each
 * string of a task once. */
#include <lauxlib.h>
#include <lua.h>
#include <pthread.h>
#include <string.h>

#include "multi.h"

int luaopen_limit(lua_State *L);

enum { MAX_NODES = 1000, MAX_STRINGS = 150 };

struct text {
    const char *data;
    size_t len;
};

struct node {
    int type;
    int name; /* index of a member's name in `strings`, or -1 */
    union {
        lua_Integer integer;
        lua_Number number;
        int count; /* a string's index, or a table's number of values */
    };
};

/* A task as a flat list of nodes. The values of an array have no name. */
struct recipe {
    struct node nodes[MAX_NODES];
    struct text strings[MAX_STRINGS];
    int node_count;
    int string_count;
    int id; /* index of the id, which differs between tasks */
};

struct work {
    const char *url;
    const char *ca;
    const char **bodies;
    size_t count;
    size_t bytes;
    const char *error;
};

/* ---- reading a sample --------------------------------------------------- */

static int add_string(lua_State *L, struct recipe *r, int index)
{
    struct text text;
    int i;

    text.data = lua_tolstring(L, index, &text.len);
    for (i = 0; i < r->string_count; i++)
        if (r->strings[i].len == text.len &&
            memcmp(r->strings[i].data, text.data, text.len) == 0)
            return i;
    if (r->string_count == MAX_STRINGS)
        luaL_error(L, "too many strings");
    r->strings[r->string_count] = text;
    return r->string_count++;
}

/* Adds the value on top of the stack, and leaves it there. */
static void add_value(lua_State *L, struct recipe *r, int name)
{
    struct node *node = &r->nodes[r->node_count++];

    if (r->node_count == MAX_NODES)
        luaL_error(L, "too many values");
    *node = (struct node){.type = lua_type(L, -1), .name = name};
    if (node->type == LUA_TSTRING) {
        node->count = add_string(L, r, -1);
    } else if (lua_isinteger(L, -1)) {
        node->type = LUA_TNONE;
        node->integer = lua_tointeger(L, -1);
    } else if (node->type == LUA_TNUMBER) {
        node->number = lua_tonumber(L, -1);
    } else if (node->type == LUA_TBOOLEAN) {
        node->count = lua_toboolean(L, -1);
    } else if (node->type == LUA_TTABLE) {
        for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
            bool named = lua_type(L, -2) == LUA_TSTRING;

            node->count++;
            add_value(L, r, named ? add_string(L, r, -2) : -1);
        }
    } else {
        luaL_error(L, "cannot build a %s", luaL_typename(L, -1));
    }
}

/* ---- building ---------------------------------------------------------- */

/* Pushes a value and returns the node after it. String 0 is at the stack index
 * `strings`. */
static const struct node *push(lua_State *L, const struct node *node,
                               int strings)
{
    const struct node *next = node + 1;
    int i;

    switch (node->type) {
    case LUA_TSTRING:
        lua_pushvalue(L, strings + node->count);
        break;
    case LUA_TNONE:
        lua_pushinteger(L, node->integer);
        break;
    case LUA_TNUMBER:
        lua_pushnumber(L, node->number);
        break;
    case LUA_TBOOLEAN:
        lua_pushboolean(L, node->count);
        break;
    default: {
        bool named = node->count && next->name >= 0;

        lua_createtable(L, named ? 0 : node->count, named ? node->count : 0);
        for (i = 1; i <= node->count; i++) {
            if (named)
                lua_pushvalue(L, strings + next->name);
            next = push(L, next, strings);
            if (named)
                lua_rawset(L, -3);
            else
                lua_rawseti(L, -2, i);
        }
    }
    }
    return next;
}

/* Pushes the array of all tasks. `ids` is a stack index. */
static void build(lua_State *L, struct recipe *r, int ids)
{
    lua_Integer i, count = (lua_Integer)lua_rawlen(L, ids);
    int top, s;

    luaL_checkstack(L, MAX_STRINGS + 100, NULL);
    lua_createtable(L, (int)count, 0);
    top = lua_gettop(L);
    for (i = 1; i <= count; i++) {
        struct text *id = &r->strings[r->id];

        lua_rawgeti(L, ids, i);
        id->data = lua_tolstring(L, -1, &id->len);
        lua_pop(L, 1); /* the list references it */
        for (s = 0; s < r->string_count; s++)
            lua_pushlstring(L, r->strings[s].data, r->strings[s].len);
        push(L, r->nodes, top + 1);
        lua_rawseti(L, top, i);
        lua_settop(L, top);
    }
}

/* ---- transferring and building ----------------------------------------- */

static void *transfer(void *arg)
{
    struct work *work = arg;
    const struct multi_reply *reply;
    struct multi m;

    if (!multi_start(&m, work->url, work->ca, work->bodies, work->count, false))
        m.error = "out of memory";
    while (!m.error && (reply = multi_next(&m)))
        work->bytes += reply->len;
    multi_end(&m);
    work->error = m.error;
    return NULL;
}

static void take_bodies(lua_State *L, int index, struct work *work)
{
    size_t i;

    work->count = lua_rawlen(L, index);
    work->bodies = lua_newuserdata(L, work->count * sizeof *work->bodies);
    for (i = 0; i < work->count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        work->bodies[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
}

static struct recipe *take_sample(lua_State *L, int index)
{
    struct recipe *r = lua_newuserdata(L, sizeof *r);

    r->node_count = r->string_count = 0;
    lua_pushvalue(L, index);
    add_value(L, r, -1);
    lua_getfield(L, index, "id");
    r->id = add_string(L, r, -1);
    return r;
}

/* run(url, ca, bodies, ids, sample) returns the number of bytes received, and
 * all tasks. Without bodies it transfers nothing; without a sample it builds
 * nothing. */
static int run(lua_State *L)
{
    struct work work = {.url = luaL_checkstring(L, 1),
                        .ca = luaL_checkstring(L, 2)};
    bool transfers = !lua_isnil(L, 3), builds = !lua_isnil(L, 5);
    struct recipe *r = builds ? take_sample(L, 5) : NULL;
    pthread_t thread;

    if (transfers) {
        take_bodies(L, 3, &work);
        pthread_create(&thread, NULL, transfer, &work);
    }
    if (builds)
        build(L, r, 4);
    if (transfers)
        pthread_join(thread, NULL);
    if (work.error)
        return luaL_error(L, "%s", work.error);
    lua_pushinteger(L, (lua_Integer)work.bytes);
    if (!builds)
        return 1;
    lua_insert(L, -2); /* in front of the tasks */
    return 2;
}

int luaopen_limit(lua_State *L)
{
    lua_pushcfunction(L, run);
    return 1;
}
