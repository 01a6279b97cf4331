/* SPDX-License-Identifier: MIT */
/* The tables of options, and their reader. */
#include "options.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "core/json/number.h"

/* What an option is, and what it is stored as; `types` has the ranges. */
enum option_type {
    TEXT,     /* const char *, without a NUL byte */
    NAME,     /* likewise, not empty */
    CHOICE,   /* size_t, the index of one of task_links */
    COUNT,    /* size_t */
    BYTES,    /* uint64_t */
    SECONDS,  /* int64_t, in ms: seconds are always rounded up */
    GRACE,    /* likewise, and may be 0 */
    TIMEOUT,  /* likewise, at most a day */
    FLAG,     /* bool */
    FUNCTION, /* goes to the table of functions */
    GROUP     /* a table, whose fields are `timeouts` */
};

struct option {
    const char *name; /* NULL behind the last one */
    enum option_type type;
    size_t place;   /* offset in the struct, or slot of a function */
    unsigned kinds; /* of jobs that have it; a client has all of its own */
};

/* ---- tables ------------------------------------------------------------ */

#define CLIENT(field) offsetof(struct client_options, field), 0
#define JOB(field)    offsetof(struct job_args, field)

static const struct option client_options[] = {
    {"token", TEXT, CLIENT(core.token)},
    {"base_url", TEXT, CLIENT(core.base_url)},
    {"proxy", TEXT, CLIENT(core.proxy)},
    {"ca_file", TEXT, CLIENT(core.ca_file)},
    {"user_agent", TEXT, CLIENT(core.user_agent)},
    {"batch_size", COUNT, CLIENT(core.batch_size)},
    {"connections", COUNT, CLIENT(core.connections)},
    {"attempts", COUNT, CLIENT(core.attempts)},
    {"max_reply", COUNT, CLIENT(core.max_reply)},
    {"max_task", COUNT, CLIENT(core.max_task)},
    {"max_undelivered", COUNT, CLIENT(core.max_undelivered)},
    {"plain_http", FLAG, CLIENT(core.plain_http)},
    {"http2", FLAG, CLIENT(core.http2)},
    {"timeout", GROUP, 0, 0},
    {"nulls", FLAG, CLIENT(nulls)},
    {"decode", FUNCTION, CLIENT_DECODE, 0},
    {NULL, TEXT, 0, 0},
};

/* The fields of `timeout`. */
static const struct option timeouts[] = {
    {"connect", TIMEOUT, CLIENT(core.connect_timeout)},
    {"attempt", TIMEOUT, CLIENT(core.attempt_timeout)},
    {"stall", TIMEOUT, CLIENT(core.stall_timeout)},
    {NULL, TEXT, 0, 0},
};

static const struct option job_options[] = {
    {"on_task", FUNCTION, JOB_ON_TASK, KIND_FETCH | KIND_WATCH},
    {"on_update", FUNCTION, JOB_ON_UPDATE, KIND_WATCH},
    {"on_progress", FUNCTION, JOB_ON_PROGRESS,
     KIND_FETCH | KIND_WATCH | KIND_DOWNLOAD},
    {"on_done", FUNCTION, JOB_ON_DONE, KIND_ANY},
    {"deadline", SECONDS, JOB(deadline), KIND_ANY},
    {"interval", SECONDS, JOB(watch.interval), KIND_WATCH},
    {"max_interval", SECONDS, JOB(watch.max_interval), KIND_WATCH},
    {"missing_grace", GRACE, JOB(watch.missing_grace), KIND_WATCH},
    {"link_grace", GRACE, JOB(watch.link_grace), KIND_WATCH},
    {"retry", FLAG, JOB(request.retry), KIND_REQUEST},
    {"path", NAME, JOB(download.path), KIND_DOWNLOAD},
    {"dir", NAME, JOB(download.dir), KIND_DOWNLOAD},
    {"what", CHOICE, JOB(what), KIND_DOWNLOAD},
    {"max_bytes", BYTES, JOB(download.max_bytes), KIND_DOWNLOAD},
    {"allow_private", FLAG, JOB(download.allow_private), KIND_DOWNLOAD},
    {"sync", FLAG, JOB(sync), KIND_DOWNLOAD},
    {NULL, TEXT, 0, 0},
};

#undef CLIENT
#undef JOB

/* ---- errors ------------------------------------------------------------ */

struct reader;

