/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "file/path.h"

#ifdef _WIN32
#include <direct.h>
#define TEMPORARY "" /* the current folder: there is no /tmp */

/* mingw has none. */
static char *mkdtemp(char *name)
{
    snprintf(name + strlen(name) - 6, 7, "%06d", getpid() % 1000000);
    return _mkdir(name) == 0 ? name : NULL;
}
#else
#define TEMPORARY "/tmp/"
#endif

char folder[300];

void folder_start(void)
{
    char name[] = TEMPORARY "luma-test-XXXXXX", *absolute;

    must(mkdtemp(name));
    absolute = path_absolute(name);
    must(absolute && strlen(absolute) < sizeof folder);
    strcpy(folder, absolute);
    free(absolute);
}

const char *folder_path(const char *name)
{
    static char paths[2][sizeof folder + 100];
    static int turn;

    turn = !turn;
    snprintf(paths[turn], sizeof *paths, "%s/%s", folder, name);
    return paths[turn];
}

long long folder_size(const char *name)
{
    struct stat s;

    return stat(folder_path(name), &s) == 0 ? (long long)s.st_size : -1;
}

bool folder_end(void)
{
    return rmdir(folder) == 0;
}
