/* SPDX-License-Identifier: MIT */
/* Reads a task in any shape that gateways send: id, state, progress, links.
 * The task can be a document, or any other structure with values at paths of
 * names (places.h). Pure; any thread; nothing blocks or fails. */
#ifndef LUMA_TASK_H
#define LUMA_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "luma.h"

/* Bytes for the digits of a 64-bit number. */
enum { TASK_DIGITS_SIZE = 32 };

/* The value at a path. */
struct task_value {
    enum task_value_kind {
        TASK_OTHER,   /* none, or no usable one */
        TASK_TEXT,    /* `text`: a string */
        TASK_INTEGER, /* `text`: its digits */
        TASK_FLOAT    /* `number` */
    } kind;
    const char *text; /* the source's, or `digits` */
    size_t len;
    double number;
    char digits[TASK_DIGITS_SIZE];
};

/* A task, and a function that finds its values: it sets the kind and the
 * members for that kind, and may use `digits`. The value is valid until the
 * next call. */
struct task_source {
    const void *task;
    void (*find)(const void *task, const char *path, struct task_value *value);
};

struct task_source task_of_doc(const struct luma_doc *doc);

/* Finds the id, a text or digits. False: the task has none. */
bool task_find_id(const struct task_source *source, struct task_value *id);

/* Finds the id in the response to a submission. Sets its text alone. False:
 * there is none. */
bool task_find_submitted(const struct luma_doc *doc, struct task_value *id);

/* Finds the next id that is a text, starting at place number *from, and moves
 * *from behind it. False: there are no more. */
bool task_find_other_id(const struct task_source *source, unsigned *from,
                        struct task_value *id);

/* Returns the state. Sets `word` (may be NULL) to the task's own word for it,
 * even one without a meaning such as "unknown", or to TASK_OTHER if it has
 * none. */
enum luma_state task_find_state(const struct task_source *source,
                                struct task_value *word);

/* Whether it is a task: it has an id, or a word for its state. An HTTP status
 * is no such word. */
bool task_is_one(const struct task_source *source);

/* Returns the progress in per cent, from 0 to 100. Below 0: not known. */
double task_find_progress(const struct task_source *source);

/* Finds the best link to a file of the task, and trims it. It is a URL, or
 * relative to the gateway's URL. False: there is none. */
bool task_find_link(const struct task_source *source, enum luma_media what,
                    struct task_value *link);

/* Finds the colours of the placeholder, a text. False: there is none. */
bool task_find_palette(const struct task_source *source,
                       struct task_value *grid);

/* Returns the text of a node, or the digits of an integer, written to
 * `digits`. NULL: it is neither. */
const char *task_read_text(const struct luma_doc *doc,
                           const struct luma_node *node,
                           char digits[TASK_DIGITS_SIZE], size_t *len);

#endif
