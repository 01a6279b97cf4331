/* SPDX-License-Identifier: MIT */
/* The delivery of events to jobs, as Lua values. The Lua thread only; may raise
 * a Lua error. */
#ifndef LUMA_BINDING_DELIVERY_H
#define LUMA_BINDING_DELIVERY_H

#include "binding.h"

/* Delivers at most `most` events to the jobs of the client at `index`, for
 * `seconds` but one in any case, and not beyond a document for the loop of
 * `job` (NULL: none). Raises what a callback raised. */
void delivery_run(lua_State *L, int index, size_t most, double seconds,
                  struct lua_job *job);

/* Builds what a loop has left behind, for the result; the job is at 1. To be
 * called through client_guard. */
int delivery_keep_rest(lua_State *L);

/* The iterator of job:each(). Its upvalue is the job. */
int delivery_each_next(lua_State *L);

#endif
