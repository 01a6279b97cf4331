/* SPDX-License-Identifier: MIT */
/* The capacity doubles, so appending is cheap on average. */
#include "base/buf.h"

#include <stdlib.h>

enum { BUF_FIRST = 256 };

char *buf_reserve(struct buf *buf, size_t n)
{
    size_t limit = buf->limit ? buf->limit : (size_t)-1 / 4;
    size_t capacity = buf->capacity ? buf->capacity * 2 : BUF_FIRST;
    char *data;

    if (n > limit || buf->len > limit - n)
        return NULL;
    if (buf->data && n <= buf->capacity - buf->len)
        return buf->data + buf->len;
    if (capacity < buf->len + n)
        capacity = buf->len + n;
    if (capacity > limit) /* so that buf_append stays within the limit */
        capacity = limit;
    data = realloc(buf->data, capacity);
    if (!data)
        return NULL;
    buf->data = data;
    buf->capacity = capacity;
    return data + buf->len;
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.limit = buf->limit};
}

char *buf_copy(const char *bytes, size_t n)
{
    char *copy = malloc(n + 1);

    if (copy) {
        memcpy(copy, bytes, n);
        copy[n] = '\0';
    }
    return copy;
}
