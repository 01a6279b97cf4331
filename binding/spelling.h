/* SPDX-License-Identifier: MIT */
/* How far a name is from one that is known. Pure. */
#ifndef LUMA_BINDING_SPELLING_H
#define LUMA_BINDING_SPELLING_H

#include <stddef.h>

/* How many letters have to be inserted, removed or replaced to make one name of
 * the other. It may be too large where it is over spelling_too_far. `known` has
 * at most 30 letters. */
size_t spelling_distance(const char *name, const char *known);

/* The distance from which on another name was meant. */
size_t spelling_too_far(const char *name);

#endif
