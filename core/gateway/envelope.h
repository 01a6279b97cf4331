/* SPDX-License-Identifier: MIT */
/* Reads the members of a response's root object besides its tasks: whether it
 * is an error, and which one. Pure; any thread; nothing blocks or fails. */
#ifndef LUMA_ENVELOPE_H
#define LUMA_ENVELOPE_H

#include <stdbool.h>

#include "doc.h"

/* Returns the member of the root at a path of names, such as "data.id", if it
 * is there and not null; else NULL. */
const struct luma_node *envelope_find_member(const struct luma_doc *root,
                                             const char *path);

/* Whether the root (`object` is NULL), or its member `object`, has an id or a
 * task_id that is not null. */
bool envelope_has_id(const struct luma_doc *root, const char *object);

/* Whether the list of tasks is null: some gateways send null for an empty
 * list. */
bool envelope_list_is_null(const struct luma_doc *root);

/* Whether a response with status 2xx that should hold tasks is an error. */
bool envelope_has_error(const struct luma_doc *root);

/* Whether a response with status 2xx of any other endpoint plainly says that
 * the request has failed: it may have done something that must not be done
 * twice. So a member that can mean anything else means nothing. */
bool envelope_says_failure(const struct luma_doc *root);

/* Returns the gateway's text about the error, or NULL. It belongs to the
 * document. */
const char *envelope_find_error_text(const struct luma_doc *root, size_t *len);

#endif
