/* SPDX-License-Identifier: MIT */
/* The tables of options, and their reader. */
#include "options.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json/number.h"
#include "binding.h"
#include "spelling.h"

/* The type of an option, and of the member where it is stored. */
enum option_type {
    TEXT,     /* const char *, without a NUL byte */
    NAME,     /* likewise, not empty */
    CHOICE,   /* enum luma_media, by its name in task_links */
    EXISTS,   /* bool: "skip", not "replace" */
    COUNT,    /* size_t */
    BYTES,    /* uint64_t */
    SECONDS,  /* int64_t, in ms, rounded up */
    GRACE,    /* likewise, and may be 0 */
    TIMEOUT,  /* likewise, at most a day */
    DEADLINE, /* likewise; without end, INT64_MAX */
    FLAG,     /* bool */
    FUNCTION, /* a slot in the table of functions */
    GROUP     /* struct luma_limits: a table with the fields of `timeouts` */
};

static const struct type {
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
    [GROUP] = {LUA_TTABLE, "table", 0, 0},
};

struct option {
    const char *name; /* NULL in the row after the last one */
    enum option_type type;
    size_t place;   /* offset in the struct, or slot of a function */
    unsigned kinds; /* of jobs that have it; 0 for options of a client */
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
    {"attempts", COUNT, CLIENT(core.limits.attempts)},
    {"max_reply", COUNT, CLIENT(core.max_reply)},
    {"max_task", COUNT, CLIENT(core.max_task)},
    {"max_undelivered", COUNT, CLIENT(core.max_undelivered)},
    {"plain_http", FLAG, CLIENT(core.plain_http)},
    {"http2", FLAG, CLIENT(core.http2)},
    {"timeout", GROUP, CLIENT(core.limits)},
    {"nulls", FLAG, CLIENT(nulls)},
    {"decode", FUNCTION, CLIENT_DECODE, 0},
    {NULL, TEXT, 0, 0},
};

/* The options of luma.decode. */
static const struct option decode_options[] = {
    {"nulls", FLAG, CLIENT(nulls)},
    {NULL, TEXT, 0, 0},
};

/* The fields of `timeout`; from the start of the limits. */
#define LIMIT(field) offsetof(struct luma_limits, field), 0

static const struct option timeouts[] = {
    {"connect", TIMEOUT, LIMIT(connect_timeout)},
    {"attempt", TIMEOUT, LIMIT(attempt_timeout)},
    {"stall", TIMEOUT, LIMIT(stall_timeout)},
    {NULL, TEXT, 0, 0},
};

static const struct option job_options[] = {
    {"on_task", FUNCTION, JOB_ON_TASK, KIND_FETCH | KIND_WATCHES},
    {"on_update", FUNCTION, JOB_ON_UPDATE, KIND_WATCHES},
    {"on_progress", FUNCTION, JOB_ON_PROGRESS,
     KIND_FETCH | KIND_WATCHES | KIND_DOWNLOADS},
    {"on_done", FUNCTION, JOB_ON_DONE, KIND_ANY},
    {"deadline", DEADLINE, JOB(job.deadline), KIND_ANY},
    {"timeout", GROUP, JOB(job.limits), KIND_ANY},
    {"attempts", COUNT, JOB(job.limits.attempts), KIND_ANY},
    {"interval", SECONDS, JOB(watch.interval), KIND_WATCHES},
    {"max_interval", SECONDS, JOB(watch.max_interval), KIND_WATCHES},
    {"missing_grace", GRACE, JOB(watch.missing_grace), KIND_WATCHES},
    {"link_grace", GRACE, JOB(watch.link_grace), KIND_WATCHES},
    {"retry", FLAG, JOB(request.retry), KIND_REQUEST},
    {"path", NAME, JOB(download.path), KIND_DOWNLOADS},
    {"dir", NAME, JOB(download.dir), KIND_DOWNLOADS},
    {"what", CHOICE, JOB(download.media), KIND_DOWNLOADS},
    {"exists", EXISTS, JOB(download.skip_existing), KIND_DOWNLOAD},
    {"max_bytes", BYTES, JOB(download.max_bytes), KIND_DOWNLOADS},
    {"allow_private", FLAG, JOB(download.allow_private), KIND_DOWNLOADS},
    {"sync", FLAG, JOB(sync), KIND_DOWNLOADS},
    {NULL, TEXT, 0, 0},
};

#undef LIMIT
#undef CLIENT
#undef JOB

/* ---- errors ------------------------------------------------------------ */

struct reader {
    lua_State *L;
    int arg;           /* the argument that holds the options */
    int functions;     /* the table of functions */
    unsigned kind;     /* of the job, 0 for a client */
    void *target;      /* the struct that the options go to */
    unsigned given;    /* the set of slots of functions that were read */
    const char *group; /* whose fields are read, or NULL */
    const struct option *option; /* that is read */
    const struct type *type;     /* of it */
};

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

    return bad(r, lua_pushfstring(r->L, "%s expected, got %s%s", r->type->name,
                                  luaL_typename(r->L, -1),
                                  r->option->type == GROUP && number
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

static const char *read_text(struct reader *r)
{
    size_t len;
    const char *text = lua_tolstring(r->L, -1, &len);

    if ((int64_t)len < r->type->least)
        bad(r, "must not be empty");
    if (strlen(text) != len)
        bad(r, "must not hold a NUL byte");
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
    const struct type *t = r->type;
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
    const struct type *t = r->type;
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

static void store_function(struct reader *r, size_t slot)
{
    lua_pushvalue(r->L, -1);
    lua_rawseti(r->L, r->functions, (lua_Integer)slot);
    r->given |= 1u << slot;
}

/* ---- reading ----------------------------------------------------------- */

static void read_table(struct reader *r, const struct option *known);

static void read_group(struct reader *r, const char *name, void *limits)
{
    void *target = r->target;

    r->group = name;
    r->target = limits;
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
    case GROUP:
        read_group(r, option->name, member);
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
    r->type = &types[r->option->type];
    if (lua_type(r->L, -1) != r->type->lua)
        wrong_type(r);
    read_value(r, r->option);
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

static void not_a_table(struct reader *r)
{
    bool token = !r->kind && lua_type(r->L, r->arg) == LUA_TSTRING;

    luaL_argerror(r->L, r->arg,
                  lua_pushfstring(r->L, "table expected, got %s%s",
                                  luaL_typename(r->L, r->arg),
                                  token ? ", write { token = ... }" : ""));
}

static unsigned read_argument(struct reader r, const struct option *known)
{
    if (lua_isnoneornil(r.L, r.arg))
        return 0;
    if (!lua_istable(r.L, r.arg))
        not_a_table(&r);
    luaL_checkstack(r.L, 20, NULL);
    lua_pushvalue(r.L, r.arg);
    read_table(&r, known);
    return r.given;
}

unsigned options_read_job(lua_State *L, int functions, unsigned kind,
                          struct job_args *args)
{
    return read_argument(
        (struct reader){L, args->options, functions, kind, .target = args},
        job_options);
}

bool options_read_decode(lua_State *L)
{
    struct client_options o = {.nulls = false};

    read_argument((struct reader){L, 2, .target = &o}, decode_options);
    return o.nulls;
}

unsigned options_read_client(lua_State *L, int functions,
                             struct client_options *o)
{
    unsigned given = read_argument(
        (struct reader){L, 1, functions, .target = o}, client_options);

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
