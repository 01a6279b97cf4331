/* SPDX-License-Identifier: MIT */
/* Files in a directory that others may write to, too: only those that luma has
 * created are used. Links, other kinds of files, and files that another user
 * owns, can access or has linked are not.
 *
 * Any thread; waits for the disk. All return -1 or false with errno. */
#ifndef LUMA_OWN_H
#define LUMA_OWN_H

#include <stdbool.h>

/* Opens the file `name` in `dir`. Removes what is not luma's own. -1, and errno
 * is ENOENT: there is no such file, or none any more. */
int own_open(int dir, const char *name, int flags);

/* Creates the file, which must not exist. */
int own_create(int dir, const char *name, int flags, unsigned mode);

/* Removes the file, whoever has created it. True: the name is free. */
bool own_remove(int dir, const char *name);

#endif
