/* SPDX-License-Identifier: MIT */
/* The contract of the core: ask a Luma gateway for many tasks at once, and
 * take what comes, without ever waiting for the network.
 *
 * Threads: a client and its jobs belong to one thread, the caller's. Every
 * function here is called from it, and only luma_wait and luma_client_close
 * may block. The client's own I/O thread starts with the first job, and another
 * one for files with the first download.
 *
 * Ownership: what luma_client_new and luma_fetch return is the caller's until
 * it is released. Events are the client's; luma_take ends their life. */
#ifndef LUMA_H
#define LUMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doc.h"
#include "options.h"
#include "error.h"

struct luma_client;
struct luma_job;
struct luma_ids;

/* ---- events, and the documents among them: doc.h ---------------------- */

/* "pending", "processing", "completed" or "failed". */
const char *luma_state_name(enum luma_state state);

/* What a gateway's word for a state means; LUMA_STATE_NONE where it says none.
 * Unknown words are processing. */
enum luma_state luma_state_of_word(const char *word, size_t len);

/* The double nearest to a number in JSON, such as the digits of a
 * LUMA_JSON_BIGINT. */
double luma_big_number(const char *digits, size_t len);

/* What a request settled besides its tasks: `count` ids are missing when
 * error.code is LUMA_OK, else they failed with that error. */
struct luma_answer {
    struct luma_event event;
    struct luma_error error;
    uint32_t count;
    uint32_t *ids; /* indices */
};

/* The last event of a job. Ids that are still open end with its error. */
struct luma_end {
    struct luma_event event;
    struct luma_error error; /* LUMA_OK, or what cut the job short */
};

/* ---- client ----------------------------------------------------------- */

/* Prepares the process: libcurl, and an exit handler that ends all I/O threads.
 * NULL, or a sentence why luma cannot work here. May be repeated, from any
 * thread; luma_client_new does it too. */
const char *luma_init(void);

/* A new client; copies the options. NULL: `error` says what is wrong (with
 * LUMA_ERR_ARGUMENT its `field` names the option). No thread yet. */
struct luma_client *luma_client_new(const struct luma_options *options,
                                    struct luma_error *error);

/* Ends all work and waits for the I/O thread at most 100 ms. Jobs without
 * their end are cancelled; what arrived for a job that keeps its documents
 * (luma_job_keep) can still be taken from it. May be repeated. */
void luma_client_close(struct luma_client *client);

/* Closes without waiting, and frees. Jobs stay the caller's. NULL is fine. */
void luma_client_release(struct luma_client *client);

/* False in a process that was forked after the client was made. There, only
 * the release functions may be called. */
bool luma_client_is_ours(const struct luma_client *client);

enum { LUMA_ID_MAX = 1024 }; /* bytes of one id */

/* An empty list with place for `expected` ids of `bytes` in all; NULL: out of
 * memory. */
struct luma_ids *luma_ids_new(size_t expected, size_t bytes);

/* Adds an id unless it is there already. LUMA_ERR_ARGUMENT: empty or too long,
 * or the list is full; LUMA_ERR_MEMORY. Only before the list is used. */
enum luma_code luma_ids_add(struct luma_ids *ids, const char *id, size_t len);

/* Gives a list up that was not used. NULL is fine. */
void luma_ids_unref(struct luma_ids *ids);

/* A job that gets each of `ids` once. The list is the job's from now on, also
 * in failure. `deadline` is in ms from now, 0 for none; `user` comes
 * back from luma_job_user. NULL: `error` says why; LUMA_ERR_CANCELLED, when the
 * client is closed. */
struct luma_job *luma_fetch(struct luma_client *client, struct luma_ids *ids,
                            int64_t deadline, void *user,
                            struct luma_error *error);

/* How a watch goes, in ms; all to be set. */
struct luma_watch {
    int64_t interval;      /* between rounds, after something has changed */
    int64_t max_interval;  /* what it grows to while nothing does */
    int64_t missing_grace; /* an id is left out for so long before it counts */
    int64_t link_grace;    /* a completed task may be without a link so long */
};

/* A job that asks for each of `ids` again and again until its task is completed
 * or failed, and hands over what changes. Otherwise like luma_fetch, but that
 * ids which are open at the end stay so, unless it was cancelled. */
struct luma_job *luma_watch(struct luma_client *client, struct luma_ids *ids,
                            const struct luma_watch *options, int64_t deadline,
                            void *user, struct luma_error *error);

/* A request to any endpoint. */
struct luma_request {
    const char *method; /* in capital letters */
    const char *path;   /* begins with one slash; follows base_url */
    const char *body;   /* JSON, or NULL for none */
    size_t len;         /* of the body */
    bool retry;         /* also a method that is not idempotent */
};

/* A job whose one task, index 0, is the reply's value, whatever that is; null
 * where the reply is empty. Copies the request. NULL: `error` says why; with
 * LUMA_ERR_ARGUMENT its `field` is "method" or "path". */
struct luma_job *luma_request(struct luma_client *client,
                              const struct luma_request *request,
                              int64_t deadline, void *user,
                              struct luma_error *error);

/* Which file of a task. */
enum luma_media {
    LUMA_MEDIA_VIDEO,
    LUMA_MEDIA_THUMBNAIL,
    LUMA_MEDIA_LAST_FRAME
};

