/* SPDX-License-Identifier: MIT */
/* The result and the progress of a job, as Lua values. */
#ifndef LUMA_BINDING_RESULT_H
#define LUMA_BINDING_RESULT_H

#include "binding.h"

/* Pushes the two values of the result of the job at 1, and returns 2. They are
 * made once, when the job has ended and no document waits for its loop; before,
 * they are nil and an error. To be called through client_guard, so that
 * finalizers of the host cannot change what it sees. */
int result_push(lua_State *L);

/* Functions of the kinds, see kind.h. */
bool result_push_tasks(lua_State *L, const struct lua_job *job);
bool result_push_value(lua_State *L, const struct lua_job *job);
bool result_push_file(lua_State *L, const struct lua_job *job);
bool result_push_generated(lua_State *L, const struct lua_job *job);
void result_add_ids(lua_State *L, const struct lua_job *job);
void result_add_ids_and_states(lua_State *L, const struct lua_job *job);
void result_add_generated(lua_State *L, const struct lua_job *job);

/* Pushes the progress of the job as a table: numbers, and the id that a
 * generation has learned. */
void result_push_progress(lua_State *L, const struct lua_job *job);

/* Pushes an attempt as a table. */
void result_push_attempt(lua_State *L, const struct luma_attempt *attempt);

#endif
