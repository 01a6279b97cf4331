/* SPDX-License-Identifier: MIT */
/* The result of a job, as Lua values. The job is at 1, but for
 * result_push_progress. All functions but
 * the last run within client_guard, so that what finalizers of the host do
 * meanwhile does not change what they see. */
#ifndef LUMA_BINDING_RESULT_H
#define LUMA_BINDING_RESULT_H

#include "kinds.h"

/* Makes the result of a job that is done, once, and pushes its two values.
 * Returns 2. */
int result_push(lua_State *L, struct lua_job *job);

/* Functions of the kinds, see kinds.h. */
bool result_push_tasks(lua_State *L, const struct lua_job *job);
bool result_push_value(lua_State *L, const struct lua_job *job);
bool result_push_file(lua_State *L, const struct lua_job *job);
void result_add_ids(lua_State *L, const struct lua_job *job);
void result_add_ids_and_states(lua_State *L, const struct lua_job *job);

/* Pushes the error of a job that did not end well, or has not ended. */
void result_push_failure(lua_State *L, const struct lua_job *job);

/* Pushes the progress of the job as a table of numbers. */
void result_push_progress(lua_State *L, const struct lua_job *job);

#endif
