/* SPDX-License-Identifier: MIT */
/* POSIX. */
#ifndef _WIN32
#include "file/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *path_absolute(const char *dir)
{
    char *here, *text;
    size_t size;

    if (*dir == '/')
        return strdup(dir);
    here = getcwd(NULL, 0);
    if (!here)
        return NULL;
    size = strlen(here) + strlen(dir) + 2;
    text = malloc(size);
    if (text)
        snprintf(text, size, "%s/%s", here, dir);
    free(here);
    return text;
}

const char *path_last_separator(const char *path)
{
    return strrchr(path, '/');
}

const char *path_joint(const char *dir)
{
    const char *last = path_last_separator(dir);

    return last && !last[1] ? "" : "/";
}

const char *path_name_problem(const char *name)
{
    return !*name || !strcmp(name, ".") || !strcmp(name, "..")
               ? "must end with the name of a file"
               : NULL;
}

/* Disks of macOS usually keep the case of letters, but do not look at it. */
bool path_name_is_unique(const char *name)
{
#ifdef __APPLE__
    return !strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
#else
    (void)name;
    return true;
#endif
}

bool path_is_readable(const char *path)
{
    return access(path, R_OK) == 0;
}
#endif
