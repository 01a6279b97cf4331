/* SPDX-License-Identifier: MIT */
/* What macOS has in this header, for a build of its branches on Linux. */
#ifndef MACOS_SYSCTL_H
#define MACOS_SYSCTL_H

#include <string.h>

/* A session of the system that never ends. */
static inline int sysctlbyname(const char *name, void *old, size_t *len,
                               void *new, size_t new_len)
{
    static const char id[] = "3A5E7B0C-1D2F-4A6B-8C9D-0E1F2A3B4C5D";

    (void)new, (void)new_len;
    if (strcmp(name, "kern.bootsessionuuid") != 0 || *len < sizeof id)
        return -1;
    memcpy(old, id, sizeof id);
    *len = sizeof id;
    return 0;
}

#endif
