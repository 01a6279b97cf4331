/* SPDX-License-Identifier: MIT */
/* Growth by doubling, so that appending costs the same on average. */
#include "base/buf.h"

#include <stdlib.h>

enum { BUF_FIRST = 256 };

char *buf_reserve(struct buf *buf, size_t n)
{
    size_t cap = buf->cap ? buf->cap : (size_t)-1 / 4;
    size_t room = buf->room ? buf->room * 2 : BUF_FIRST;
    char *data;

    if (n > cap || buf->len > cap - n)
        return NULL;
    if (buf->data && n <= buf->room - buf->len)
        return buf->data + buf->len;
    if (room < buf->len + n)
        room = buf->len + n;
    if (room > cap) /* or buf_append would fill it */
        room = cap;
    data = realloc(buf->data, room);
    if (!data)
        return NULL;
    buf->data = data;
    buf->room = room;
    return data + buf->len;
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.cap = buf->cap};
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
