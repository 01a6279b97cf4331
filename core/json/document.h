/* SPDX-License-Identifier: MIT */
/* Looks for values in documents (doc.h). Pure; any thread; nothing blocks. */
#ifndef LUMA_DOCUMENT_H
#define LUMA_DOCUMENT_H

#include "doc.h"

/* The value of the object's member `name`, the last one of that name; NULL
 * when there is none, or `object` is NULL or no object. */
const struct luma_node *doc_find_member(const struct luma_doc *doc,
                                        const struct luma_node *object,
                                        const char *name);

/* The value that a path of names with dots between them leads to from the
 * root; NULL when there is none. */
const struct luma_node *doc_find_path(const struct luma_doc *doc,
                                      const char *path);

/* The last member of that name among siblings, the values of an object's
 * members from `node` up to `end`; `strings` and `text` are those of their
 * document, which may be unfinished. NULL: there is none. */
const struct luma_node *doc_find_sibling(const struct luma_node *node,
                                         const struct luma_node *end,
                                         const struct luma_string *strings,
                                         const char *text, const char *name,
                                         size_t len);

#endif
