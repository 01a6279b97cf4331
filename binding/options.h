/* SPDX-License-Identifier: MIT */
/* One reader for the options of a client and of its jobs, over constant
 * tables. */
#ifndef LUMA_BINDING_OPTIONS_H
#define LUMA_BINDING_OPTIONS_H

#include "core/luma.h"
#include "compat.h"

/* What the options of a client are stored in. */
struct client_options {
    struct luma_options core;
    bool nulls;
};

/* The arguments and options of a method that starts a job. */
struct job_args {
    struct luma_client *client;
    struct id_list {
        int index; /* of the array on the stack; 0 for a kind without ids */
        size_t count;
        size_t bytes; /* of all ids */
        struct luma_ids *core;
    } ids;
    int options; /* the argument that holds the options */
    struct luma_job_options job;
    bool sync; /* the opposite of download.no_sync */
    struct luma_watch_options watch;
    struct luma_request_options request;
    struct luma_download_options download;
    struct luma_generate_options generation; /* only its body is set here */
};

/* Kinds of jobs, for sets of them. */
enum {
    KIND_FETCH = 1,
    KIND_WATCH = 2,
    KIND_REQUEST = 4,
    KIND_DOWNLOAD = 8,
    KIND_GENERATE = 16,
    KIND_ANY = 31,
    KIND_WATCHES = KIND_WATCH | KIND_GENERATE,
    KIND_DOWNLOADS = KIND_DOWNLOAD | KIND_GENERATE
};

/* options_read_client and options_read_job read a table, or nothing if there is
 * none. They store functions in their slots of the table at the stack index
 * `functions`, and return the set of these slots (1 << slot). They leave the
 * values on the stack, so that texts stay alive. They raise an error about the
 * argument that holds the options. The core checks the other ranges and texts.
 */

/* The options of a client, at 1, completed from the environment. */
unsigned options_read_client(lua_State *L, int functions,
                             struct client_options *o);

/* The options of luma.decode, at 2: whether null members are kept. */
bool options_read_decode(lua_State *L);

/* The options that this kind of job has, at args->options. */
unsigned options_read_job(lua_State *L, int functions, unsigned kind,
                          struct job_args *args);

/* Raises "NAME: PROBLEM" about an argument. Does not return. */
int options_error(lua_State *L, int arg, const char *name, const char *problem);

#endif
