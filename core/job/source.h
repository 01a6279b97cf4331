/* SPDX-License-Identifier: MIT */
/* Where a download's file comes from: a link, the redirects behind it, and a
 * task that may have a newer link.
 *
 * The caller's thread makes it, the loop's uses it then. Nothing blocks. */
#ifndef LUMA_SOURCE_H
#define LUMA_SOURCE_H

#include "job/kind.h"
#include "job/batch.h"

enum link_phase {
    LINK_GIVEN,
    LINK_WANTED, /* the next request is for the task */
    LINK_FINAL   /* the task was requested once, and is not again */
};

struct source {
    /* set at creation */
    struct luma_ids *task; /* of one id; NULL: there is only the link */
    enum luma_media media;
    bool allow_private;
    /* the loop's */
    char *url; /* the link, absolute; NULL for none */
    enum link_phase link;
    struct luma_error link_error; /* why another link is wanted */
    char *redirect_url;           /* where the link has led; NULL: nowhere */
    unsigned redirects;
    struct ledger ledger; /* of the task */
    struct batch *batch;  /* likewise; NULL until it is requested */
    struct luma_doc *found;
};

/* Sets up a zero-filled source; copies what it is given. False: out of memory;
 * source_clear all the same. */
bool source_init(struct source *source,
                 const struct luma_download_options *from,
                 const char *base_url);
void source_clear(struct source *source);

/* Stands for what is downloaded. */
uint64_t source_key(const struct source *source);

/* Whether there is something to request. Wants a new link where the link cannot
 * be requested. False: `error` says why not. */
bool source_check(struct source *source, const struct luma_options *options,
                  struct luma_error *error);

/* Fills in the request for the task, where a link is wanted, or for the link.
 * False: out of memory. */
bool source_prepare(struct source *source, struct request *request);

/* The link does not return the file, as `error` says. False: the task is not
 * requested, because there is none, or it was requested before. */
bool source_want_link(struct source *source, const struct luma_error *error);

/* Follows a redirect, whose location it takes from `end`. Returns NULL, or what
 * is wrong with it. */
const char *source_redirect(struct source *source, struct exchange_end *end);

/* The next request is for the link itself. */
void source_forget_redirect(struct source *source);

/* A document of the response to the request for the task. Takes it. */
enum doc_verdict source_document(struct source *source, struct luma_doc *doc);

/* That request has ended. REQUEST_AGAIN: there is a new link. Else end->error
 * says what is wrong. */
enum request_verdict source_ended(struct source *source,
                                  struct exchange_end *end,
                                  const char *base_url);

#endif
