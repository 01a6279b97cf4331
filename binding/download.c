/* SPDX-License-Identifier: MIT */
/* client:download(): what is to be brought, and where it is to go. */
#include <math.h>
#include <string.h>

#include "binding.h"

/* Stack indices in the functions below. */
enum { CLIENT = 1, TASK = 2, PATH = 3, JOB = 5 };

struct wish {
    struct luma_download core;
    int options;   /* the argument that holds them, for messages */
    int callbacks; /* how many there are */
};

static int wrong(lua_State *L, const struct wish *wish, const char *name,
                 const char *problem)
{
    return luaL_argerror(L, wish->options,
                         lua_pushfstring(L, "%s: %s", name, problem));
}

static int wrong_type(lua_State *L, const struct wish *wish, const char *name,
                      const char *expected)
{
    return wrong(L, wish, name,
                 lua_pushfstring(L, "%s expected, got %s", expected,
                                 luaL_typename(L, -1)));
}

/* The value on top, which stays on the stack: its text must live on. */
static const char *text_of(lua_State *L, const struct wish *wish,
                           const char *name)
{
    size_t len;
    const char *text;

    if (lua_type(L, -1) != LUA_TSTRING)
        wrong_type(L, wish, name, "string");
    text = lua_tolstring(L, -1, &len);
    if (!len || strlen(text) != len)
        wrong(L, wish, name, len ? "must not hold a NUL byte" : "is empty");
    return text;
}

static bool flag_of(lua_State *L, const struct wish *wish, const char *name)
{
    if (!lua_isboolean(L, -1))
        wrong_type(L, wish, name, "boolean");
    return lua_toboolean(L, -1);
}

static uint64_t bytes_of(lua_State *L, const struct wish *wish)
{
    lua_Number number = lua_tonumber(L, -1);

    if (lua_type(L, -1) != LUA_TNUMBER)
        wrong_type(L, wish, "max_bytes", "integer");
    if (!(number >= 1 && number <= 0x1p53) || floor(number) != number)
        wrong(L, wish, "max_bytes", "must be a whole number of at least 1");
    return (uint64_t)number;
}

static int64_t deadline_of(lua_State *L, const struct wish *wish)
{
    lua_Number seconds = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1)
                                                        : -1;

    if (!(seconds > 0 && seconds <= 1e9))
        wrong(L, wish, "deadline", "must be a positive number of seconds");
    return (int64_t)(seconds * 1000) + 1;
}

static enum luma_what what_of(lua_State *L, const struct wish *wish)
{
    static const char *const names[] = {"video", "thumbnail", "last_frame"};
    const char *name = text_of(L, wish, "what");
    size_t i;

    for (i = 0; i < 3; i++)
        if (strcmp(names[i], name) == 0)
            return (enum luma_what)i;
    return (enum luma_what)wrong(L, wish, "what",
                                 "must be \"video\", \"thumbnail\" or "
                                 "\"last_frame\"");
}

/* Puts the callback on top into the job's user value. */
static void take_callback(lua_State *L, struct wish *wish, const char *name,
                          int slot)
{
    if (!lua_isfunction(L, -1))
        wrong_type(L, wish, name, "function");
    lua_pushvalue(L, -1);
    slot_set(L, JOB, slot);
    wish->callbacks++;
    wish->core.wants_news = wish->core.wants_news || slot == JOB_ON_PROGRESS;
}

/* Reads the option whose value is on top. */
static void take_option(lua_State *L, struct wish *wish, const char *name)
{
    struct luma_download *d = &wish->core;

    if (strcmp(name, "path") == 0)
        d->path = text_of(L, wish, name);
    else if (strcmp(name, "dir") == 0)
        d->dir = text_of(L, wish, name);
    else if (strcmp(name, "what") == 0)
        d->what = what_of(L, wish);
    else if (strcmp(name, "max_bytes") == 0)
        d->max_bytes = bytes_of(L, wish);
    else if (strcmp(name, "deadline") == 0)
        d->deadline = deadline_of(L, wish);
    else if (strcmp(name, "allow_private") == 0)
        d->allow_private = flag_of(L, wish, name);
    else if (strcmp(name, "sync") == 0)
        d->no_sync = !flag_of(L, wish, name);
    else if (strcmp(name, "on_progress") == 0)
        take_callback(L, wish, name, JOB_ON_PROGRESS);
    else if (strcmp(name, "on_done") == 0)
        take_callback(L, wish, name, JOB_ON_DONE);
    else
        luaL_argerror(L, wish->options,
                      lua_pushfstring(L, "unknown option '%s'", name));
}

