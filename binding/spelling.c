/* SPDX-License-Identifier: MIT */
/* The distance of Levenshtein, row by row. */
#include "spelling.h"

#include <string.h>

enum { LONGEST = 30, TOO_FAR = 3 };

size_t spelling_too_far(const char *name)
{
    return strlen(name) > 4 ? TOO_FAR : TOO_FAR - 1;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t spelling_distance(const char *name, const char *known)
{
    size_t row[LONGEST + 1], i, j, n = strlen(known);

    if (strlen(name) >= n + TOO_FAR || n > LONGEST)
        return TOO_FAR;
    for (j = 0; j <= n; j++)
        row[j] = j;
    for (i = 1; name[i - 1]; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (j = 1; j <= n; j++) {
            size_t replaced = corner + (name[i - 1] != known[j - 1]);

            corner = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}
