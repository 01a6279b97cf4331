/* SPDX-License-Identifier: MIT */
/* The table of kinds, and how jobs start. Everything is checked before the core
 * job is made: after that, no Lua error may be raised until it is stored. */
#include "kinds.h"

#include <string.h>

#include "access.h"
#include "idlist.h"
#include "kind.h"
#include "result.h"

/* Stack indices: the arguments of a method, and the new job above the largest
 * number of them. Its user value is at JOB + 1. */
enum { CLIENT = 1, SOURCE = 2, TARGET = 3, JOB = 6 };

/* ---- arguments --------------------------------------------------------- */

/* A text without a NUL byte. */
static void read_text(lua_State *L, int index, void *text)
{
    size_t len;

    *(const char **)text = luaL_checklstring(L, index, &len);
    luaL_argcheck(L, strlen(*(const char **)text) == len, index,
                  "must not hold a NUL byte");
}

/* Makes the body a text: a table becomes JSON. */
static void read_body(lua_State *L, int index, void *member)
{
    struct luma_request_options *request = member;

    if (lua_isnil(L, index))
        return;
    if (lua_istable(L, index)) {
        encode_push(L, index);
        lua_replace(L, index);
    } else if (lua_type(L, index) != LUA_TSTRING) {
        type_error(L, index, "string or table");
    }
    request->body = lua_tolstring(L, index, &request->len);
}

/* Makes the body of the submission. A text is what the user asks for. */
static void read_generation(lua_State *L, int index, void *member)
{
    struct luma_generate_options *generation = member;
    size_t len;

    if (lua_type(L, index) == LUA_TSTRING) {
        lua_tolstring(L, index, &len);
        luaL_argcheck(L, len, index, "the prompt is empty");
        lua_createtable(L, 0, 1);
        lua_pushvalue(L, index);
        lua_setfield(L, -2, "user_prompt");
        lua_replace(L, index);
    } else if (!lua_istable(L, index)) {
        type_error(L, index, "a prompt or a table of parameters");
    }
    encode_push(L, index);
    lua_replace(L, index);
    generation->body = lua_tolstring(L, index, &generation->len);
    luaL_argcheck(L, *generation->body == '{' && generation->len > 2, index,
                  "parameters with names expected, such as user_prompt");
}

/* The source depends on the option `what`: check_source reads it later. */
static void read_source(lua_State *L, int index, void *member)
{
    (void)L;
    (void)index;
    (void)member;
}

/* Either a path, and perhaps options after it, or options. */
static void read_target(lua_State *L, int index, void *options)
{
    if (lua_type(L, index) == LUA_TSTRING)
        return;
    *(int *)options = index;
    luaL_checktype(L, index, LUA_TTABLE);
    luaL_argcheck(L, lua_isnil(L, index + 1), index + 1,
                  "the options are there already");
}

/* ---- checks of what was read ------------------------------------------- */

enum { INTERVAL_MS = 5000, MAX_INTERVAL_MS = 15000 };

/* An interval that is not given (0) has its default, or what fits the other. */
static void check_watch(lua_State *L, struct job_args *args)
{
    struct luma_watch_options *w = &args->watch;

    if (!w->interval)
        w->interval = w->max_interval && w->max_interval < INTERVAL_MS
                          ? w->max_interval
                          : INTERVAL_MS;
    if (!w->max_interval)
        w->max_interval = w->interval > MAX_INTERVAL_MS ? w->interval
                                                        : MAX_INTERVAL_MS;
    if (w->max_interval < w->interval)
        options_error(L, args->options, "max_interval",
                      "must not be below interval");
}

static void check_target(lua_State *L, struct job_args *args)
{
    struct luma_download_options *d = &args->download;

    if (args->options == TARGET) {
        luaL_argcheck(L, !d->path != !d->dir, TARGET,
                      "either path or dir must be given");
        return;
    }
    luaL_argcheck(L, !d->path && !d->dir, args->options,
                  "path and dir: the path is there already");
    read_text(L, TARGET, &d->path);
}

