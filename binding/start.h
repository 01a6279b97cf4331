/* SPDX-License-Identifier: MIT */
/* How jobs begin. The Lua thread only; what is called start_… or download_…
 * raises a Lua error about an argument, but the functions that return a core
 * job raise nothing. */
#ifndef LUMA_BINDING_START_H
#define LUMA_BINDING_START_H

#include "kinds.h"

/* The method of a client that starts jobs of this kind. */
int job_start(lua_State *L, const struct job_kind *kind);

/* The text at an index, which has no NUL byte; raises when it is none. */
const char *start_check_text(lua_State *L, int index);

/* Functions of the kinds, see kinds.h. */
void start_read_ids(lua_State *L, struct job_args *args);
void start_read_request(lua_State *L, struct job_args *args);
void start_check_watch(lua_State *L, struct job_args *args);
struct luma_job *start_fetch(lua_State *L, struct lua_job *job,
                             struct job_args *args, struct luma_error *error);
struct luma_job *start_watch(lua_State *L, struct lua_job *job,
                             struct job_args *args, struct luma_error *error);
struct luma_job *start_request(lua_State *L, struct lua_job *job,
                               struct job_args *args, struct luma_error *error);

/* ---- download.c -------------------------------------------------------- */

void download_read(lua_State *L, struct job_args *args);
void download_check(lua_State *L, struct job_args *args);
struct luma_job *download_start(lua_State *L, struct lua_job *job,
                                struct job_args *args,
                                struct luma_error *error);

#endif
