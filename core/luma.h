/* SPDX-License-Identifier: MIT */
/* The contract of the core: request many tasks of a Luma gateway at once, and
 * receive them without ever waiting for the network.
 *
 * Threads: a client and its jobs belong to one thread, the caller's. Their
 * functions are called from that thread; luma_init and those that have neither
 * a client nor a job, from any. Only luma_client_wait (and _with),
 * luma_client_close, luma_init and luma_client_new may block. A client starts a
 * thread for the gateway with the first job that has something to request
 * there, and one for files with its first download.
 *
 * Ownership: the caller owns clients and jobs until it releases them. Events
 * belong to the client; luma_event_pop frees them, or luma_job_pop after
 * luma_event_defer. */
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

/* The state that a gateway's word stands for; LUMA_STATE_NONE if the word is
 * empty. Unknown words are processing. */
enum luma_state luma_state_of_word(const char *word, size_t len);

/* The double nearest to a number in JSON, such as the digits of a
 * LUMA_JSON_BIGINT. */
double luma_bigint_to_double(const char *digits, size_t len);

/* The value of a JSON text, which the caller must free(). It may have 128
 * levels and 16,777,215 values. NULL: `error` says why. Any thread. */
struct luma_doc *luma_read_json(const char *text, size_t len,
                                struct luma_error *error);

/* A request has ended. These ids had no task in the response: they are missing
 * if error.code is LUMA_OK, else they failed with that error. */
struct luma_settled {
    struct luma_event event;
    struct luma_error error;
    uint32_t count;
    uint32_t *ids;          /* indices */
    struct luma_doc *value; /* of the response that a luma_client_request
                               failed with, or NULL; freed with the event */
};

enum { LUMA_METHOD_SIZE = 17, LUMA_HOST_SIZE = 256, LUMA_PATH_SIZE = 256 };

/* An attempt of a request has ended, or its job has. Only with the option
 * wants_attempts, and as far as there is memory. Its job may be released: then
 * `event.job` must not be used. */
struct luma_attempt {
    struct luma_event event;
    char method[LUMA_METHOD_SIZE];
    char host[LUMA_HOST_SIZE];
    char path[LUMA_PATH_SIZE]; /* of the gateway, without a query; else "" */
    enum luma_code code;       /* LUMA_OK, or why it failed */
    long http_status;          /* 0: there was no response */
    unsigned number;           /* 1 for the first attempt */
    uint64_t bytes;            /* of the response, decoded */
    int64_t time;              /* ms from its start to its end */
    int64_t retry_in;          /* ms until the next attempt; below 0: none */
};

/* The last event of a job. Ids that are still open end with this error. */
struct luma_end {
    struct luma_event event;
    struct luma_error error; /* LUMA_OK, or why the job ended early */
};

/* ---- client ----------------------------------------------------------- */

/* Prepares the process: libcurl, and an exit handler that ends all threads of
 * luma. Returns NULL, or a sentence that says why luma cannot work here. May be
 * repeated, from any thread; waits for another thread that is in it.
 * luma_client_new calls it, too. */
const char *luma_init(void);

/* A new client; copies the options. Starts no thread yet. NULL: `error` says
 * what is wrong; with LUMA_ERR_ARGUMENT, its `field` names the option. */
struct luma_client *luma_client_new(const struct luma_options *options,
                                    struct luma_error *error);

/* Ends all work, and waits at most 100 ms for the threads. Cancels jobs that
 * have not ended. Documents that have arrived for a job that keeps them
 * (luma_job_keep) can still be taken from the job. May be repeated. */
void luma_client_close(struct luma_client *client);

/* Closes without waiting, and frees. Jobs stay the caller's. NULL is fine. */
void luma_client_release(struct luma_client *client);

/* False in a process that was forked after the client was made. In that
 * process, only the release functions may be called. */
bool luma_client_is_ours(const struct luma_client *client);

enum { LUMA_ID_MAX = 1024 }; /* bytes of one id */

/* An empty list, with space for `expected` ids of `bytes` bytes in total. NULL:
 * out of memory. */
struct luma_ids *luma_ids_new(size_t expected, size_t bytes);

/* Adds an id unless it is in the list already. LUMA_ERR_ARGUMENT: the id is
 * empty or too long, or the list is full; LUMA_ERR_MEMORY. Only before the list
 * is used. */
enum luma_code luma_ids_add(struct luma_ids *ids, const char *id, size_t len);

/* Frees a list that was not used. NULL is fine. */
void luma_ids_unref(struct luma_ids *ids);