/* The source is a URL, or a task with a link or an id. */
static void check_source(lua_State *L, struct luma_download_options *d)
{
    size_t len = 0;

    if (lua_type(L, SOURCE) == LUA_TSTRING) {
        d->url = lua_tolstring(L, SOURCE, &len);
        luaL_argcheck(
            L, len && strlen(d->url) == len, SOURCE,
            "a task or a URL expected, got an empty text or one with a "
            "NUL byte");
        return;
    }
    if (!lua_istable(L, SOURCE))
        type_error(L, SOURCE, "a task or a URL");
    task_push_link(L, SOURCE, d->media);
    d->url = lua_tolstring(L, -1, &len);
    if (d->url && strlen(d->url) != len)
        d->url = NULL;
    task_push_id(L, SOURCE);
    d->id = lua_tolstring(L, -1, &d->id_len);
    luaL_argcheck(L, d->url || d->id, SOURCE,
                  "the task has neither an id nor such a link, write "
                  "{ id = ... } for one that is known by its id");
}

static void check_download(lua_State *L, struct job_args *args)
{
    struct luma_download_options *d = &args->download;

    stack_reserve(L, 20, NULL);
    d->no_sync = !args->sync;
    check_target(L, args);
    check_source(L, d);
}

static void check_generate(lua_State *L, struct job_args *args)
{
    const struct luma_download_options *d = &args->download;
    bool about_file = d->max_bytes || d->allow_private || d->media ||
                      !args->sync;

    luaL_argcheck(L, !d->path || !d->dir, args->options,
                  "either path or dir can be given, not both");
    luaL_argcheck(L, d->path || d->dir || !about_file, args->options,
                  "what, max_bytes, allow_private and sync are for a file: "
                  "give path or dir as well");
    check_watch(L, args);
    args->download.no_sync = !args->sync;
    args->generation.watch = args->watch;
    args->generation.target = args->download;
}

/* ---- core jobs --------------------------------------------------------- */

static struct luma_job *start_fetch(const struct job_args *args,
                                    struct luma_error *error)
{
    return luma_client_fetch(args->client, args->ids.core, &args->job, error);
}

static struct luma_job *start_watch(const struct job_args *args,
                                    struct luma_error *error)
{
    return luma_client_watch(args->client, args->ids.core, &args->watch,
                             &args->job, error);
}

static struct luma_job *start_request(const struct job_args *args,
                                      struct luma_error *error)
{
    return luma_client_request(args->client, &args->request, &args->job, error);
}

static struct luma_job *start_download(const struct job_args *args,
                                       struct luma_error *error)
{
    return luma_client_download(args->client, &args->download, &args->job,
                                error);
}

static struct luma_job *start_generate(const struct job_args *args,
                                       struct luma_error *error)
{
    return luma_client_generate(args->client, &args->generation, &args->job,
                                error);
}

/* ---- the table --------------------------------------------------------- */

#define MEMBER(name) offsetof(struct job_args, name)

#define WATCH_DEFAULTS                               \
    {                                                \
        .missing_grace = 60000, .link_grace = 60000, \
    }

static const struct lua_kind fetch = {
    .name = "fetch",
    .kind = KIND_FETCH,
    .arguments = {{idlist_read, MEMBER(ids), NULL}},
    .start = start_fetch,
    .push_values = result_push_tasks,
    .add_details = result_add_ids,
};

static const struct lua_kind watch = {
    .name = "watch",
    .kind = KIND_WATCH,
    .arguments = {{idlist_read, MEMBER(ids), NULL}},
    .defaults = {.job = {.deadline = 600000}, .watch = WATCH_DEFAULTS},
    .check = check_watch,
    .start = start_watch,
    .push_values = result_push_tasks,
    .add_details = result_add_ids_and_states,
};

static const struct lua_kind request = {
    .name = "request",
    .kind = KIND_REQUEST,
    .arguments = {{read_text, MEMBER(request.method), "method"},
                  {read_text, MEMBER(request.path), "path"},
                  {read_body, MEMBER(request), NULL}},
    .start = start_request,
    .push_values = result_push_value,
    .no_each = "a request has one value, for result",
    .has_one_value = true,
};

static const struct lua_kind download = {
    .name = "download",
    .kind = KIND_DOWNLOAD,
    .arguments = {{read_source, MEMBER(download), NULL},
                  {read_target, MEMBER(options), "path"}},
    .defaults = {.sync = true},
    .check = check_download,
    .start = start_download,
    .push_values = result_push_file,
    .add_details = result_add_ids,
    .in_bytes = true,
};

