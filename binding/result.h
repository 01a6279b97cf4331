/* SPDX-License-Identifier: MIT */
/* What a job results in, as Lua values. The Lua thread only; may raise a Lua
 * error. The job is at `index`. All but the progress are to be called through
 * client_guard or from within it: what finalizers of the host do meanwhile must
 * not show in them. */
#ifndef LUMA_BINDING_RESULT_H
#define LUMA_BINDING_RESULT_H

#include "kinds.h"

/* Makes the result of a job that is done, once, and pushes its two values;
 * returns how many. */
int result_push(lua_State *L, int index, struct lua_job *job);

/* Functions of the kinds, see kinds.h. */
bool result_push_tasks(lua_State *L, int index, const struct lua_job *job);
bool result_push_value(lua_State *L, int index, const struct lua_job *job);
bool result_push_file(lua_State *L, int index, const struct lua_job *job);
void result_add_ids(lua_State *L, int index, const struct lua_job *job);
void result_add_ids_and_states(lua_State *L, int index,
                               const struct lua_job *job);

/* Pushes the error of a job that did not end well, or has not ended. */
void result_push_failure(lua_State *L, int index, const struct lua_job *job);

/* Pushes a table of numbers. */
void result_push_progress(lua_State *L, const struct lua_job *job);

#endif
