/* SPDX-License-Identifier: MIT */
/* What a header may be, and copies of headers. */
#include "http/headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/secret.h"
#include "base/text.h"

enum { MAX_LINE = 8192, MAX_NAME = 64 };

_Static_assert(MAX_LINE == 8192, "a message says so");

/* The length of the name at the start of a line. */
static size_t name_length(const char *line)
{
    return strcspn(line, ":");
}

static const char *value_of(const char *line)
{
    line += name_length(line) + 1;
    return line + strspn(line, " ");
}

/* A token of HTTP. */
static bool is_name(const char *line, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (!ascii_is_letter(line[i]) && !ascii_is_digit(line[i]) &&
            !strchr("!#$%&'*+-.^_`|~", line[i]))
            return false;
    return len && len <= MAX_NAME && line[len] == ':';
}

/* Printable, so that no second header can hide in it. */
static bool is_value(const char *value)
{
    const char *c;

    for (c = value; *c >= ' ' && *c <= '~'; c++)
        ;
    return c > value && !*c && c[-1] != ' ';
}

/* Whether luma sets it itself, or the connection depends on it. */
static bool is_reserved(const char *line, size_t len)
{
    static const char *const names[] = {
        "accept",         "accept-encoding",   "authorization", "connection",
        "content-length", "content-type",      "expect",        "host",
        "if-range",       "keep-alive",        "range",         "te",
        "trailer",        "transfer-encoding", "upgrade",       "user-agent"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && ascii_starts(line, names[i]))
            return true;
    return ascii_starts(line, "proxy-");
}

static bool is_repeated(const char *const *lines, size_t at)
{
    size_t len = name_length(lines[at]) + 1, i;

    for (i = 0; i < at; i++)
        if (name_length(lines[i]) + 1 == len &&
            ascii_same_bytes(lines[i], lines[at], len))
            return true;
    return false;
}

/* What is wrong with a line that has a name, or NULL. */
static const char *find_problem(const char *const *lines, size_t at)
{
    const char *line = lines[at];

    if (is_reserved(line, name_length(line)))
        return "is set by luma itself";
    if (is_repeated(lines, at))
        return "is there twice";
    if (strlen(line) > MAX_LINE)
        return "is too long, at most 8192 bytes";
    return is_value(value_of(line))
               ? NULL
               : "must be printable ASCII, and not be empty";
}

bool headers_check(const char *const *lines, char *problem, size_t capacity)
{
    size_t i;

    for (i = 0; lines && lines[i]; i++) {
        size_t len = name_length(lines[i]);
        const char *found = NULL;

        if (i == LUMA_HEADERS)
            snprintf(problem, capacity, "at most %d are allowed", LUMA_HEADERS);
        else if (!is_name(lines[i], len))
            snprintf(problem, capacity,
                     "a name has 1 to %d letters, digits and marks such as -",
                     MAX_NAME);
        else if ((found = find_problem(lines, i)))
            snprintf(problem, capacity, "'%.*s' %s", (int)len, lines[i], found);
        else
            continue;
        return false;
    }
    return true;
}

void headers_list_secrets(const struct luma_options *options,
                          const char *secrets[HEADERS_SECRETS])
{
    const char *const *line = options->headers;
    size_t n = 0;

    secrets[n++] = options->token;
    for (; line && *line; line++)
        if (strlen(value_of(*line)) >= TEXT_SHORT_SECRET)
            secrets[n++] = value_of(*line);
    secrets[n] = NULL;
}

const char *const *headers_copy(const char *const *lines)
{
    size_t count = 0, bytes = 0, i, len;
    char **copy, *text;

    for (; lines[count]; count++)
        bytes += strlen(lines[count]) + 1;
    copy = malloc((count + 1) * sizeof *copy + bytes);
    if (!copy)
        return NULL;
    text = (char *)(copy + count + 1);
    for (i = 0; i < count; i++, text += len) {
        len = strlen(lines[i]) + 1;
        copy[i] = memcpy(text, lines[i], len);
    }
    copy[count] = NULL;
    return (const char *const *)copy;
}

void headers_free(const char *const *lines)
{
    size_t i;

    for (i = 0; lines && lines[i]; i++)
        secret_clear_text(lines[i]);
    free((void *)lines);
}
