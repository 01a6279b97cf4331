/* SPDX-License-Identifier: MIT */
/* The kind generate: a job of steps, each of which is a job of another kind.
 * The folder is checked (where there is a target), the generation is submitted
 * (endpoint), its task is followed (watch), its file is downloaded. The
 * caller's thread; nothing blocks. */
#ifndef LUMA_GENERATE_H
#define LUMA_GENERATE_H

#include "client/access.h"

/* The next step begins with the event that ends the one before. Takes an event
 * of a job with steps, and returns what its caller is to see: this event,
 * another one in its place, or NULL. */
struct luma_event *generate_follow(struct luma_job *job,
                                   struct luma_event *event);

/* Says in the error that a job with steps ends with, when its client is closed,
 * that the gateway may have the generation, where that is so. */
void generate_note_close(const struct luma_job *job, struct luma_error *error);

/* Frees the steps of a job. NULL is fine. */
void generate_free(struct generate *steps);

#endif
