/* SPDX-License-Identifier: MIT */
/* Growable bytes with a limit.
 *
 * Zero-filled is empty and valid. One owner, no locking: any thread, one at a
 * time. Nothing here blocks. A failed append leaves the content as it was. */
#ifndef LUMA_BUF_H
#define LUMA_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
    char *data; /* `len` bytes in use, `capacity` allocated */
    size_t len;
    size_t capacity;
    size_t limit; /* `len` never exceeds it; 0: no limit */
};

/* Makes place for n more bytes and returns where they go, or NULL when out of
 * memory or over the limit. The caller writes them and adds n to `len`. */
char *buf_reserve(struct buf *buf, size_t n);

/* Appends n bytes; false when out of memory or over the limit. */
static inline bool buf_append(struct buf *buf, const void *bytes, size_t n)
{
    if (n > buf->capacity - buf->len && !buf_reserve(buf, n))
        return false;
    if (n)
        memcpy(buf->data + buf->len, bytes, n);
    buf->len += n;
    return true;
}

static inline bool buf_append_text(struct buf *buf, const char *text)
{
    return buf_append(buf, text, strlen(text));
}

/* Empties it. The memory stays for the next use. */
static inline void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

/* Gives the memory back; the buf is empty and valid again. */
void buf_free(struct buf *buf);

/* A copy of n bytes with a NUL behind them, the caller's to free(). NULL: out
 * of memory. */
char *buf_copy(const char *bytes, size_t n);

#endif
