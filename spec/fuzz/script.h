/* SPDX-License-Identifier: MIT */
/* Targets whose rules are in Lua: NAME.lua gives a function, which gets each
 * input as a string and raises an error where luma breaks a promise. */
#ifndef LUMA_FUZZ_SCRIPT_H
#define LUMA_FUZZ_SCRIPT_H

#include "spec/native/linked.h"

/* A state that has luma, with the script's function in it. */
lua_State *script_start(const char *path);

/* Calls the function, and ends the program where it raises an error other than
 * one with these words (NULL: any other). */
void script_call(lua_State *L, const void *bytes, size_t len,
                 const char *expected);

#endif