struct type {
    int lua; /* type of the value */
    const char *name;
    int64_t least, most; /* bytes of a text, a whole number, or ms */
    void (*put)(struct reader *r, void *to);
};

struct reader {
    lua_State *L;
    const struct option *option; /* that is read */
    const struct type *type;     /* of it */
    int arg;                     /* the argument that holds the options */
    unsigned kind;               /* of the job, 0 for a client */
    const char *group;           /* whose fields are read, or NULL */
    char *target;                /* the struct that they go to */
    int functions;               /* the table of functions */
    unsigned given;              /* which functions there are */
};

int options_error(lua_State *L, int arg, const char *name, const char *problem)
{
    return luaL_argerror(L, arg, lua_pushfstring(L, "%s: %s", name, problem));
}

/* Raises what is wrong with the value of the option that is read. */
static int bad(struct reader *r, const char *problem)
{
    const char *name = r->option->name;

    if (r->group)
        name = lua_pushfstring(r->L, "%s.%s", r->group, name);
    return options_error(r->L, r->arg, name, problem);
}

static int wrong_type(struct reader *r)
{
    return bad(r, lua_pushfstring(r->L, "%s expected, got %s", r->type->name,
                                  luaL_typename(r->L, -1)));
}

static int unknown(struct reader *r, const char *name)
{
    if (r->group)
        return options_error(r->L, r->arg, r->group,
                             lua_pushfstring(r->L, "unknown field '%s'", name));
    return luaL_argerror(r->L, r->arg,
                         lua_pushfstring(r->L, "unknown option '%s'", name));
}

/* ---- values ------------------------------------------------------------ */

/* Each of these puts the value on top, which has the right type, where the
 * option goes. */

static void put_text(struct reader *r, void *to)
{
    size_t len;
    const char *text = lua_tolstring(r->L, -1, &len);

    if ((int64_t)len < r->type->least)
        bad(r, "must not be empty");
    if (strlen(text) != len)
        bad(r, "must not hold a NUL byte");
    *(const char **)to = text;
}

static int out_of_range(struct reader *r, const char *side, int64_t limit)
{
    char problem[64];

    snprintf(problem, sizeof problem, "must be %s %lld", side,
             (long long)limit);
    return bad(r, problem);
}

static lua_Integer read_whole(struct reader *r)
{
    int whole;
    lua_Integer number = lua_tointegerx(r->L, -1, &whole);

    if (!whole)
        wrong_type(r);
    if (number < r->type->least)
        out_of_range(r, "at least", r->type->least);
    if (number > r->type->most)
        out_of_range(r, "at most", r->type->most);
    return number;
}

static void put_count(struct reader *r, void *to)
{
    *(size_t *)to = (size_t)read_whole(r);
}

static void put_bytes(struct reader *r, void *to)
{
    *(uint64_t *)to = (uint64_t)read_whole(r);
}

static void put_seconds(struct reader *r, void *to)
{
    double seconds = lua_tonumber(r->L, -1), ms = ceil(seconds * 1000);

    if (!(seconds >= 0 && ms >= (double)r->type->least &&
          ms <= (double)r->type->most))
        bad(r,
            lua_pushfstring(r->L, "must be a %snumber of seconds, at most %d",
                            r->type->least > 0 ? "positive " : "",
                            (int)(r->type->most / 1000)));
    *(int64_t *)to = (int64_t)ms;
}

static void put_flag(struct reader *r, void *to)
{
    *(bool *)to = lua_toboolean(r->L, -1);
}

static void put_choice(struct reader *r, void *to)
{
    const char *const *choices = task_links;
    const char *text, *list = "";
    size_t i;

    put_text(r, &text);
    for (i = 0; choices[i] && strcmp(choices[i], text) != 0;)
        i++;
    *(size_t *)to = i;
    if (choices[i])
        return;
    for (i = 0; choices[i]; i++)
        list = lua_pushfstring(r->L, "%s%s\"%s\"", list,
                               !i               ? ""
                               : choices[i + 1] ? ", "
                                                : " or ",
                               choices[i]);
    bad(r, lua_pushfstring(r->L, "must be %s", list));
}

static void put_function(struct reader *r, void *to)
{
    (void)to;
    lua_pushvalue(r->L, -1);
    lua_rawseti(r->L, r->functions, (lua_Integer)r->option->place);
    r->given |= 1u << r->option->place;
}

