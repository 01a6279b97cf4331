/* SPDX-License-Identifier: MIT */
/* How often Lua's EMERGENCYGCTESTS refuse an allocation, so that Lua collects
 * everything and asks once more: each time, or with the environment variable
 * COLLECT_EVERY=N each N-th time, where programs are large. */
#include <stdlib.h>

int is_scarce(void);

int is_scarce(void)
{
    static _Thread_local unsigned long every, count;
    const char *text;

    if (every == 0) {
        text = getenv("COLLECT_EVERY");
        every = text ? strtoul(text, NULL, 10) : 1;
    }
    return ++count % every == 0;
}
