/* SPDX-License-Identifier: MIT */
/* JSON, written behind what a buf has. The locale plays no part. One owner, no
 * locking: any thread, one at a time; nothing blocks. False: out of memory, or
 * over the limit of the buf, which is then no whole JSON text any more. */
#ifndef LUMA_WRITER_H
#define LUMA_WRITER_H

#include <stdint.h>

#include "base/buf.h"

/* A string of these bytes, in quotes. Quotes, backslashes and control
 * characters are escaped; all other bytes stay, even if they are no UTF-8. */
bool writer_add_string(struct buf *buf, const char *s, size_t len);

/* The six bytes \u00XX, the escape of any byte below 128. It cannot fail. */
void writer_make_escape(char out[6], unsigned char c);

bool writer_add_integer(struct buf *buf, int64_t value);

/* A finite number, as number_write writes it. */
bool writer_add_number(struct buf *buf, double value);

#endif
