/* SPDX-License-Identifier: MIT */
/* The part of a job that makes it a download: what it is after, how far it has
 * got, and what it asks next, given how its last exchange ended. Knows no
 * libcurl.
 *
 * Made by the caller's thread; the thread of the downloads alone runs the
 * functions below, unless they say otherwise. */
#ifndef LUMA_JOB_FILE_H
#define LUMA_JOB_FILE_H

#include <stdatomic.h>

#include "file/resume.h"
#include "job/job.h"

/* It travels as the job's own news, one at a time. */
struct job_news {
    struct luma_event event;
    struct job *job; /* a reference while it is in line */
    atomic_bool told;
};

struct job_file {
    struct job_news news; /* first: it is found by its event */
    /* set at creation */
    struct luma_ids *task; /* of one id; NULL: the link is all there is */
    char *url;             /* the link, absolute; NULL for none */
    char *dir;             /* absolute */
    char *name;            /* of the file in it; without its ending, if stem */
    char *shown;           /* what stands before the name in the path */
    bool stem;
    bool allow_private, sync, wants_news;
    enum luma_media what;
    uint64_t max_bytes;
    /* both threads */
    atomic_ullong have, total, rate; /* bytes, bytes a second */
    /* the thread of the downloads, until the end is told */
    char *path;         /* the result */
    struct resume sink; /* open from the first exchange on */
    bool open;
    char *hop; /* where the link has led so far; NULL: to itself */
    unsigned hops;
    bool renewing;              /* the next exchange is about the task */
    bool renewed;               /* there was one already */
    struct luma_error bad_link; /* why */
    unsigned attempts;          /* sends that failed since the part last grew */
    unsigned sends;
    double spent;   /* retry tokens */
    int64_t best;   /* bytes the part has had */
    int64_t due;    /* ms: not to be asked before */
    void *exchange; /* io_file's own, while one is on its way */
    /* what the rate is made of */
    int64_t rate_since;
    int64_t rate_from;
    int64_t told_at, told_have;
};

/* Copies what it is given. A link that is relative leads from `base_url`; the
 * blanks around a link are not part of it. NULL: `error` says why. The caller's
 * thread. */
struct job_file *job_file_new(const struct luma_download *download,
                              const char *base_url, struct luma_error *error);

/* Any thread, when nobody else uses it. NULL is fine. */
void job_file_free(struct job_file *file);

/* The news was taken, or nobody will take it. Any thread. */
void job_file_told(struct luma_event *event);

/* Sets bytes, total_bytes and rate. Any thread. */
void job_file_progress(const struct job_file *file,
                       struct luma_progress *progress);

/* Looks at the link and opens the part, if it is not open: before anything is
 * asked, so that a folder which cannot be used costs no request. False: the job
 * cannot go on; `error` says why. Sets renewing where there is no link yet. */
bool job_file_begin(struct job_file *file, const struct luma_options *options,
                    struct luma_error *error);

/* The URL to ask. */
const char *job_file_url(const struct job_file *file);

enum file_next {
    FILE_ASK,    /* go on at once */
    FILE_REPEAT, /* the exchange failed: again, if that is worth while */
    FILE_OVER    /* the job has ended, as end->error says */
};

/* The exchange for the file has ended. Owns end->location. */
enum file_next job_file_ended(struct job_file *file, struct file_end *end);

/* The exchange for the task has ended, and `task` is what came, or NULL. */
enum file_next job_file_renewed(struct job_file *file,
                                const struct luma_doc *task,
                                const char *base_url, struct exchange_end *end);

/* Looks how far it has got. True: it is time to tell. */
bool job_file_look(struct job_file *file, int64_t now);

#endif
