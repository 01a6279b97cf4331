/* SPDX-License-Identifier: MIT */
/* A folder of the test's own, on every system. */
#ifndef LUMA_SPEC_FOLDER_H
#define LUMA_SPEC_FOLDER_H

#include <stdbool.h>

extern char folder[300]; /* its absolute path */

/* Makes it, empty. */
void folder_start(void);

/* The path of a file in it, until two calls later. */
const char *folder_path(const char *name);

/* The size of a file in it, or -1. */
long long folder_size(const char *name);

/* Removes it. False: something is left in it. */
bool folder_end(void);

#endif
