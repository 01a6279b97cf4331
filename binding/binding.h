/* SPDX-License-Identifier: MIT */
/* What the files of the binding share. Only they include Lua's headers.
 *
 * Everything here runs on the thread of the Lua state that calls, and may
 * raise a Lua error unless it says that it does not. */
#ifndef LUA_LUMA_H
#define LUA_LUMA_H

#include "core/luma.h"
#include "compat.h"
#include "kinds.h"

/* A client's userdata. Its user value is a table, see below. */
struct lua_client {
    struct luma_client *core; /* NULL once finalised */
    bool nulls;               /* the option */
    bool decodes;             /* there is the option `decode` */
    bool busy;                /* events are being delivered */
    bool closing;             /* close was called meanwhile */
    bool closed;
    double hooks; /* client_now() when hooks ran last */
};

/* Indices into the client's user value. */
enum {
    CLIENT_JOBS = 1, /* weak: core job (light userdata) to its userdata */
    CLIENT_ANCHORS,  /* likewise, not weak: jobs with callbacks */
    CLIENT_DECODE    /* the option, or nil */
};

/* A job's userdata. Its user value is a table, see below. */
struct lua_job {
    struct luma_job *core;     /* NULL once finalised */
    struct lua_client *client; /* kept alive by the user value */
    const struct job_kind *kind;
    unsigned callbacks; /* a set of JOB_ON_…: 1 << slot */
    bool iterating;     /* the loop takes the tasks */
    bool has_result;    /* JOB_RESULT is set */
    size_t stored;      /* tasks in JOB_TASKS */
    size_t cursor;      /* where each() is in it */
};

/* Indices into the job's user value. */
enum {
    JOB_CLIENT = 1,
    JOB_TASKS,  /* index of the id + 1 to its task */
    JOB_FAILED, /* id to its error */
    JOB_FIRST_ERROR,
    JOB_END_ERROR, /* of the ids that failed without one in JOB_FAILED */
    JOB_RESULT,    /* what result() gives first: tasks, or nil */
    JOB_RESULT2,   /* and second: missing, or the error */
    JOB_ON_TASK,
    JOB_ON_UPDATE,
    JOB_ON_PROGRESS,
    JOB_ON_DONE,
    JOB_LAST = JOB_ON_DONE
};

/* The job has the callback of this slot. Never raises. */
static inline bool job_has(const struct lua_job *job, int slot)
{
    return job->callbacks >> slot & 1;
}

/* ---- lua_luma.c: client ------------------------------------------------- */

/* The client at an index; raises when it is none, is closed, or belongs to the
 * process that forked this one. */
struct lua_client *client_check(lua_State *L, int index);

/* Raises in a forked child. */
void client_check_process(lua_State *L, const struct lua_client *client);

/* Calls f in protected mode with the nargs values on top, marks the client as
 * busy meanwhile, and closes it afterwards if that was asked for. Raises what
 * f raised. */
void client_guard(lua_State *L, struct lua_client *client, lua_CFunction f,
                  int nargs, int nresults);

/* Raises when events are being delivered: `what` cannot be called then. */
void client_check_idle(lua_State *L, const struct lua_client *client,
                       const char *what);

/* Raises where there is no memory to call a Lua function: so that an event is
 * taken only when its callback will be called. */
void client_prepare_call(lua_State *L);

/* A blocking call lets hooks run at least so often, in seconds. */
#define CLIENT_SLICE 0.05

/* Waits up to `seconds` (below 0: for ever) for an event, in slices with an
 * empty Lua call between them, so that hooks run. False: the time is up. */
bool client_wait(lua_State *L, struct lua_client *client, double seconds);

/* Seconds on the monotonic clock. Never raises. */
double client_now(void);

/* ---- job.c: jobs -------------------------------------------------------- */

extern const char job_type[]; /* of the metatable */

/* Pushes a slot of the user value of the userdata at `index`. */
void slot_push(lua_State *L, int index, int slot);

/* Sets it to the value on top, and pops that. */
void slot_set(lua_State *L, int index, int slot);

/* The job at 1; raises when it is none, or belongs to another process. */
struct lua_job *job_check(lua_State *L);

/* It has ended, and no document waits for its loop. Never raises. */
bool job_is_done(const struct lua_job *job);

/* Pushes the id of that index. */
void job_push_id(lua_State *L, const struct lua_job *job, size_t index);

/* job:result(seconds), with the job at 1. */
int job_result(lua_State *L);

void job_register(lua_State *L); /* the metatable */

/* ---- value.c: values ---------------------------------------------------- */

/* Pushes a document as a Lua value; `nulls`: null members are luma.null. */
void value_push(lua_State *L, const struct luma_doc *doc, bool nulls);

/* Pushes an error as a table. */
void value_push_error(lua_State *L, const struct luma_error *error);

void value_register(lua_State *L); /* the error's metatable */

/* ---- encode.c: JSON ----------------------------------------------------- */

/* Pushes the argument `arg` as JSON text. Raises an error about this argument
 * when something in it cannot be JSON. */
void encode_push(lua_State *L, int arg);

void encode_register(lua_State *L); /* the metatable it needs */

/* ---- task.c: conveniences for task tables ------------------------------- */

int task_get_url(lua_State *L);
int task_get_id(lua_State *L);

/* "video", "thumbnail", "last_frame", NULL: in the order of luma_media. */
extern const char *const task_links[];

extern const luaL_Reg task_functions[]; /* state, id, url, progress, palette */

#endif
