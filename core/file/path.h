/* SPDX-License-Identifier: MIT */
/* What differs between systems: paths and the names of files. path_posix.c and
 * path_windows.c implement it. Texts are UTF-8; on Windows, what is not valid
 * UTF-8 is in the ANSI code page. Any thread. */
#ifndef LUMA_PATH_H
#define LUMA_PATH_H

#include <stdbool.h>

/* The absolute path of a directory, which stays the same when the working
 * directory changes; the caller's to free(). NULL: errno says why, for example
 * that the working directory has been removed. */
char *path_absolute(const char *dir);

/* The last character that separates names. NULL: there is none. */
const char *path_last_separator(const char *path);

/* What has to stand between the directory and a name in it: "/", or "". */
const char *path_joint(const char *dir);

/* Why no file can have this name, or NULL. */
const char *path_name_problem(const char *name);

/* Whether no other name means the same file. Where the system does not
 * distinguish letters in upper and lower case, only a name in lower case is
 * the only one; the names of devices are never so. */
bool path_name_is_unique(const char *name);

/* Whether there is a file that can be read. */
bool path_is_readable(const char *path);

#endif
