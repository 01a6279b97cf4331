/* SPDX-License-Identifier: MIT */
/* Appends JSON to a buf. The locale does not matter. One owner at a time, on
 * any thread; nothing blocks. False: out of memory, or over the limit of the
 * buf. The text in the buf is then incomplete. */
#ifndef LUMA_WRITER_H
#define LUMA_WRITER_H

#include <stdint.h>

#include "base/buf.h"

/* Appends a string in quotes. Quotes, backslashes and control characters are
 * escaped. All other bytes stay as they are, even invalid UTF-8. */
bool writer_add_string(struct buf *buf, const char *s, size_t len);

/* Writes \u00XX, the escape of any byte below 128. Never fails. */
void writer_make_escape(char out[6], unsigned char c);

bool writer_add_integer(struct buf *buf, int64_t value);

/* Appends a finite number, as number_write writes it. */
bool writer_add_number(struct buf *buf, double value);

#endif
