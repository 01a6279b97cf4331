/* SPDX-License-Identifier: MIT */
/* The table of kinds, and the methods that start jobs. */
#ifndef LUMA_BINDING_KINDS_H
#define LUMA_BINDING_KINDS_H

#include "core/luma.h"

#include "compat.h"

/* Methods of a client, called with the arguments from Lua. They push the job,
 * or nil and an error, and return the number of these values. */
int client_fetch(lua_State *L);
int client_watch(lua_State *L);
int client_request(lua_State *L);
int client_download(lua_State *L);
int client_generate(lua_State *L);

#endif
