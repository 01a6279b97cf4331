/* SPDX-License-Identifier: MIT */
/* The types of options, and the errors about them. */
#include "reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/json/number.h"
#include "access.h"
#include "binding.h"
#include "options.h"
#include "spelling.h"

static const struct option_limits {
    int lua; /* type of the value */
    const char *name;
    int64_t least, most; /* bytes of a text, a whole number, or ms */
} types[] = {
    [TEXT] = {LUA_TSTRING, "string", 0, INT64_MAX},
    [NAME] = {LUA_TSTRING, "string", 1, INT64_MAX},
    [CHOICE] = {LUA_TSTRING, "string", 0, INT64_MAX},
    [EXISTS] = {LUA_TSTRING, "string", 0, INT64_MAX},
    [COUNT] = {LUA_TNUMBER, "integer", 1, INT64_MAX},
    [BYTES] = {LUA_TNUMBER, "integer", 1, 1LL << 53},
    [SECONDS] = {LUA_TNUMBER, "number", 1, 1000000000000},
    [GRACE] = {LUA_TNUMBER, "number", 0, 1000000000000},
    [TIMEOUT] = {LUA_TNUMBER, "number", 1, 86400000},
    [DEADLINE] = {LUA_TNUMBER, "number", 1, 1000000000000},
    [FLAG] = {LUA_TBOOLEAN, "boolean", 0, 0},
    [FUNCTION] = {LUA_TFUNCTION, "function", 0, 0},
    [HEADERS] = {LUA_TTABLE, "table", 0, 0},
    [LIMITS] = {LUA_TTABLE, "table", 0, 0},
};

/* The fields of `timeout`; from the start of the limits. */
#define LIMIT(field) offsetof(struct luma_limits, field), 0

static const struct option timeouts[] = {
    {"connect", TIMEOUT, LIMIT(connect_timeout)},
    {"attempt", TIMEOUT, LIMIT(attempt_timeout)},
    {"stall", TIMEOUT, LIMIT(stall_timeout)},
    {NULL, TEXT, 0, 0},
};

#undef LIMIT

/* ---- errors ------------------------------------------------------------ */

int options_error(lua_State *L, int arg, const char *name, const char *problem)
{
    return luaL_argerror(L, arg, lua_pushfstring(L, "%s: %s", name, problem));
}

/* Raises an error about the value of the option that is read. */
static int bad(struct reader *r, const char *problem)
{
    const char *name = r->option->name;

    if (r->group)
        name = lua_pushfstring(r->L, "%s.%s", r->group, name);
    return options_error(r->L, r->arg, name, problem);
}

static int wrong_type(struct reader *r)
{
    bool number = lua_type(r->L, -1) == LUA_TNUMBER;

    return bad(r, lua_pushfstring(r->L, "%s expected, got %s%s",
                                  r->limits->name, luaL_typename(r->L, -1),
                                  r->option->type == LIMITS && number
                                      ? ", write { attempt = ... }"
                                      : ""));
}

/* Raises "NAME: PROBLEM, not NUMBER". */
static int out_of_range(struct reader *r, lua_Number number,
                        const char *problem)
{
    char text[NUMBER_SIZE];
    size_t n = number_write(number, text);

    text[n] = '\0';
    return bad(r, lua_pushfstring(r->L, "%s, not %s", problem,
                                  n               ? text
                                  : isnan(number) ? "NaN"
                                                  : "infinity"));
}

static bool has_kind(const struct reader *r, const struct option *option)
{
    return r->group || (option->kinds & r->kind) == r->kind;
}

/* The known name that was most likely meant, or NULL. */
static const char *find_nearest(const struct reader *r, const char *name,
                                const struct option *known)
{
    size_t least = spelling_too_far(name);
    const char *nearest = NULL;

    for (; known->name; known++) {
        size_t mistakes = spelling_distance(name, known->name);

        if (has_kind(r, known) && mistakes < least) {
            least = mistakes;
            nearest = known->name;
        }
    }
    return nearest;
}

