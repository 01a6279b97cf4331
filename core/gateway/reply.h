/* SPDX-License-Identifier: MIT */
/* What a gateway's reply says: which of its values are tasks, in every known
 * shape (places.h), and whether it is an answer or a failure in disguise.
 *
 * Ids are missing only where a list of tasks was found that leaves them out:
 * `listed`. A row that cannot be read (`unreadable`) may be of any id that was
 * left out, and so may all that could not be read behind it.
 *
 * Pure: bytes in, documents and a verdict out. The caller owns the struct; one
 * thread at a time; nothing blocks. */
#ifndef LUMA_REPLY_H
#define LUMA_REPLY_H

#include "json/reader.h"

struct reply {
    struct json_reader json;
    size_t max_task;
    size_t max_bytes; /* decoded, of the whole reply */
    bool
        single_value; /* its value is wanted as it is; set before reply_reset */
    bool wants_tasks; /* the status is 2xx */
    bool rejected;    /* nothing more is wanted */
    bool over_limit;  /* more than max_bytes came */
    size_t bytes;     /* so far, at most max_bytes */
    size_t tasks;     /* so far */
    size_t skipped_rows;            /* rows that are no tasks */
    size_t null_rows;               /* of them */
    size_t unreadable;              /* rows over a limit, or not JSON */
    enum luma_code unreadable_code; /* the last of them is unreadable */
    bool listed;                    /* after reply_end */
    bool is_json;                   /* likewise: the gateway's own words */
    struct luma_doc *first, **last; /* tasks that wait for reply_take */
    struct luma_doc *root;
    char start[256]; /* of the body, for messages */
    size_t start_len;
};

void reply_init(struct reply *reply, size_t max_task, size_t max_bytes,
                bool keep_json);

/* Ready for the next reply. `wants_tasks`: false where the status is not 2xx,
 * so that the body can only explain. */
void reply_reset(struct reply *reply, bool wants_tasks);

/* Zero-filled may be freed too. */
void reply_free(struct reply *reply);

/* Takes a piece of the body. False: it cannot be a reply any more, stop. */
bool reply_feed(struct reply *reply, const char *bytes, size_t n);

/* The next task, the caller's to free(), its `state` set; NULL: none yet. */
struct luma_doc *reply_take(struct reply *reply);

/* What a response says itself about its failure. */
struct reply_words {
    const char *text; /* the reply's, until reply_reset */
    size_t len;
    enum {
        REPLY_COMPLETE, /* a string of the JSON, all of it */
        REPLY_RECEIVED, /* the whole body as far as it was received */
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

#endif
