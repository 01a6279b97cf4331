/* SPDX-License-Identifier: MIT */
/* A judge that shares no code with luma and libcurl: whether the bytes of a
 * response are all of it. It knows only responses without anything odd. */
#ifndef LUMA_FUZZ_FRAMING_H
#define LUMA_FUZZ_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum frame_kind {
    FRAME_ODD, /* no statement */
    FRAME_CUT, /* the end is missing, or it is not a response */
    FRAME_WHOLE
};

struct frame {
    enum frame_kind kind;
    long status;     /* of the last head */
    bool coded;      /* it has a Content-Encoding */
    int64_t first;   /* of its Content-Range; -1: none */
    int64_t total;   /* likewise */
    struct buf body; /* without chunks; of a FRAME_WHOLE */
};

/* Judges all bytes that come on a connection. `closed`: then it was closed;
 * else it was reset or stays open. `head`: they answer a HEAD. The caller frees
 * the body. */
void frame_judge(struct frame *frame, const char *bytes, size_t len,
                 bool closed, bool head);

#endif
