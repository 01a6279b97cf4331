/* SPDX-License-Identifier: MIT */
/* A growable buffer with a limit.
 *
 * A zero-filled buffer is empty and valid. One owner at a time, on any thread;
 * nothing blocks. If an append fails, the content does not change. */
#ifndef LUMA_BUF_H
#define LUMA_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
    char *data; /* `len` bytes of `capacity` are used */
    size_t len;
    size_t capacity;
    size_t limit; /* maximum of `len`; 0: none */
};

/* Reserves n bytes and returns their place. The caller writes them and adds n
 * to `len`. NULL: out of memory, or over the limit. */
char *buf_reserve(struct buf *buf, size_t n);

/* Appends n bytes. False: out of memory, or over the limit. */
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

/* Empties the buffer, but keeps its memory. */
static inline void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

/* Frees the memory. The buffer is then empty and valid. */
void buf_free(struct buf *buf);

/* Returns a copy of n bytes with a NUL behind them, which the caller must
 * free(). NULL: out of memory. */
char *buf_copy(const char *bytes, size_t n);

#endif