static int unknown(struct reader *r, const char *name,
                   const struct option *known)
{
    const char *nearest = find_nearest(r, name, known);
    const char *text = lua_pushfstring(
        r->L,
        nearest ? "unknown %s '%s', did you mean '%s'?" : "unknown %s '%s'",
        r->group ? "field" : "option", name, nearest);

    return r->group ? options_error(r->L, r->arg, r->group, text)
                    : luaL_argerror(r->L, r->arg, text);
}

/* The key of an option is no string. */
static int nameless(struct reader *r)
{
    bool number = lua_type(r->L, -2) == LUA_TNUMBER;
    const char *text = lua_pushfstring(
        r->L, "unknown %s [%s], each needs its name, as in { %s = ... }",
        r->group ? "field" : "option",
        number ? lua_pushfstring(r->L, "%d", (int)lua_tonumber(r->L, -2))
               : luaL_typename(r->L, -2),
        r->group  ? "attempt"
        : r->kind ? "deadline"
                  : "token");

    return r->group ? options_error(r->L, r->arg, r->group, text)
                    : luaL_argerror(r->L, r->arg, text);
}

/* ---- values ------------------------------------------------------------ */

/* These functions return the value on top, which has the right Lua type. */

/* A text at `index`. */
static const char *text_at(struct reader *r, int index)
{
    size_t len;
    const char *text = lua_tolstring(r->L, index, &len);

    if (strlen(text) != len)
        bad(r, "must not hold a NUL byte");
    return text;
}

static const char *read_text(struct reader *r)
{
    const char *text = text_at(r, -1);

    if (!*text && r->limits->least)
        bad(r, "must not be empty");
    return text;
}

static enum luma_media read_choice(struct reader *r)
{
    const char *text = read_text(r);
    size_t i;

    for (i = 0; task_links[i] && strcmp(task_links[i], text) != 0;)
        i++;
    if (!task_links[i])
        bad(r, "must be " TASK_LINKS);
    return (enum luma_media)i;
}

static bool read_exists(struct reader *r)
{
    const char *text = read_text(r);
    bool skips = strcmp(text, "skip") == 0;

    if (!skips && strcmp(text, "replace") != 0)
        bad(r, "must be \"replace\" or \"skip\"");
    return skips;
}

static lua_Integer read_whole(struct reader *r)
{
    const struct option_limits *t = r->limits;
    int whole;
    lua_Integer number = lua_tointegerx(r->L, -1, &whole);
    char problem[64];

    if (!whole)
        wrong_type(r);
    if (number >= t->least && number <= t->most)
        return number;
    snprintf(problem, sizeof problem, "must be at %s %lld",
             number < t->least ? "least" : "most",
             (long long)(number < t->least ? t->least : t->most));
    return out_of_range(r, (lua_Number)number, problem);
}

/* A number that a size_t of 32 bits does not hold is the largest one instead:
 * the core refuses that as well. */
static size_t read_count(struct reader *r)
{
    uint64_t number = (uint64_t)read_whole(r);

    return number < SIZE_MAX ? (size_t)number : SIZE_MAX;
}

static int64_t read_ms(struct reader *r)
{
    const struct option_limits *t = r->limits;
    double seconds = lua_tonumber(r->L, -1), ms = ceil(seconds * 1000);

    if (r->option->type == DEADLINE && seconds == HUGE_VAL)
        return INT64_MAX;
    if (!(seconds >= 0 && ms >= (double)t->least && ms <= (double)t->most))
        out_of_range(
            r, seconds,
            lua_pushfstring(r->L, "must be a %snumber of seconds, at most %d",
                            t->least > 0 ? "positive " : "",
                            (int)(t->most / 1000)));
    return (int64_t)ms;
}

/* The line "Name: value" of the name and value on top. */
static const char *push_header(struct reader *r)
{
    if (lua_type(r->L, -2) != LUA_TSTRING || lua_type(r->L, -1) != LUA_TSTRING)
        bad(r, "must have names and values that are strings, as in "
               "{ [\"X-Name\"] = \"value\" }");
    if (strchr(text_at(r, -2), ':'))
        bad(r, "a name must not hold a colon");
    return lua_pushfstring(r->L, "%s: %s", text_at(r, -2), text_at(r, -1));
}

