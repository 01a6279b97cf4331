/* SPDX-License-Identifier: MIT */
/* Access to clients and jobs: userdata types, user values, checks, protected
 * delivery, and waiting. */
#ifndef LUMA_BINDING_ACCESS_H
#define LUMA_BINDING_ACCESS_H

#include "binding.h"

extern const char client_type[], job_type[]; /* names of the metatables */

/* Makes the metatable of a type. With `methods` (NULL: none) it is hidden from
 * Lua code, because only the collector may call __gc. */
void access_register(lua_State *L, const char *type,
                     const luaL_Reg *metamethods, const luaL_Reg *methods);

/* Pushes a userdata of this type, all zero, and then its user value, an empty
 * table with room for `slots`. */
void *userdata_push(lua_State *L, const char *type, size_t size, int slots);

/* Pushes a slot of the user value of the userdata at `index`. */
void uservalue_get(lua_State *L, int index, int slot);

/* Pops a value and stores it in that slot; `index` is positive. */
void uservalue_set(lua_State *L, int index, int slot);

/* Raises if there is no space for so many values more; one is there already.
 * `what` is part of the message if the stack, not the memory is full. */
void stack_reserve(lua_State *L, int slots, const char *what);

/* Raises "EXPECTED expected, got TYPE" about an argument. */
void type_error(lua_State *L, int arg, const char *expected);

/* The client at an index. Raises when it is not a client, is closed, or belongs
 * to the process that forked this one. */
struct lua_client *client_check(lua_State *L, int index);

/* Raises in a forked child. */
void client_check_process(lua_State *L, const struct lua_client *client);

/* Raises while events are being delivered: `method` cannot be called then. */
void client_check_idle(lua_State *L, const struct lua_client *client,
                       const char *method);

/* The job at 1. Raises when it is not a job, or belongs to another process. */
struct lua_job *job_check(lua_State *L);

/* The seconds at an index, HUGE_VAL where there is no value. Raises when they
 * are negative or not a number; a string may hold one. */
double check_seconds(lua_State *L, int index);

/* The job has ended, and no document waits for its loop. Never raises. */
bool job_is_done(const struct lua_job *job);

/* Pushes the id with that index. */
void job_push_id(lua_State *L, const struct lua_job *job, size_t index);

/* Prepares client_prepare_call and client_wait. */
void hooks_register(lua_State *L);

/* Calls f in protected mode with the nargs values on top. The client is busy
 * meanwhile, and is closed afterwards if f asked for it. Raises what f
 * raised. */
void client_guard(lua_State *L, struct lua_client *client, lua_CFunction f,
                  int nargs, int nresults);

/* Raises if there is no memory to call a Lua function, so that an event is
 * taken only when its callback can be called. */
void client_prepare_call(lua_State *L);

/* Seconds between two moments in which a blocking call lets hooks run. */
#define CLIENT_SLICE 0.05

/* Waits for an event until that time (HUGE_VAL: without limit), and calls an
 * empty Lua function every CLIENT_SLICE, so that hooks run. False: the time is
 * up, or no job can bring an event, or `fd` (-1: none) is readable. */
bool client_wait(lua_State *L, struct lua_client *client, double until);
bool client_wait_with(lua_State *L, struct lua_client *client, double until,
                      int fd, bool *readable);

/* Seconds on the monotonic clock. Never raises. */
double monotonic_now(void);

#endif
