/* SPDX-License-Identifier: MIT */
/* The options of a client: a table, completed by the environment. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/json/number.h"
#include "binding.h"

enum kind { TEXT, COUNT, FLAG };

static const struct option {
    const char *name;
    enum kind kind;
    size_t offset; /* in struct luma_options */
} options[] = {
#define OPTION(name, kind)                               \
    {                                                    \
#name, kind, offsetof(struct luma_options, name) \
    }
    OPTION(token, TEXT),
    OPTION(base_url, TEXT),
    OPTION(proxy, TEXT),
    OPTION(ca_file, TEXT),
    OPTION(user_agent, TEXT),
    OPTION(batch_size, COUNT),
    OPTION(connections, COUNT),
    OPTION(attempts, COUNT),
    OPTION(max_reply, COUNT),
    OPTION(max_task, COUNT),
    OPTION(max_undelivered, COUNT),
    OPTION(plain_http, FLAG),
    OPTION(http2, FLAG),
#undef OPTION
};

static int option_error(lua_State *L, const char *name, const char *problem)
{
    return luaL_argerror(L, 1, lua_pushfstring(L, "%s: %s", name, problem));
}

static int wrong_type(lua_State *L, const char *name, const char *expected)
{
    return option_error(L, name,
                        lua_pushfstring(L, "%s expected, got %s", expected,
                                        luaL_typename(L, -1)));
}

/* Reads the value on top, and leaves it there: its text must live on. */
static void read_option(lua_State *L, const struct option *option,
                        struct luma_options *o)
{
    char *field = (char *)o + option->offset;
    lua_Integer count;
    size_t len;
    int whole;

    switch (option->kind) {
    case TEXT:
        if (lua_type(L, -1) != LUA_TSTRING)
            wrong_type(L, option->name, "string");
        *(const char **)(void *)field = lua_tolstring(L, -1, &len);
        if (strlen(lua_tostring(L, -1)) != len)
            option_error(L, option->name, "must not hold a NUL byte");
        break;
    case COUNT:
        count = lua_tointegerx(L, -1, &whole);
        if (lua_type(L, -1) != LUA_TNUMBER || !whole)
            wrong_type(L, option->name, "integer");
        if (count < 1)
            option_error(L, option->name, "must be at least 1");
        *(size_t *)(void *)field = (size_t)count;
        break;
    default:
        if (!lua_isboolean(L, -1))
            wrong_type(L, option->name, "boolean");
        *(bool *)field = lua_toboolean(L, -1);
    }
}

static const struct option *find_option(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

/* timeout = { connect =, attempt =, stall = }, in seconds; on top. */
static void read_timeouts(lua_State *L, struct luma_options *o)
{
    static const char *const names[] = {"connect", "attempt", "stall"};
    int64_t *const fields[] = {&o->connect_timeout, &o->attempt_timeout,
                               &o->stall_timeout};
    int i;

    if (!lua_istable(L, -1))
        wrong_type(L, "timeout", "table");
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2)
                                                          : "?";
        lua_Number seconds = lua_tonumber(L, -1);

        for (i = 0; i < 3 && strcmp(name, names[i]) != 0;)
            i++;
        if (i == 3)
            option_error(L, "timeout",
                         lua_pushfstring(L, "unknown field '%s'", name));
        if (lua_type(L, -1) != LUA_TNUMBER ||
            !(seconds > 0 && seconds <= 86400))
            option_error(L, "timeout",
                         lua_pushfstring(L,
                                         "%s: must be a positive number of "
                                         "seconds, at most a day",
                                         name));
        *fields[i] = (int64_t)ceil(seconds * 1000);
    }
}

static void read_all(lua_State *L, struct luma_options *o, bool *nulls)
{
    luaL_checkstack(L, 20, NULL);
    for (lua_pushnil(L); lua_next(L, 1);) {
        const char *name = lua_type(L, -2) == LUA_TSTRING
                               ? lua_tostring(L, -2)
                               : luaL_typename(L, -2);
        const struct option *option = find_option(name);

        if (option) {
            read_option(L, option, o);
            lua_insert(L, -2); /* the value stays, below the key */
            continue;
        }
        if (strcmp(name, "timeout") == 0) {
            read_timeouts(L, o);
        } else if (strcmp(name, "nulls") == 0) {
            if (!lua_isboolean(L, -1))
                wrong_type(L, name, "boolean");
            *nulls = lua_toboolean(L, -1);
        } else if (strcmp(name, "decode") == 0) {
            if (!lua_isfunction(L, -1))
                wrong_type(L, name, "function");
            o->keep_text = true;
            lua_pushvalue(L, -1);
            lua_replace(L, 2);
        } else {
            luaL_argerror(L, 1,
                          lua_pushfstring(L, "unknown option '%s'", name));
        }
        lua_pop(L, 1);
    }
}

void options_read(lua_State *L, struct luma_options *o, bool *nulls)
{
    read_all(L, o, nulls);
    if (!o->token)
        o->token = getenv("LUMA_GATEWAY_TOKEN");
    if (!o->base_url)
        o->base_url = getenv("LUMA_GATEWAY_URL");
    if (!o->token)
        option_error(L, "token",
                     "must be given, here or as "
                     "LUMA_GATEWAY_TOKEN in the environment");
}

/* The number that a string holds; raises where it holds none. Lua itself would
 * read it as the locale wants. */
static double number_of_text(lua_State *L, int index)
{
    struct luma_node node = {0};
    size_t len;
    const char *text = lua_tolstring(L, index, &len);

    luaL_argcheck(L, number_read(text, len, &node), index,
                  "number expected, got string");
    return node.kind == LUMA_FLOAT     ? node.number
           : node.kind == LUMA_INTEGER ? (double)node.integer
                                       : luma_big_number(text, len);
}

double options_seconds(lua_State *L, int index, double none)
{
    double seconds;

    if (lua_isnoneornil(L, index))
        return none;
    if (lua_type(L, index) == LUA_TSTRING) {
        seconds = number_of_text(L, index);
    } else {
        luaL_checktype(L, index, LUA_TNUMBER);
        seconds = lua_tonumber(L, index);
    }
    luaL_argcheck(L, seconds >= 0, index, "seconds must not be negative");
    return seconds;
}
