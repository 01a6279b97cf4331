/* SPDX-License-Identifier: MIT */
/* The texts of the corpus, without its escapes. */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

static const char *unescape(struct buf *to, const char *p);

/* {N:x} */
static const char *unescape_times(struct buf *to, const char *p)
{
    struct buf x = {0};
    char *colon;
    unsigned long n = strtoul(p + 1, &colon, 10);

    for (p = colon + 1; *p && *p != '}';)
        p = unescape(&x, p);
    while (n--)
        must(buf_append(to, x.data, x.len));
    buf_free(&x);
    return p + 1;
}

static const char *unescape(struct buf *to, const char *p)
{
    if (p[0] == '\\' && p[1] == 'x') {
        char digits[] = {p[2], p[3], '\0'};

        must(buf_append(to, &(char){(char)strtoul(digits, NULL, 16)}, 1));
        return p + 4;
    }
    if (p[0] == '\\' && p[1] == 'r')
        return unescape_times(to, p + 2);
    p += *p == '\\';
    must(buf_append(to, p, 1));
    return p + 1;
}

bool corpus_read(const char *path, corpus_take *take, void *arg)
{
    char line[4096], *name;
    FILE *file = fopen(path, "r");
    struct buf text = {0};

    if (!file)
        return false;
    must(buf_reserve(&text, 1)); /* the empty text has an address too */
    while (fgets(line, sizeof line, file)) {
        const char *p;

        line[strcspn(line, "\n")] = '\0';
        if (*line == '#' || !(name = strchr(line, '\t')) ||
            !(p = strchr(name + 1, '\t')))
            continue;
        *name = line[p - line] = '\0';
        buf_clear(&text);
        for (p++; *p;)
            p = unescape(&text, p);
        take(arg, line, name + 1, &text);
    }
    fclose(file);
    buf_free(&text);
    return true;
}
