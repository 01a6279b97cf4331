/* SPDX-License-Identifier: MIT */
/* What a task says, in either shape that gateways send: its id, its state, how
 * far it is, whether there is something to see. Pure; nothing blocks, nothing
 * fails. */
#ifndef LUMA_TASK_H
#define LUMA_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "doc.h"

/* Room for a numeric id's digits. */
enum { TASK_ID_ROOM = 24 };

/* The id, with its length; NULL when the value has none. A numeric id is
 * written to `room`. Prefers task_id, then data.id, then id. */
const char *task_id(const struct luma_doc *doc, char room[TASK_ID_ROOM],
                    size_t *len);

/* The state. A row's status wins over the state inside. */
enum luma_state task_state(const struct luma_doc *doc);

/* Hundredths of a percent, or -1 where it is not told. */
int task_progress(const struct luma_doc *doc);

/* There is a link to a video. */
bool task_has_link(const struct luma_doc *doc);

/* The text of a string, or the digits of an integer in `room`; else NULL. */
const char *task_text(const struct luma_doc *doc, const struct luma_node *node,
                      char room[TASK_ID_ROOM], size_t *len);

#endif
