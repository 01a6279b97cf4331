/* SPDX-License-Identifier: MIT */
/* A host with functions of its own that are called as luma's are:
 *   namesakes SCRIPT ARGUMENTS...
 *
 * Runs the script, calls its own, and runs the script again; prints how often
 * its own had been called before, and how often in the end. */
#include "linked.h"

#ifndef NAMES /* the spec gives all of luma's */
#define NAMES NAME(buf_append) NAME(job_new)
#endif

static int calls;

#define NAME(name)      \
    int name(void);     \
    int name(void)      \
    {                   \
        return ++calls; \
    }
NAMES
#undef NAME

#define NAME(name) name,
static int (*const own[])(void) = {NAMES};
#undef NAME

enum { OWN = sizeof own / sizeof *own };

int main(int argc, char **argv)
{
    lua_State *L = linked_state();
    int i, before;

    if (argc < 2 || linked_run(L, argv[1], argv + 2))
        return 1;
    before = calls;
    for (i = 0; i < OWN; i++)
        own[i]();
    printf("%d, %d of %d\n", before, calls, (int)OWN);
    if (linked_run(L, argv[1], argv + 2))
        return 1;
    lua_close(L);
    return calls != OWN;
}
