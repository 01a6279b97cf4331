/* SPDX-License-Identifier: MIT */
/* Reads a table of options into a struct, as a constant table of options says.
 * Raises an error about the argument that holds the options. */
#ifndef LUMA_BINDING_READER_H
#define LUMA_BINDING_READER_H

#include <stddef.h>

#include "compat.h"

/* The type of an option, and of the member where it is stored. */
enum option_type {
    TEXT,     /* const char *, without a NUL byte */
    NAME,     /* likewise, not empty */
    CHOICE,   /* enum luma_media, by its name in task_links */
    EXISTS,   /* bool: "skip", not "replace" */
    COUNT,    /* size_t */
    BYTES,    /* uint64_t */
    SECONDS,  /* int64_t, in ms, rounded up */
    GRACE,    /* likewise, and may be 0 */
    TIMEOUT,  /* likewise, at most a day */
    DEADLINE, /* likewise; without end, INT64_MAX */
    FLAG,     /* bool */
    FUNCTION, /* a slot in the table of functions */
    HEADERS,  /* const char *const *: a table of names and values */
    LIMITS    /* struct luma_limits: a table with the fields of `timeouts` */
};

struct option {
    const char *name; /* NULL in the row after the last one */
    enum option_type type;
    size_t place;   /* offset in the struct, or slot of a function */
    unsigned kinds; /* of jobs that have it; 0 for options of a client */
};

struct reader {
    lua_State *L;
    int arg;           /* the argument that holds the options */
    int functions;     /* the table of functions */
    unsigned kind;     /* of the job, 0 for a client */
    void *target;      /* the struct that the options go to */
    unsigned given;    /* the set of slots of functions that were read */
    const char *group; /* whose fields are read, or NULL */
    const struct option *option;        /* that is read */
    const struct option_limits *limits; /* of its type */
};

/* Reads the options that are `known`, and returns the set of slots of functions
 * that were read (1 << slot). Their values stay on the stack, so that texts
 * stay alive. */
unsigned reader_read(struct reader reader, const struct option *known);

#endif