/* What all jobs have. */
struct luma_job_options {
    int64_t deadline;          /* ms from now; 0: none */
    struct luma_limits limits; /* of each request; 0: the client's */
    void *user;                /* for luma_job_user */
};

/* A job that gets the task of each id once. Takes the list, also in case of an
 * error. NULL: `error` says why; LUMA_ERR_CANCELLED if the client is closed or
 * the process exits. With LUMA_ERR_ARGUMENT, its `field` names the option. */
struct luma_job *luma_client_fetch(struct luma_client *client,
                                   struct luma_ids *ids,
                                   const struct luma_job_options *options,
                                   struct luma_error *error);

/* The times of a watch, in ms; all must be set. */
struct luma_watch_options {
    int64_t interval;      /* between rounds, after something has changed */
    int64_t max_interval;  /* between rounds, if nothing changes for long */
    int64_t missing_grace; /* an id left out for so long is missing */
    int64_t link_grace;    /* a completed task may lack its link for so long */
};

/* A job that requests the task of each id again and again, until it is
 * completed or failed, and delivers the changes. Ids that are open at the end
 * stay open, unless the job was cancelled. Otherwise like luma_client_fetch. */
struct luma_job *luma_client_watch(struct luma_client *client,
                                   struct luma_ids *ids,
                                   const struct luma_watch_options *watch,
                                   const struct luma_job_options *options,
                                   struct luma_error *error);

/* A request to any endpoint. */
struct luma_request_options {
    const char *method; /* in capital letters */
    const char *path;   /* begins with one slash; follows base_url */
    const char *body;   /* JSON, or NULL for none */
    size_t len;         /* of the body */
    bool retry;         /* also if the method is not idempotent */
};

/* A job with one document, index 0: the value of the response, or null if the
 * response is empty. If it fails, its LUMA_EVENT_SETTLED has the value, where
 * the response had one. Copies the options. NULL: `error` says why; with
 * LUMA_ERR_ARGUMENT, its `field` is "method" or "path", or names a limit in
 * `options`. */
struct luma_job *luma_client_request(struct luma_client *client,
                                     const struct luma_request_options *request,
                                     const struct luma_job_options *options,
                                     struct luma_error *error);

/* Which file of a task. */
enum luma_media {
    LUMA_MEDIA_VIDEO,
    LUMA_MEDIA_THUMBNAIL,
    LUMA_MEDIA_LAST_FRAME
};

/* Zero means no, none, or the default. */
struct luma_download_options {
    const char *url; /* NULL: the task has it */
    const char *id;  /* of the task, which is requested if the link does not
                        work; NULL: it is not requested */
    size_t id_len;
    const char *path; /* of the file; or NULL, and then */
    const char *dir;  /* the folder; id and media type make the name */
    enum luma_media media;
    uint64_t max_bytes;
    bool skip_existing;  /* a file that is there already is the result */
    bool allow_private;  /* the link may lead to private addresses */
    bool no_sync;        /* do not wait until the disk has the file */
    bool wants_progress; /* LUMA_EVENT_PROGRESS events, one at a time */
};

/* A job that downloads a file. Copies the options. It has no ids:
 * luma_job_error and luma_job_path say how it ended. NULL: `error` says why;
 * with LUMA_ERR_ARGUMENT, its `field` is "path" or "dir", or names a limit in
 * `options`. */
struct luma_job *luma_client_download(
    struct luma_client *client, const struct luma_download_options *download,
    const struct luma_job_options *options, struct luma_error *error);

/* A generation to submit. */
struct luma_generate_options {
    const char *body; /* JSON */
    size_t len;
    struct luma_watch_options watch;     /* how its task is followed */
    struct luma_download_options target; /* with path or dir: where its file
                                            goes; url and id are not read */
};

/* A job that submits one generation, follows its task as luma_client_watch
 * does, and then downloads the file where a target is given. The folder is
 * checked before anything is sent. It has one id, index 0, which is empty until
 * the gateway has told it.
 *
 * The generation is sent once. If it cannot be known whether the gateway has
 * it, the job fails with LUMA_ERR_UNKNOWN_OUTCOME; a SETTLED has the value of
 * the response then, where there was one. The steps of the job go on when the
 * caller takes events. Copies the options. Otherwise like luma_client_watch. */
struct luma_job *luma_client_generate(
    struct luma_client *client, const struct luma_generate_options *generation,
    const struct luma_job_options *options, struct luma_error *error);

/* ---- the queue of events ---------------------------------------------- */

/* The first event, or NULL. It stays in the queue until it is popped: a second
 * call returns the same event. In a process that exits, a client whose queue is
 * empty is closed by this call. */
