/* SPDX-License-Identifier: MIT */
/* client:download(): what is downloaded, and where it goes. */
#include "start.h"

#include <string.h>

#include "binding.h"

/* Stack indices. */
enum { TASK = 2, PATH = 3 };

/* Either a path, and perhaps options after it, or options. */
void download_read(lua_State *L, struct job_args *args)
{
    if (lua_type(L, PATH) == LUA_TSTRING)
        return;
    args->options = PATH;
    luaL_checktype(L, PATH, LUA_TTABLE);
    luaL_argcheck(L, lua_isnil(L, PATH + 1), PATH + 1,
                  "the options are there already");
}

static void check_target(lua_State *L, const struct job_args *args,
                         struct luma_download_options *d)
{
    if (args->options == PATH) {
        luaL_argcheck(L, !d->path != !d->dir, PATH,
                      "either path or dir must be given");
        return;
    }
    luaL_argcheck(L, !d->path && !d->dir, PATH + 1,
                  "path and dir: the path is there already");
    d->path = start_check_text(L, PATH);
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

/* The source is a task's file, or a URL. */
static void check_source(lua_State *L, const char *what,
                         struct luma_download_options *d)
{
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
    d->url = ask_task(L, task_get_url, what, &len);
    if (d->url && strlen(d->url) != len)
        d->url = NULL;
    d->id = ask_task(L, task_get_id, NULL, &d->id_len);
    luaL_argcheck(L, d->url || d->id, TASK,
                  "the task has neither an id nor such a link");
}

void download_check(lua_State *L, struct job_args *args)
{
    luaL_checkstack(L, 20, NULL);
    check_target(L, args, &args->download);
    check_source(L, task_links[args->what], &args->download);
}

struct luma_job *download_start(lua_State *L, struct lua_job *job,
                                struct job_args *args, struct luma_error *error)
{
    struct luma_download_options *d = &args->download;

    (void)L;
    d->media = (enum luma_media)args->what;
    d->deadline = args->deadline;
    d->no_sync = !args->sync;
    d->wants_progress = job_has(job, JOB_ON_PROGRESS);
    return luma_client_download(job->client->core, d, job, error);
}
