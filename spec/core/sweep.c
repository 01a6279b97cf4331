/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <stdlib.h>

#include "check.h"

const char *const sweep_once_and_for_ever[] = {"", " and all behind", NULL};

static unsigned points, every = 1;

void sweep_every(unsigned usual)
{
    const char *given = getenv("LUMA_EVERY");

    every = given ? (unsigned)strtoul(given, NULL, 10) : usual;
    must(every > 0);
}

void sweep(const char *name, const char *const *ways, unsigned least,
           sweep_live *live, const void *user)
{
    char where[100];
    unsigned way, n;
    bool failed;

    check_case = where;
    for (way = 0; ways[way]; way++) {
        for (n = 1, failed = true; failed; n += every) {
            snprintf(where, sizeof where, "%s: call %u fails%s", name, n,
                     ways[way]);
            failed = live(n, way, user);
            points += failed;
        }
        CHECK(n > least);
    }
    check_case = "";
}

void sweep_print(const char *name)
{
    printf("%s: %u points\n", name, points);
}
