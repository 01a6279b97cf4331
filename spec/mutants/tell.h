/* SPDX-License-Identifier: MIT */
/* Documents as text, in all that a user can see. */
#ifndef LUMA_TELL_H
#define LUMA_TELL_H

#include "base/buf.h"
#include "doc.h"

void tell_text(struct buf *to, const char *text);
void tell_number(struct buf *to, uint64_t value);
void tell_string(struct buf *to, const char *s, size_t len);

/* The value: of each node its kind, its span and its value. Members have their
 * names before them, containers their size, their nulls and their content. */
void tell_doc(struct buf *to, const struct luma_doc *doc);

#endif
