/* SPDX-License-Identifier: MIT */
/* A job as its caller sees it: an outcome for each id, kept here event by
 * event, so that the loop need not be asked. The caller's thread only; nothing
 * blocks. */
#ifndef LUMA_CLIENT_JOB_H
#define LUMA_CLIENT_JOB_H

#include "client/access.h"

/* Adds a job of the client, which takes the reference of `job`. NULL: out of
 * memory; `job` is gone. */
struct luma_job *job_add(struct luma_client *client, struct job *job,
                         struct channel *channel);

/* Takes the job out of the client's list and frees it. */
void job_free(struct luma_job *job);

/* What an event means for its job: outcomes, counts, the end. `done` as for
 * luma_event_pop. The event stays the caller's. A SETTLED or END may be applied
 * again, and changes nothing then. */
void job_apply(const struct luma_event *event, bool done);

/* Moves an event, a task, to its job's own queue. */
void job_defer(struct luma_event *event);

/* The job ends with `error`, and with it its open ids; unless it has ended. */
void job_finish(struct luma_job *job, const struct luma_error *error);

#endif
