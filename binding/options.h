/* SPDX-License-Identifier: MIT */
/* One reader for the options of a client and of its jobs, over constant tables.
 * The Lua thread only; the functions raise a Lua error about the argument that
 * holds the options. */
#ifndef LUMA_BINDING_OPTIONS_H
#define LUMA_BINDING_OPTIONS_H

#include "core/luma.h"
#include "compat.h"

/* Where the options of a client go. */
struct client_options {
    struct luma_options core;
    bool nulls;
};

/* What a method that starts a job was called with. */
struct job_args {
    int options;      /* the argument that holds the options */
    int64_t deadline; /* ms, 0 for none */
    size_t ids;       /* how many there are */
    size_t id_bytes;  /* in all of them */
    size_t what;      /* index in task_links */
    bool sync;
    struct luma_watch_options watch;
    struct luma_request_options request;
    struct luma_download_options download;
};

/* Kinds of jobs, for sets of them. */
enum {
    KIND_FETCH = 1,
    KIND_WATCH = 2,
    KIND_REQUEST = 4,
    KIND_DOWNLOAD = 8,
    KIND_ANY = KIND_FETCH | KIND_WATCH | KIND_REQUEST | KIND_DOWNLOAD
};

/* Both read a table of options, or nothing where there is none. Functions go to
 * their slots in the table at the stack index `functions`; a set of these slots
 * (1 << slot) is returned. What was read stays on the stack, because texts must
 * live on. Ranges and texts that the core checks are not checked here. */

/* The options of a client, at 1, completed by the environment. */
unsigned options_read_client(lua_State *L, int functions,
                             struct client_options *o);

/* The options that this kind of job has, at args->options. */
unsigned options_read_job(lua_State *L, int functions, unsigned kind,
                          struct job_args *args);

/* Raises "NAME: PROBLEM" about an argument. Returns nothing. */
int options_error(lua_State *L, int arg, const char *name, const char *problem);

/* The seconds at an index, or `none` where there is nothing. Raises when they
 * are negative or no number; a string may hold one. */
double options_seconds(lua_State *L, int index, double none);

#endif