const struct luma_event *luma_event_peek(struct luma_client *client);

/* Removes the first event and frees it. If it is a LUMA_EVENT_TASK that is
 * final, `done` says whether its id counts as a task or (a decode function
 * failed) as failed. */
void luma_event_pop(struct luma_client *client, bool done);

/* Applies the first event, a SETTLED or END, to its job without removing it:
 * the job is as it will be after luma_event_pop. */
void luma_event_apply(struct luma_client *client);

/* Marks the change of the first event, a task, as reported. The event stays in
 * the queue. */
void luma_event_mark_reported(struct luma_client *client);

/* Moves the first event, a LUMA_EVENT_TASK that is final, to its job's own
 * queue. It still counts as undelivered there. */
void luma_event_defer(struct luma_client *client);

/* How many events are in the queue, those of released jobs included. */
size_t luma_client_pending(struct luma_client *client);

/* While `defer` is set, taking and cancelling do not wake the client's threads,
 * which could take the CPU from the caller. They are woken when it is unset.
 * For callers that must be done within a millisecond. */
void luma_client_defer_wakeups(struct luma_client *client, bool defer);

/* A descriptor that is readable while an event is in the queue. It is no longer
 * readable after luma_event_peek or luma_client_wait has found none. It belongs
 * to the client; never read from it. luma_client_close makes it readable for
 * good, so that a loop which polls it notices; luma_client_release closes it.
 * -1 after luma_client_close. */
int luma_client_fd(struct luma_client *client);

/* Waits until an event is in the queue, a signal arrives, or `ms` have passed;
 * it may return earlier. True if there is an event. */
bool luma_client_wait(struct luma_client *client, int ms);

/* The same, but the wait ends also when `fd` is readable, such as the input of
 * a program; `readable` says whether it is. On Windows it has to be a socket.
 * -1: none. */
bool luma_client_wait_with(struct luma_client *client, int ms, int fd,
                           bool *readable);

/* How many jobs have not ended. */
size_t luma_client_unfinished(const struct luma_client *client);

struct luma_stats {
    uint64_t requests;    /* sent, libcurl's own resends included */
    uint64_t retries;     /* requests sent again after a failure */
    uint64_t bytes;       /* of responses, decoded */
    uint64_t tasks;       /* documents delivered */
    uint64_t unchanged;   /* tasks of a watch that were as before */
    uint64_t dropped;     /* tasks not requested, or the second of an id */
    uint64_t unreadable;  /* tasks over a limit, or not JSON */
    uint64_t bad_hints;   /* unreadable Retry-After headers */
    uint64_t undelivered; /* bytes that wait for the caller */
    uint64_t queue;       /* events in the queue */
    uint64_t active;      /* requests in flight */
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

/* Ends the job soon: its END follows what has already arrived. */
void luma_job_cancel(struct luma_job *job);

/* Releases the job: cancels it if it runs, and frees it at once or with its
 * END. Its events are no longer visible, but for LUMA_EVENT_ATTEMPT. NULL is
 * fine. */
void luma_job_release(struct luma_job *job);

/* Whether the job keeps its documents when its client is closed. */
void luma_job_keep(struct luma_job *job, bool keep);

/* The first document in the job's own queue (luma_event_defer), or NULL. */
const struct luma_doc *luma_job_peek(struct luma_job *job);

/* Removes that document and frees it; `done` as for luma_event_pop. */
void luma_job_pop(struct luma_job *job, bool done);

/* The `user` of its options, which luma never looks at. */
void *luma_job_user(const struct luma_job *job);

/* How the job ended; LUMA_ERR_PENDING while it runs. */
const struct luma_error *luma_job_error(const struct luma_job *job);

/* The path of a completed download; else NULL. It belongs to the job. */
const char *luma_job_path(const struct luma_job *job);

void luma_job_progress(const struct luma_job *job,
                       struct luma_progress *progress);

/* How many ids the job has: distinct ones, in the order requested. A request
 * has one, which is empty. */
size_t luma_job_count(const struct luma_job *job);
const char *luma_job_id(const struct luma_job *job, size_t index, size_t *len);
enum luma_outcome luma_job_outcome(const struct luma_job *job, size_t index);

/* The state in which the id's task arrived last; LUMA_STATE_NONE before. */
enum luma_state luma_job_state(const struct luma_job *job, size_t index);

/* The gateway's own word for that state, in a watch that has ended; else NULL.
 * It belongs to the job. */
const char *luma_job_word(const struct luma_job *job, size_t index,
                          size_t *len);

#endif