/* Options are at `wish->options`; their values stay on the stack. */
static void take_options(lua_State *L, struct wish *wish)
{
    if (lua_isnil(L, wish->options))
        return;
    luaL_checktype(L, wish->options, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, wish->options);) {
        const char *name = lua_type(L, -2) == LUA_TSTRING
                               ? lua_tostring(L, -2)
                               : luaL_typename(L, -2);

        take_option(L, wish, name);
        luaL_checkstack(L, 8, NULL);
        lua_insert(L, -2); /* the value stays, below the key */
    }
}

/* Where it is to go: a path, and perhaps options behind it, or options. */
static void take_target(lua_State *L, struct wish *wish)
{
    wish->options = lua_type(L, PATH) == LUA_TSTRING ? PATH + 1 : PATH;
    if (wish->options == PATH) {
        luaL_checktype(L, PATH, LUA_TTABLE);
        luaL_argcheck(L, lua_isnil(L, PATH + 1), PATH + 1,
                      "the options are there already");
    }
    take_options(L, wish);
    if (wish->options == PATH) {
        if (!wish->core.path == !wish->core.dir)
            luaL_argerror(L, PATH, "either path or dir must be given");
        return;
    }
    if (wish->core.path || wish->core.dir)
        luaL_argerror(L, PATH + 1, "path and dir: the path is there already");
    wish->options = PATH;
    lua_pushvalue(L, PATH);
    wish->core.path = text_of(L, wish, "path");
}

/* Calls a function of task.c with the task; leaves what it gives. */
static const char *ask_task(lua_State *L, lua_CFunction f, const char *what,
                            size_t *len)
{
    lua_pushcfunction(L, f);
    lua_pushvalue(L, TASK);
    lua_pushstring(L, what);
    lua_call(L, 2, 1);
    return lua_isnil(L, -1) ? NULL : lua_tolstring(L, -1, len);
}

/* What is to be brought: a task's file, or what a link leads to. */
static void take_source(lua_State *L, struct wish *wish)
{
    static const char *const names[] = {"video", "thumbnail", "last_frame"};
    struct luma_download *d = &wish->core;
    size_t len = 0;

    if (lua_type(L, TASK) == LUA_TSTRING) {
        d->url = lua_tolstring(L, TASK, &len);
        luaL_argcheck(L, len && strlen(d->url) == len, TASK,
                      "a task or a URL expected");
        return;
    }
    if (lua_type(L, TASK) != LUA_TTABLE)
        luaL_argerror(L, TASK,
                      lua_pushfstring(L, "a task or a URL expected, got %s",
                                      luaL_typename(L, TASK)));
    d->url = ask_task(L, task_get_url, names[d->what], &len);
    if (d->url && strlen(d->url) != len)
        d->url = NULL;
    d->id = ask_task(L, task_get_id, NULL, &d->id_len);
    luaL_argcheck(L, d->url || d->id, TASK,
                  "the task has neither an id nor such a link");
}

int job_download(lua_State *L)
{
    struct client *client = client_check(L, CLIENT);
    struct wish wish = {0};
    struct luma_error error;
    struct job *job;

    lua_settop(L, PATH + 1);
    job = job_push_new(L, client); /* at JOB */
    luaL_checkstack(L, 30, NULL);
    take_target(L, &wish);
    take_source(L, &wish);
    if (client->closed) /* by a finalizer that ran meanwhile */
        luaL_argerror(L, CLIENT, "client is closed");
    job->core = luma_download(client->core, &wish.core, job, &error);
    if (job->core) {
        job_anchor(L, job, JOB, wish.callbacks > 0);
        lua_settop(L, JOB);
        return 1;
    }
    if (error.code == LUMA_ARGUMENT)
        luaL_argerror(L, PATH, error.message);
    lua_pushnil(L);
    value_push_error(L, &error);
    return 2;
}
