/* SPDX-License-Identifier: MIT */
#include "marks.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

enum { SIZE = 13 /* of a mark */ };

static char letter(size_t i)
{
    return (char)('a' + i % SIZE * 7 % 26);
}

static bool is_mark(const char *at)
{
    size_t i = 0;

    while (i < SIZE && at[i] == letter(i))
        i++;
    return i == SIZE;
}

char *marks_make(const char *before, const char *after)
{
    size_t n = strlen(before), i;
    char *text = malloc(n + (size_t)SIZE * MARKS_MADE + strlen(after) + 1);

    must(text);
    strcpy(text, before);
    for (i = 0; i < (size_t)SIZE * MARKS_MADE; i++)
        text[n + i] = letter(i);
    strcpy(text + n + i, after);
    return text;
}

void marks_drop(char *text)
{
    volatile char *at;

    for (at = text; *at; at++)
        *at = '\0';
    free(text);
}

unsigned marks_count(const char *bytes, size_t size)
{
    const char *end = bytes + size;
    unsigned count = 0;

    for (; end - bytes >= SIZE; bytes++)
        count += is_mark(bytes);
    return count;
}

unsigned marks_count_memory(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[400], rights[5];
    unsigned long long from, to;
    unsigned count = 0;

    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%llx-%llx %4s", &from, &to, rights) == 3 &&
            memcmp(rights, "rw", 2) == 0)
            count +=
                marks_count((const char *)(uintptr_t)from, (size_t)(to - from));
    if (maps)
        fclose(maps);
    return count;
}
