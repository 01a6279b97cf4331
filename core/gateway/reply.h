/* SPDX-License-Identifier: MIT */
/* Reads a gateway's response: finds the tasks in all known shapes (places.h),
 * and decides whether it is a success or an error.
 *
 * If the response has a list of tasks (`listed`), the ids that it leaves out
 * are missing. But an `unreadable` row may be of any of these ids. After an
 * error of the grammar, the rest of the list counts as one unreadable row.
 *
 * Pure: it is fed bytes, and returns documents and a verdict. The caller owns
 * the struct; one thread at a time; nothing blocks. */
#ifndef LUMA_REPLY_H
#define LUMA_REPLY_H

#include "json/reader.h"

struct reply {
    struct json_reader json;
    size_t max_task;
    size_t max_bytes;    /* of the whole decoded body */
    bool single_value;   /* the body is one value; set before reply_reset */
    bool wants_tasks;    /* the status is 2xx */
    bool rejected;       /* the rest of the body is not wanted */
    bool over_limit;     /* more than max_bytes came */
    bool cut;            /* more of it should have come; before reply_end */
    size_t bytes;        /* received, at most max_bytes */
    size_t tasks;        /* number found */
    size_t skipped_rows; /* rows that are not tasks */
    size_t null_rows;    /* of these, rows that are null */
    size_t unreadable;   /* rows over a limit, or not JSON */
    enum luma_code unreadable_code; /* why the last one is unreadable */
    bool listed;                    /* has a list of tasks; set by reply_end */
    bool is_json; /* the body is a JSON object or array; set by reply_end */
    bool is_page; /* it has text, and does not begin as one; likewise */
    struct luma_doc *first, **last; /* found, not yet taken */
    struct luma_doc *root;
    char start[256]; /* of the body, for messages */
    size_t start_len;
};

/* `names` is where the documents share their names, or NULL. It must live
 * longer than they. */
void reply_init(struct reply *reply, size_t max_task, size_t max_bytes,
                bool keep_json, struct names *names);

/* Prepares for the next response. `wants_tasks`: its status is 2xx. The body
 * of any other status only explains the error. */
void reply_reset(struct reply *reply, bool wants_tasks);

/* Frees all memory. A zero-filled reply may be freed, too. */
void reply_free(struct reply *reply);

/* Reads a piece of the body. False: the rest of the body is not wanted. */
bool reply_feed(struct reply *reply, const char *bytes, size_t n);

/* Returns the next task, which the caller must free(). Its `state` is set.
 * NULL: no task is ready. A single value is ready after reply_release_value. */
struct luma_doc *reply_take(struct reply *reply);

/* The text of a response about its error. */
struct reply_words {
    const char *text; /* the reply's; valid until reply_reset */
    size_t len;
    enum {
        REPLY_COMPLETE, /* a string of the JSON, all of it */
        REPLY_RECEIVED, /* all of the body that was received */
        REPLY_CUT       /* the start of a longer body */
    } extent;
};

/* Sets `words` to the error text of the response, or else to the start of its
 * body. After reply_end. False: the body is empty. */
bool reply_find_words(const struct reply *reply, struct reply_words *words);

/* Copies `words` so that a message can show them: at most `capacity` - 1 bytes
 * without any secret, and a NUL. `arg` is that of reply_end. */
typedef void reply_clean(const void *arg, char *out, size_t capacity,
                         const struct reply_words *words);

/* Ends the body. Sets error->code to LUMA_OK for a usable response, else to
 * the kind of failure. All text of the response goes through `clean` before it
 * becomes part of the message. A task that stands alone at the root is ready
 * only now: call reply_take once more. */
void reply_end(struct reply *reply, long http_status, reply_clean *clean,
               const void *clean_arg, struct luma_error *error);

/* Makes a complete single value ready for reply_take, whether the response is
 * an error, has broken off, or is usable. Comes last: the text about an error
 * is in the value. */
void reply_release_value(struct reply *reply);

#endif
