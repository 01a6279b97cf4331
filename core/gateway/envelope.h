/* SPDX-License-Identifier: MIT */
/* What the root object of a response says beside its tasks: whether it is an
 * error, and which. Pure; any thread; nothing blocks or fails. */
#ifndef LUMA_ENVELOPE_H
#define LUMA_ENVELOPE_H

#include <stdbool.h>

#include "doc.h"

/* A member of the root that is not null, or NULL. */
const struct luma_node *envelope_find_member(const struct luma_doc *root,
                                             const char *name);

/* The root (NULL) or its member `object` has an id or a task_id. */
bool envelope_has_id(const struct luma_doc *root, const char *object);

/* It has null where a list of tasks has its place: some gateways send that for
 * a list that is empty. */
bool envelope_list_is_null(const struct luma_doc *root);

/* A response with status 2xx says that it is an error. With `tasks`, where
 * tasks are expected in it, what `data` and `status` say counts as well. */
bool envelope_has_error(const struct luma_doc *root, bool tasks);

/* The gateway's own words for what is wrong, or NULL. The document's. */
const char *envelope_find_error_text(const struct luma_doc *root, size_t *len);

#endif
