/* SPDX-License-Identifier: MIT */
/* What differs between the kinds of jobs: a row of the table in kinds.c. No
 * other file asks which kind a job is of. */
#ifndef LUMA_BINDING_KIND_H
#define LUMA_BINDING_KIND_H

#include "binding.h"
#include "options.h"

/* An argument of a method that starts jobs. */
struct argument {
    /* Reads the argument at `index` into a member of the job_args. NULL in the
     * row after the last argument. */
    void (*read)(lua_State *L, int index, void *member);
    size_t member; /* its offset */

    /* A LUMA_ERR_ARGUMENT with this field is about this argument; NULL: none.
     * Those with other fields are about the options. */
    const char *field;
};

struct lua_kind {
    const char *name;
    unsigned kind; /* KIND_FETCH, …: the options and callbacks it takes */

    struct argument arguments[4]; /* between the client and the options */
    struct job_args defaults;

    /* Checks and completes all arguments and options. NULL: nothing to do. */
    void (*check)(lua_State *L, struct job_args *args);

    /* Returns the new core job. NULL: `error` says why. Never raises. */
    struct luma_job *(*start)(const struct job_args *args,
                              struct luma_error *error);

    /* Pushes the two values of the ended job at 1, of which no id has failed or
     * is open. False: it did not end well, and nothing is pushed. */
    bool (*push_values)(lua_State *L, const struct lua_job *job);

    /* Adds all other known results of the job at 1 to the error on top. NULL:
     * there are none. */
    void (*add_details)(lua_State *L, const struct lua_job *job);

    const char *no_each; /* why each() is refused, or NULL */
    bool has_one_value;  /* its result has it also with on_task, and its
                            errors keep the value of the response */
    bool learns_id;      /* from the gateway; until then it is empty */
    bool in_bytes;       /* progress is counted in bytes, not in ids */
};

#endif
