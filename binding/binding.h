/* SPDX-License-Identifier: MIT */
/* What the files of the binding share: the two userdata types, and the values
 * that are made of documents, errors and tasks.
 *
 * Only compat.h includes Lua's headers. All functions of lua_luma.c and
 * binding/ run on the thread of the calling Lua state, and may raise a Lua
 * error unless their comment says that they do not. */
#ifndef LUMA_BINDING_H
#define LUMA_BINDING_H

#include "core/luma.h"
#include "compat.h"

struct lua_kind;

/* A client's userdata. Its user value is a table of the slots below. */
struct lua_client {
    struct luma_client *core; /* NULL once finalised */
    bool nulls;               /* option `nulls` */
    bool decodes;             /* CLIENT_DECODE is set */
    bool busy;                /* events are being delivered */
    bool closing;             /* close was called meanwhile */
    bool closed;
    uint32_t names; /* how many are in CLIENT_NAMES */
    double hooks;   /* monotonic_now() when hooks ran last */
};

enum client_slot {
    CLIENT_JOBS = 1,   /* weak: the job's address to its userdata */
    CLIENT_ANCHORS,    /* the same, not weak: jobs with callbacks */
    CLIENT_NAMES,      /* shared names of documents: index + 1 to the string */
    CLIENT_DECODE,     /* option `decode`, or nil */
    CLIENT_ON_ATTEMPT, /* option `on_attempt`, or nil */
    CLIENT_LAST = CLIENT_ON_ATTEMPT
};

/* A job's userdata. Its user value is a table of the slots below. */
struct lua_job {
    struct luma_job *core;     /* NULL once finalised */
    struct lua_client *client; /* kept alive by JOB_CLIENT */
    const struct lua_kind *kind;
    unsigned callbacks; /* a set of JOB_ON_…: 1 << slot */
    bool iterating;     /* an each() loop takes the tasks */
    bool has_result;    /* JOB_RESULT and JOB_RESULT2 are final */
    size_t stored;      /* tasks in JOB_TASKS */
    size_t cursor;      /* position of each() in JOB_TASKS */
};

enum job_slot {
    JOB_CLIENT = 1,
    JOB_TASKS,  /* index of the id + 1 to its task */
    JOB_FAILED, /* id to its error */
    JOB_FIRST_ERROR,
    JOB_END_ERROR, /* of the failed ids that are not in JOB_FAILED */
    JOB_RESULT,    /* first value of result(): tasks, or nil */
    JOB_RESULT2,   /* second value: missing, or the error */
    JOB_ON_TASK,
    JOB_ON_UPDATE,
    JOB_ON_PROGRESS,
    JOB_ON_DONE,
    JOB_LAST = JOB_ON_DONE
};

/* Whether the job has the callback of this slot. Never raises. */
static inline bool job_has(const struct lua_job *job, enum job_slot slot)
{
    return job->callbacks >> slot & 1;
}

/* ---- job.c ------------------------------------------------------------- */

extern const luaL_Reg job_methods[], job_metamethods[];

/* job:result(seconds), with the job at 1. */
int job_result(lua_State *L);

/* ---- value.c: documents and errors ------------------------------------- */

extern const char error_type[]; /* name of the metatable of errors */
extern const luaL_Reg error_metamethods[];

/* luma.decode(text, options). */
int value_decode(lua_State *L);

extern const char document_type[]; /* name of a metatable that it needs */
extern const luaL_Reg document_metamethods[];

/* Pushes the value of a document of the job at 1: tables, or what the decode
 * hook returns. False: it failed, and its error is pushed instead. */
bool value_push(lua_State *L, const struct lua_job *job,
                const struct luma_doc *doc);

/* Pushes an error as a table. */
void value_push_error(lua_State *L, const struct luma_error *error);

/* Pushes nil and the error. Returns 2. */
int value_push_failure(lua_State *L, const struct luma_error *error);

/* Both set a field of the table on top; not to an empty text. */
void value_set_text(lua_State *L, const char *name, const char *text);
void value_set_number(lua_State *L, const char *name, uint64_t number);

/* ---- encode.c: JSON ---------------------------------------------------- */

extern const char encoder_type[]; /* name of a metatable that it needs */
extern const luaL_Reg encoder_metamethods[];

/* Pushes the argument `arg` as JSON text. Raises an error about this argument
 * if a value in it cannot be written as JSON. */
void encode_push(lua_State *L, int arg);

/* luma.encode(value). */
int encode_value(lua_State *L);

/* ---- task.c: conveniences for task tables ------------------------------ */

extern const luaL_Reg task_functions[]; /* state, id, url, progress, palette */

/* The names of enum luma_media, in its order, and NULL. */
extern const char *const task_links[];
#define TASK_LINKS "\"video\", \"thumbnail\" or \"last_frame\""

/* Both push a text from the task at a positive `index`, or nil: its id, and its
 * best link to this file. */
void task_push_id(lua_State *L, int index);
void task_push_link(lua_State *L, int index, enum luma_media what);

#endif