static void read_table(struct reader *r, const struct option *known);

static void put_group(struct reader *r, void *to)
{
    (void)to;
    r->group = r->option->name;
    read_table(r, timeouts);
    r->group = NULL;
}

static const struct type types[] = {
    [TEXT] = {LUA_TSTRING, "string", 0, INT64_MAX, put_text},
    [NAME] = {LUA_TSTRING, "string", 1, INT64_MAX, put_text},
    [CHOICE] = {LUA_TSTRING, "string", 0, INT64_MAX, put_choice},
    [COUNT] = {LUA_TNUMBER, "integer", 1, INT64_MAX, put_count},
    [BYTES] = {LUA_TNUMBER, "integer", 1, 1LL << 53, put_bytes},
    [SECONDS] = {LUA_TNUMBER, "number", 1, 1000000000000, put_seconds},
    [GRACE] = {LUA_TNUMBER, "number", 0, 1000000000000, put_seconds},
    [TIMEOUT] = {LUA_TNUMBER, "number", 1, 86400000, put_seconds},
    [FLAG] = {LUA_TBOOLEAN, "boolean", 0, 0, put_flag},
    [FUNCTION] = {LUA_TFUNCTION, "function", 0, 0, put_function},
    [GROUP] = {LUA_TTABLE, "table", 0, 0, put_group},
};

/* ---- tables of values -------------------------------------------------- */

/* Reads the value on top, whose key is below it. */
static void read_option(struct reader *r, const struct option *known)
{
    const char *name = lua_type(r->L, -2) == LUA_TSTRING
                           ? lua_tostring(r->L, -2)
                           : luaL_typename(r->L, -2);
    const struct option *option = known;

    while (option->name && (strcmp(option->name, name) != 0 ||
                            (option->kinds & r->kind) != r->kind))
        option++;
    if (!option->name)
        unknown(r, name);
    r->option = option;
    r->type = &types[option->type];
    if (lua_type(r->L, -1) != r->type->lua)
        wrong_type(r);
    r->type->put(r, r->target + option->place);
}

/* Reads the table on top. Its keys and values stay on the stack above it. */
static void read_table(struct reader *r, const struct option *known)
{
    int table = lua_gettop(r->L), key;

    lua_pushnil(r->L);
    while (lua_next(r->L, table)) {
        luaL_checkstack(r->L, 20, NULL);
        key = lua_gettop(r->L) - 1;
        read_option(r, known);
        lua_pushvalue(r->L, key);
    }
}

static unsigned read_argument(struct reader *r, const struct option *known)
{
    if (lua_isnoneornil(r->L, r->arg))
        return 0;
    luaL_checktype(r->L, r->arg, LUA_TTABLE);
    luaL_checkstack(r->L, 20, NULL);
    lua_pushvalue(r->L, r->arg);
    read_table(r, known);
    return r->given;
}

unsigned options_read_job(lua_State *L, int functions, unsigned kind,
                          struct job_args *args)
{
    struct reader reader = {.L = L,
                            .arg = args->options,
                            .kind = kind,
                            .target = (char *)args,
                            .functions = functions};

    return read_argument(&reader, job_options);
}

unsigned options_read_client(lua_State *L, int functions,
                             struct client_options *o)
{
    struct reader reader = {
        .L = L, .arg = 1, .target = (char *)o, .functions = functions};
    unsigned given = read_argument(&reader, client_options);

    if (!o->core.token)
        o->core.token = getenv("LUMA_GATEWAY_TOKEN");
    if (!o->core.base_url)
        o->core.base_url = getenv("LUMA_GATEWAY_URL");
    if (!o->core.token)
        options_error(L, 1, "token",
                      "must be given, here or as "
                      "LUMA_GATEWAY_TOKEN in the environment");
    return given;
}

/* ---- seconds of methods ------------------------------------------------ */

/* The number that a string holds; raises where it holds none. Lua itself would
 * read it as the locale wants. */
static double number_of_text(lua_State *L, int index)
{
    struct luma_node node = {0};
    size_t len;
    const char *text = lua_tolstring(L, index, &len);

    luaL_argcheck(L, number_read(text, len, &node), index,
                  "number expected, got string");
    return node.kind == LUMA_JSON_FLOAT     ? node.number
           : node.kind == LUMA_JSON_INTEGER ? (double)node.integer
                                            : luma_bigint_to_double(text, len);
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
