/* SPDX-License-Identifier: MIT */
/* Texts that tests put together, and documents as text in every detail. */
#ifndef LUMA_DUMP_H
#define LUMA_DUMP_H

#include <stdbool.h>

#include "base/buf.h"
#include "doc.h"

#ifdef __MINGW32__
#define SAY_FORMAT gnu_printf /* its printf is that of Windows, without %z */
#else
#define SAY_FORMAT printf
#endif

/* Appends a formatted text, of at most 199 bytes. */
void say(struct buf *to, const char *format, ...)
    __attribute__((format(SAY_FORMAT, 2, 3)));
void say_times(struct buf *to, const char *text, size_t times);
void say_buf(struct buf *to, const struct buf *from);

/* Of each node its kind + span : value; of containers size, nulls, content. */
void dump_node(struct buf *to, const struct luma_doc *doc,
               const struct luma_node *node);

/* The same of the whole document, and its strings and tokens. */
void dump_doc(struct buf *to, const struct luma_doc *doc);

#endif