static const struct lua_kind generate = {
    .name = "generate",
    .kind = KIND_GENERATE,
    .arguments = {{read_generation, MEMBER(generation), NULL}},
    .defaults = {.job = {.deadline = 600000},
                 .sync = true,
                 .watch = WATCH_DEFAULTS},
    .check = check_generate,
    .start = start_generate,
    .push_values = result_push_generated,
    .add_details = result_add_generated,
    .no_each = "a generation has one task, for result",
    .has_one_value = true,
    .learns_id = true,
    .in_bytes = true,
};

/* ---- jobs -------------------------------------------------------------- */

/* Stores the value at `value`, the job or nil, in its client, where the job's
 * events find it. A job with callbacks lives as long as the client. */
static void store_job(lua_State *L, const struct lua_job *job, int value)
{
    int slot, last = job->callbacks ? CLIENT_ANCHORS : CLIENT_JOBS;

    for (slot = CLIENT_JOBS; slot <= last; slot++) {
        uservalue_get(L, CLIENT, slot);
        lua_pushvalue(L, value);
        lua_rawsetp(L, -2, job);
        lua_pop(L, 1);
    }
}

/* Raises an error about an argument; returns any other error. */
static int fail(lua_State *L, const struct argument *a, int options,
                const struct luma_error *error)
{
    int index;

    if (error->code != LUMA_ERR_ARGUMENT)
        return value_push_failure(L, error);
    for (index = CLIENT + 1; a->read && error->field; a++, index++)
        if (a->field && strcmp(a->field, error->field) == 0)
            return luaL_argerror(L, index, error->message);
    return luaL_argerror(L, options, error->message);
}

/* What may raise an error has been done before: nobody would know of the job.
 * False: `error` says why there is none. */
static bool start_core(lua_State *L, struct lua_job *job, struct job_args *args,
                       struct luma_error *error)
{
    luma_error_set(error, LUMA_ERR_MEMORY);
    args->client = job->client->core;
    args->job.user = job;
    if (job->client->closed)
        return false;
    if (args->ids.index)
        args->ids.core = idlist_make(L, &args->ids);
    if (args->ids.core || !args->ids.index)
        job->core = job->kind->start(args, error);
    if (job->core)
        luma_job_keep(job->core, !job_has(job, JOB_ON_TASK));
    return job->core != NULL;
}

static int start(lua_State *L, const struct lua_kind *kind)
{
    struct lua_client *client = client_check(L, CLIENT);
    struct job_args args = kind->defaults;
    const struct argument *a;
    struct luma_error error;
    struct lua_job *job;
    bool started;

    args.options = CLIENT + 1;
    lua_settop(L, JOB - 1);
    for (a = kind->arguments; a->read; a++) {
        int index = args.options++;

        a->read(L, index, (char *)&args + a->member);
    }
    job = userdata_push(L, job_type, sizeof *job, JOB_LAST);
    job->client = client;
    job->kind = kind;
    lua_pushvalue(L, CLIENT);
    lua_rawseti(L, -2, JOB_CLIENT);
    job->callbacks = options_read_job(L, JOB + 1, kind->kind, &args);
    args.download.wants_progress = job_has(job, JOB_ON_PROGRESS);
    if (kind->check)
        kind->check(L, &args);
    stack_reserve(L, 10, NULL);
    store_job(L, job, JOB);
    started = start_core(L, job, &args, &error);
    lua_settop(L, JOB);
    if (started)
        return 1;
    lua_pushnil(L);
    store_job(L, job, JOB + 1);
    /* A finalizer may have closed the client meanwhile. */
    luaL_argcheck(L, !client->closed, CLIENT, "client is closed");
    return fail(L, kind->arguments, args.options, &error);
}

int client_fetch(lua_State *L)
{
    return start(L, &fetch);
}

int client_watch(lua_State *L)
{
    return start(L, &watch);
}

int client_request(lua_State *L)
{
    return start(L, &request);
}

int client_download(lua_State *L)
{
    return start(L, &download);
}

int client_generate(lua_State *L)
{
    return start(L, &generate);
}