/* Zero means no, none, or the default. */
struct luma_download {
    const char *url; /* NULL: the task's id leads to it */
    const char *id;  /* of the task, which is asked for when the link does not
                        work any more; NULL: it is not asked */
    size_t id_len;
    const char *path; /* of the file; or NULL, and then */
    const char *dir;  /* where it goes under a name made of id and media type */
    enum luma_media what;
    uint64_t max_bytes;
    int64_t deadline;   /* ms from now */
    bool allow_private; /* links may lead to private and loopback addresses */
    bool no_sync;       /* the disk may take its time */
    bool wants_news;    /* as LUMA_EVENT_PROGRESS events, one at a time */
};

/* A job that brings a file to its place; copies what it is given. The first one
 * starts a thread of its own, so that no disk delays the other jobs. It has no
 * ids; how it ended is in luma_job_error and luma_job_path. NULL: `error` says
 * why; with LUMA_ERR_ARGUMENT its `field` is "path" or "dir". */
struct luma_job *luma_download(struct luma_client *client,
                               const struct luma_download *download, void *user,
                               struct luma_error *error);

/* The event that is first in line, or NULL. It stays there until it is taken,
 * so looking twice gives the same event. */
const struct luma_event *luma_peek(struct luma_client *client);

/* Takes the first event out of the line and frees it. For a LUMA_EVENT_TASK
 * that is final, `done` says whether its id now counts as a task or (a decode
 * hook failed) not. */
void luma_take(struct luma_client *client, bool done);

/* Does to its job what taking the first event, an ANSWER or END, will do, and
 * leaves it in line: so that what has to be told of it can be made before. */
void luma_settle(struct luma_client *client);

/* Notes that the change which the first event tells of has been told; the event
 * stays. */
void luma_told(struct luma_client *client);

/* While it is quiet, taking and cancelling do not wake the client's thread,
 * which might get the CPU in the caller's place; the thread is woken when that
 * is over. For callers that have a millisecond and no more. */
void luma_quiet(struct luma_client *client, bool quiet);

/* Moves the first event, a LUMA_EVENT_TASK that is final, to its job's own
 * line. It still counts as undelivered there. */
void luma_keep(struct luma_client *client);

/* How many events are in line, those of released jobs included. */
size_t luma_ready(struct luma_client *client);

/* A descriptor that is readable while an event is in line, and quiet again once
 * luma_peek or luma_wait has found none; -1 after close. The client's; never
 * read from it. Closing makes it readable for good, so that a loop that polls
 * it finds out; luma_client_release closes the descriptor. */
int luma_fd(struct luma_client *client);

/* Waits until an event is in line, a signal arrives, or `ms` have passed, and
 * may come back before. True when there is an event. */
bool luma_wait(struct luma_client *client, int ms);

/* How many jobs have not ended. */
size_t luma_unfinished(const struct luma_client *client);

struct luma_stats {
    uint64_t requests;    /* sent, resends included */
    uint64_t retries;     /* of them, repeats */
    uint64_t bytes;       /* of replies, decoded */
    uint64_t tasks;       /* documents handed over */
    uint64_t unchanged;   /* tasks of a watch that were as before */
    uint64_t dropped;     /* tasks nobody asked for, or the second of an id */
    uint64_t unreadable;  /* tasks over a limit */
    uint64_t bad_hints;   /* Retry-After headers nobody can read */
    uint64_t undelivered; /* bytes that wait for the caller */
    uint64_t queue;       /* events in line */
    uint64_t active;      /* requests on their way */
};

void luma_client_stats(struct luma_client *client, struct luma_stats *stats);

/* ---- job -------------------------------------------------------------- */

enum luma_outcome {
    LUMA_OUTCOME_OPEN,
    LUMA_OUTCOME_TASK,
    LUMA_OUTCOME_MISSING,
    LUMA_OUTCOME_FAILED,
    LUMA_OUTCOME_CANCELLED,
    LUMA_OUTCOMES
};

struct luma_progress {
    size_t ids; /* distinct ones */
    size_t outcome[LUMA_OUTCOMES];
    uint64_t requests;
    uint64_t retries;
    uint64_t bytes;
    uint64_t total_bytes; /* of a download's file, 0 while not known */
    uint64_t rate;        /* of it, bytes a second */
};

/* Ends the job soon: its END follows, after what has arrived already. */
void luma_job_cancel(struct luma_job *job);

/* Gives the job up: cancels it if need be, and frees it at once or with its
 * END. Events of it are no longer seen. NULL is fine. */
void luma_job_release(struct luma_job *job);

/* The job's documents are kept when its client is closed. */
void luma_job_keep(struct luma_job *job, bool keep);

/* The first document in the job's own line (luma_keep), or NULL. */
const struct luma_doc *luma_job_doc(struct luma_job *job);

/* Takes that document and frees it; `done` as for luma_take. */
void luma_job_take(struct luma_job *job, bool done);

/* How it ended; LUMA_ERR_PENDING while it has not. */
const struct luma_error *luma_job_error(const struct luma_job *job);

/* Where a download that ended well has put its file; else NULL. The job's. */
const char *luma_job_path(const struct luma_job *job);

void *luma_job_user(const struct luma_job *job);
void luma_job_progress(const struct luma_job *job,
                       struct luma_progress *progress);

/* The distinct ids, in the order asked for. */
size_t luma_job_count(const struct luma_job *job);
const char *luma_job_id(const struct luma_job *job, size_t index, size_t *len);
enum luma_outcome luma_job_outcome(const struct luma_job *job, size_t index);

/* The state in which an id's task arrived last; LUMA_STATE_NONE before. */
enum luma_state luma_job_state(const struct luma_job *job, size_t index);

/* Of a watch that has ended: the gateway's own word for that state, or NULL.
 * The job's. */
const char *luma_job_word(const struct luma_job *job, size_t index,
                          size_t *len);

#endif
