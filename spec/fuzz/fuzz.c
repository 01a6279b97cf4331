/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "spec/core/check.h"

void fuzz_insist(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: this is not so\n", what);
    abort();
}

size_t fuzz_number(struct fuzz_input *in, size_t below)
{
    size_t number = 0, i, size = below <= 256 ? 1 : 4;

    for (i = 0; i < size && in->left; i++, in->left--)
        number = number << 8 | *in->at++;
    return number % below;
}

char *fuzz_line(struct fuzz_input *in)
{
    const uint8_t *end = in->left ? memchr(in->at, '\n', in->left) : NULL;
    size_t len = end ? (size_t)(end - in->at) : in->left, i;
    char *line = malloc(len + 1);

    must(line);
    for (i = 0; i < len; i++)
        line[i] = in->at[i] ? (char)in->at[i] : ' ';
    line[len] = '\0';
    in->at += len + (end != NULL);
    in->left -= len + (end != NULL);
    return line;
}
