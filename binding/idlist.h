/* SPDX-License-Identifier: MIT */
/* The ids of a job: from a Lua array of strings, or one string, to the core's
 * list. */
#ifndef LUMA_BINDING_IDLIST_H
#define LUMA_BINDING_IDLIST_H

#include "options.h"

/* Checks and counts the ids of the argument at `index`, for the struct id_list
 * at `member`. Makes one string an array. Raises an error about the argument.
 * Afterwards idlist_make can fail only for lack of memory. */
void idlist_read(lua_State *L, int index, void *member);

/* Returns the core's list, which the caller owns. NULL: out of memory. Never
 * raises, because nothing would free the list. */
struct luma_ids *idlist_make(lua_State *L, const struct id_list *list);

#endif
