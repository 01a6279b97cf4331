/* SPDX-License-Identifier: MIT */
/* The kinds of jobs, a row each: no other file asks which kind a job is of. All
 * of it runs on the Lua thread, and may raise a Lua error unless it says that
 * it does not. */
#ifndef LUMA_BINDING_KINDS_H
#define LUMA_BINDING_KINDS_H

#include "options.h"

struct lua_job;

/* Which argument of the method a LUMA_ERR_ARGUMENT about this field is about.
 */
struct field_argument {
    const char *field; /* NULL behind the last one */
    int argument;
};

struct job_kind {
    const char *name;
    unsigned kind; /* KIND_FETCH, …: which options and callbacks it takes */

    /* ---- how it starts: start.c calls these in this order ---- */

    int arguments; /* of its method, with the client; the last holds the options
                      unless `read` says otherwise */
    struct job_args defaults;

    /* Reads the arguments before the options. */
    void (*read)(lua_State *L, struct job_args *args);

    /* Checks what the options say, and completes it; or NULL. */
    void (*check)(lua_State *L, struct job_args *args);

    /* Gives the new core job, with `job` as its user. NULL: `error` says why.
     * Never raises. */
    struct luma_job *(*start)(lua_State *L, struct lua_job *job,
                              struct job_args *args, struct luma_error *error);

    struct field_argument fields[3]; /* others are about the options */

    /* ---- what it results in: result.c ---- */

    /* Pushes the two values of a job that ended well. False: it did not, and
     * nothing is pushed. */
    bool (*push_values)(lua_State *L, int index, const struct lua_job *job);

    /* Adds to the error on top what is known besides; or NULL. */
    void (*add_details)(lua_State *L, int index, const struct lua_job *job);

    /* ---- job.c ---- */

    const char *no_each; /* why each() is not for it, or NULL */
    bool in_bytes;       /* its progress is counted in bytes, not in ids */
};

/* Methods of a client, with the arguments as they come. They leave the job on
 * top, or nil and an error, and return how many. */
int client_fetch(lua_State *L);
int client_watch(lua_State *L);
int client_request(lua_State *L);
int client_download(lua_State *L);

#endif
