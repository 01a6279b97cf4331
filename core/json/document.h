/* SPDX-License-Identifier: MIT */
/* Finds values in documents (doc.h). Pure; any thread; nothing blocks. */
#ifndef LUMA_DOCUMENT_H
#define LUMA_DOCUMENT_H

#include "doc.h"

/* Returns the value of the object's last member called `name`. NULL: it has
 * none, or `object` is NULL or not an object. */
const struct luma_node *doc_find_member(const struct luma_doc *doc,
                                        const struct luma_node *object,
                                        const char *name);

/* Returns the value at a path from the root, which has dots between its names.
 * NULL: there is none. */
const struct luma_node *doc_find_path(const struct luma_doc *doc,
                                      const char *path);

/* Returns the last member of that name among the values from `node` to `end`,
 * which are those of one object of the document. NULL: there is none. */
const struct luma_node *doc_find_sibling(const struct luma_doc *doc,
                                         const struct luma_node *node,
                                         const struct luma_node *end,
                                         const char *name, size_t len);

#endif
