/* SPDX-License-Identifier: MIT */
/* What a task says, in any shape that gateways send: its id, its state, its
 * progress, its links. The rules are here, once; the task may be a document or
 * anything else in which a path of names leads to a value (places.h has the
 * paths). Pure; any thread; nothing blocks, nothing fails. */
#ifndef LUMA_TASK_H
#define LUMA_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "luma.h"

/* Room for the digits of a 64-bit number, as number.h writes them. */
enum { TASK_DIGITS_SIZE = 32 };

/* A value that a path leads to. */
struct task_value {
    enum task_value_kind {
        TASK_OTHER,   /* nothing, or of no use */
        TASK_TEXT,    /* `text`: a string */
        TASK_INTEGER, /* `text`: its digits */
        TASK_FLOAT    /* `number` */
    } kind;
    const char *text; /* the source's, or in `digits` */
    size_t len;
    double number;
    char digits[TASK_DIGITS_SIZE];
};

/* A task, and how to look into it: find sets the kind and what belongs to it,
 * which lives until the next find. It may use `digits`. */
struct task_source {
    const void *task;
    void (*find)(const void *task, const char *path, struct task_value *value);
};

struct task_source task_of_doc(const struct luma_doc *doc);

/* The id, as a text or digits. False: the task has none. */
bool task_find_id(const struct task_source *source, struct task_value *id);

/* The next id that is a text, from the place with the number *from on, which
 * moves behind it. False: there is no other. */
bool task_find_other_id(const struct task_source *source, unsigned *from,
                        struct task_value *id);

/* The state, and the task's own word for it, which may be one that says nothing
 * ("unknown"): TASK_OTHER where it has none. `word` may be NULL. */
enum luma_state task_find_state(const struct task_source *source,
                                struct task_value *word);

/* Per cent, from 0 to 100; below 0 where it is not told. */
double task_find_progress(const struct task_source *source);

/* The best link to a file of the task, without blanks around it: a URL, or one
 * that is relative to the gateway's. False: there is none. */
bool task_find_link(const struct task_source *source, enum luma_media what,
                    struct task_value *link);

/* The text of the placeholder's colours. False: there is none. */
bool task_find_palette(const struct task_source *source,
                       struct task_value *grid);

/* The text of a value of a document, or the digits of an integer in `digits`;
 * else NULL. */
const char *task_read_text(const struct luma_doc *doc,
                           const struct luma_node *node,
                           char digits[TASK_DIGITS_SIZE], size_t *len);

#endif
