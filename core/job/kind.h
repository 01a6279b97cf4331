/* SPDX-License-Identifier: MIT */
/* What a kind of job is: one constant table, in the kind's own file. No other
 * file asks which kind a job is. A kind says what its job requests next, given
 * how its last request ended. It knows nothing of libcurl and of threads.
 *
 * The loop's thread calls these functions, where they do not say otherwise.
 * None of them blocks, but for a download's, which waits for the disk. A kind
 * leaves out what it does not need; due, next, document, ended, failed and drop
 * are always there, unless `begin` always ends the job. */
#ifndef LUMA_KIND_H
#define LUMA_KIND_H

#include "base/queue.h"
#include "http/exchange_end.h"
#include "http/request.h"

/* Which of a client's loops runs it. */
enum job_loop {
    LOOP_GATEWAY,
    LOOP_FILES /* its own loop, so that a disk never delays tasks */
};

/* What became of a document. */
enum doc_verdict {
    DOC_DROPPED,   /* it was not requested, or it is here already */
    DOC_UNCHANGED, /* its task is as it was before */
    DOC_KEPT,      /* the kind decides at the end of the response */
    DOC_DELIVERED  /* it goes to the caller */
};

/* What follows the end of an exchange. */
enum request_verdict {
    REQUEST_SETTLED, /* the request is the kind's again, or gone */
    REQUEST_AGAIN,   /* send it at once: that is no retry */
    REQUEST_FAILED   /* retry it, if that is worth while */
};

/* What the loop gives at each call. */
struct job_context {
    const struct luma_options *options; /* the client's, complete */
    struct event_list *events;          /* those that go to the caller */
    int64_t now;                        /* ms on the monotonic clock */
};

struct job_kind {
    enum job_loop loop;
    bool keeps_open_ids; /* ids that are open at the end stay open, unless the
                            job was cancelled */

    /* The job has come to its loop. */
    void (*begin)(struct job *job, const struct job_context *context);

    /* When `next` has a request: 0 for now, INT64_MAX for not by itself. */
    int64_t (*due)(const struct job *job);

    /* The next request, the loop's until it has ended or is dropped. NULL: out
     * of memory; the job has failed. */
    struct request *(*next)(struct job *job, const struct job_context *context);

    /* Fills in what is sent, before each send. False: it cannot be sent, as
     * `error` says, and has failed for good. */
    bool (*prepare)(struct request *request, const struct job_context *context,
                    struct luma_error *error);

    /* A document of the response. Takes it. */
    enum doc_verdict (*document)(struct request *request, struct luma_doc *doc,
                                 const struct job_context *context);

    /* The exchange has ended. May change the error, and take end->location by
     * setting it to NULL. */
    enum request_verdict (*ended)(struct request *request,
                                  struct exchange_end *end,
                                  const struct job_context *context);

    /* The request has failed for good. It is the kind's again, or gone. */
    void (*failed)(struct request *request, const struct exchange_end *end,
                   const struct job_context *context);

    /* The request is not sent or read any further. */
    void (*drop)(struct request *request);

    /* Called instead of `drop` if the job ends while the request is in flight:
     * the documents that have come by then were passed on, and `end` has the
     * job's reason. */
    void (*cut)(struct request *request, const struct exchange_end *end,
                const struct job_context *context);

    /* After a request is settled or has failed; `random` is from 0 to 1. */
    void (*idle)(struct job *job, int64_t now, double random);

    /* While a request is in flight, and a `last` time at the job's end. True:
     * it is time to report progress. */
    bool (*tick)(struct job *job, int64_t now, bool last);

    /* The job has ended: frees what only the loop has used. */
    void (*close)(struct job *job);

    /* Sets bytes, total_bytes and rate. The caller's thread. */
    void (*progress)(const struct job *job, struct luma_progress *progress);

    /* The gateway's own word for the state of an id, or NULL. The caller's
     * thread, when the job has left its loop. */
    const char *(*word)(const struct job *job, uint32_t id, size_t *len);

    /* Frees what the kind's own struct has. Any thread; nothing else uses the
     * job. */
    void (*clear)(struct job *job);
};

#endif
