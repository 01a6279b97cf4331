/* SPDX-License-Identifier: MIT */
/* Events, and the event that is a task: an immutable JSON document in one block
 * of memory. Part of the contract of luma.h. */
#ifndef LUMA_DOC_H
#define LUMA_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct luma_job;

enum luma_kind {
    LUMA_JSON_NULL,
    LUMA_JSON_FALSE,
    LUMA_JSON_TRUE,
    LUMA_JSON_INTEGER, /* `integer` */
    LUMA_JSON_FLOAT,   /* `number` */
    LUMA_JSON_BIGINT, /* an integer beyond 64 bits; `string` holds its digits */
    LUMA_JSON_STRING, /* `string` */
    LUMA_JSON_ARRAY,  /* `many`; the elements follow */
    LUMA_JSON_OBJECT  /* `many`; the members' values follow, each with its name
                       */
};

/* One JSON value. The values in a container follow it, so the next value on the
 * same level is `span` nodes further. */
struct luma_node {
    uint32_t kind : 8;
    uint32_t span : 24;
    uint32_t name; /* of a member: see luma_doc_name */
    union {
        int64_t integer;
        double number;
        uint32_t string; /* index of a string */
        struct {
            uint32_t size;  /* elements or members, nulls included */
            uint32_t nulls; /* how many of them are null */
        } many;
    };
};

struct luma_string {
    uint32_t at; /* where in `text` */
    uint32_t len;
};

enum {
    LUMA_NAMES = 512,
    LUMA_NAME_SHARED = 1 << 30 /* above the index of a shared name */
};

/* Names that the documents of one client share. Entries are added, but never
 * change. */
struct luma_names {
    struct luma_string strings[LUMA_NAMES];
    char text[LUMA_NAMES * 32]; /* few names are longer */
};

enum luma_state {
    LUMA_STATE_NONE,
    LUMA_STATE_PENDING,
    LUMA_STATE_PROCESSING,
    LUMA_STATE_COMPLETED,
    LUMA_STATE_FAILED
};

enum luma_event_kind {
    LUMA_EVENT_TASK,     /* struct luma_doc: a task arrived */
    LUMA_EVENT_SETTLED,  /* struct luma_settled: a request has ended */
    LUMA_EVENT_END,      /* struct luma_end: the job has ended */
    LUMA_EVENT_PROGRESS, /* struct luma_event: a download has progressed */
    LUMA_EVENT_ATTEMPT   /* struct luma_attempt: an attempt has ended */
};

struct luma_event {
    struct luma_event *next; /* the core's */
    enum luma_event_kind kind;
    struct luma_job *job;
};

/* A task: one JSON value. Equal strings are stored once; nodes refer to them by
 * index. Most names are shared, so they are not among the strings. */
struct luma_doc {
    struct luma_event event;
    size_t size; /* bytes of the block */
    uint32_t id; /* index of the task's id in its job */
    enum luma_state state;
    bool final;   /* the last document of its id */
    bool changed; /* in a watch: state or progress is new */
    uint32_t string_count;
    const struct luma_node *root; /* the value */
    const struct luma_string *strings;
    const char *text;               /* the bytes of all strings */
    const struct luma_names *names; /* live as long as the job; or NULL */
    const char *json; /* with keep_text: the value's tokens; else NULL */
    size_t json_len;
};

/* The bytes of a member's name, without a NUL. */
static inline const char *luma_doc_name(const struct luma_doc *doc,
                                        const struct luma_node *member,
                                        size_t *len)
{
    uint32_t index = member->name & ~(uint32_t)LUMA_NAME_SHARED;
    bool shared = member->name & LUMA_NAME_SHARED;
    const struct luma_string *s = shared ? &doc->names->strings[index]
                                         : &doc->strings[index];

    *len = s->len;
    return (shared ? doc->names->text : doc->text) + s->at;
}

#endif
