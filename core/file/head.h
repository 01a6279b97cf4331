/* SPDX-License-Identifier: MIT */
/* Reads the headers about a response's body: which bytes of the file it has,
 * its length, its end, and its coding. resume.h has the rules for these
 * values. Pure; any thread; nothing blocks. */
#ifndef LUMA_HEAD_H
#define LUMA_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "file/media.h"
#include "file/part.h"

/* Bytes for a media type. */
enum { HEAD_TYPE = 80 };

/* Whether a header is there. */
enum head_presence {
    HEAD_ABSENT, /* no such header */
    HEAD_VALID,  /* one value; equal headers may be repeated */
    HEAD_INVALID /* unreadable, or several different values */
};

/* How the end of the body is marked. */
enum head_end {
    HEAD_CLOSE,  /* by the end of the connection */
    HEAD_MARKED, /* by the last chunk */
    HEAD_CODED   /* by a Transfer-Encoding that is not only chunked */
};

struct head {
    long http_status;
    enum head_presence range; /* Content-Range: bytes first-last/total */
    int64_t first, last;      /* -1: "*" */
    int64_t total;            /* -1: "*" */
    enum head_presence length_presence; /* Content-Length */
    int64_t length;
    enum head_end end;
    enum media_kind kind; /* by Content-Type; MEDIA_FILE without one */
    bool parts;           /* a multipart type, with several ranges */
    char type[HEAD_TYPE]; /* the Content-Type that decided `kind`, or "" */
    const char *raw_type; /* the same, unchanged (see head_add), or NULL */
    const char *coding;   /* a Content-Encoding that changes the bytes, or "" */
    enum head_presence etag_presence;
    char etag[PART_ETAG]; /* a strong ETag, or "" */
};

/* Starts without headers. */
void head_start(struct head *head, long http_status);

/* Adds a header, perhaps a repeated one. Unknown headers are ignored. The
 * value must stay valid while `raw_type` is used. */
void head_add(struct head *head, const char *name, const char *value);

#endif