/* One more than the core allows, which refuses that then. */
static const char *const *read_headers(struct reader *r)
{
    int table = lua_gettop(r->L), key;
    size_t size = (LUMA_HEADERS + 2) * sizeof(char *), n = 0;
    const char **lines = memset(lua_newuserdatauv(r->L, size, 0), 0, size);

    lua_pushnil(r->L);
    while (n <= LUMA_HEADERS && lua_next(r->L, table)) {
        stack_reserve(r->L, 20, NULL);
        key = lua_gettop(r->L) - 1;
        lines[n++] = push_header(r);
        lua_pushvalue(r->L, key);
    }
    return lines;
}

static void store_function(struct reader *r, size_t slot)
{
    lua_pushvalue(r->L, -1);
    lua_rawseti(r->L, r->functions, (lua_Integer)slot);
    r->given |= 1u << slot;
}

/* ---- reading ----------------------------------------------------------- */

static void read_table(struct reader *r, const struct option *known);

static void read_limits(struct reader *r, const struct option *group,
                        void *member)
{
    void *target = r->target;

    r->group = group->name;
    r->target = member;
    read_table(r, timeouts);
    r->target = target;
    r->group = NULL;
}

static void read_value(struct reader *r, const struct option *option)
{
    void *member = (char *)r->target + option->place;

    switch (option->type) {
    case TEXT:
    case NAME:
        *(const char **)member = read_text(r);
        break;
    case CHOICE:
        *(enum luma_media *)member = read_choice(r);
        break;
    case EXISTS:
        *(bool *)member = read_exists(r);
        break;
    case COUNT:
        *(size_t *)member = read_count(r);
        break;
    case BYTES:
        *(uint64_t *)member = (uint64_t)read_whole(r);
        break;
    case SECONDS:
    case GRACE:
    case TIMEOUT:
    case DEADLINE:
        *(int64_t *)member = read_ms(r);
        break;
    case FLAG:
        *(bool *)member = lua_toboolean(r->L, -1);
        break;
    case FUNCTION:
        store_function(r, option->place);
        break;
    case HEADERS:
        *(const char *const **)member = read_headers(r);
        break;
    case LIMITS:
        read_limits(r, option, member);
    }
}

/* The row of the option whose name is at -2. */
static const struct option *find_option(struct reader *r,
                                        const struct option *known)
{
    const struct option *found = known;
    const char *name;

    if (lua_type(r->L, -2) != LUA_TSTRING)
        nameless(r);
    name = lua_tostring(r->L, -2);
    while (found->name &&
           (strcmp(found->name, name) != 0 || !has_kind(r, found)))
        found++;
    if (!found->name)
        unknown(r, name, known);
    return found;
}

/* Reads the value on top, whose key is below it. */
static void read_option(struct reader *r, const struct option *known)
{
    r->option = find_option(r, known);
    r->limits = &types[r->option->type];
    if (lua_type(r->L, -1) != r->limits->lua)
        wrong_type(r);
    read_value(r, r->option);
}

/* Reads the table on top. Its keys and values stay on the stack above it. */
static void read_table(struct reader *r, const struct option *known)
{
    int table = lua_gettop(r->L), key;

    lua_pushnil(r->L);
    while (lua_next(r->L, table)) {
        stack_reserve(r->L, 20, NULL);
        key = lua_gettop(r->L) - 1;
        read_option(r, known);
        lua_pushvalue(r->L, key);
    }
}

static void not_a_table(struct reader *r)
{
    bool token = !r->kind && lua_type(r->L, r->arg) == LUA_TSTRING;

    luaL_argerror(r->L, r->arg,
                  lua_pushfstring(r->L, "table expected, got %s%s",
                                  luaL_typename(r->L, r->arg),
                                  token ? ", write { token = ... }" : ""));
}

unsigned reader_read(struct reader r, const struct option *known)
{
    if (lua_isnoneornil(r.L, r.arg))
        return 0;
    if (!lua_istable(r.L, r.arg))
        not_a_table(&r);
    stack_reserve(r.L, 20, NULL);
    lua_pushvalue(r.L, r.arg);
    read_table(&r, known);
    return r.given;
}
