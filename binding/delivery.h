/* SPDX-License-Identifier: MIT */
/* The delivery of events to jobs, as Lua values. */
#ifndef LUMA_BINDING_DELIVERY_H
#define LUMA_BINDING_DELIVERY_H

#include "binding.h"

/* Delivers events to the jobs of the client at `index`: at most `most`, until
 * that time (but one in any case), and until a document waits for the loop of
 * `job` (NULL: none). Raises what a callback raised. */
void delivery_run(lua_State *L, int index, size_t most, double until,
                  struct lua_job *job);

/* Delivers events of the client at `index` for a while, and then waits for the
 * next one until that time, unless its job has ended or its loop has a
 * document. */
void delivery_wait(lua_State *L, int index, struct lua_job *job, double until);

/* Builds what a loop has not taken, for the result; the job is at 1. To be
 * called through client_guard. */
int delivery_keep_rest(lua_State *L);

/* The iterator of job:each(). Its upvalue is the job. */
int delivery_each_next(lua_State *L);

#endif
