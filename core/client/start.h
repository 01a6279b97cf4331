/* SPDX-License-Identifier: MIT */
/* How jobs start: checked, counted, and handed to their loops. The caller's
 * thread only; nothing blocks. */
#ifndef LUMA_START_H
#define LUMA_START_H

#include "client/access.h"

/* Sets `error` to CANCELLED if the client is closed or the process exits, else
 * to MEMORY for later. */
bool start_is_allowed(const struct luma_client *client,
                      struct luma_error *error);

/* Submits a job, which is its caller's to release. Takes `job`; if
 * that is NULL, `error` says why already. NULL: `error` says why. */
struct luma_job *start_job(struct luma_client *client, struct job *job,
                           const struct luma_job_options *options,
                           struct luma_error *error);

/* Submits the next step of a job, in place of the last one, whose END has been
 * taken. Takes `next`. False: `error` says why. */
bool start_next(struct luma_job *job, struct job *next,
                struct luma_error *error);

#endif
