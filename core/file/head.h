/* SPDX-License-Identifier: MIT */
/* What the headers of a response say about its body: which bytes of the file it
 * is, how long it is, where it ends, and how it is coded. The rules that follow
 * from that are in resume.h. Pure; any thread; nothing blocks. */
#ifndef LUMA_HEAD_H
#define LUMA_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "file/media.h"
#include "file/part.h"

/* Room for a media type. */
enum { HEAD_TYPE = 80 };

/* What a header says. */
enum head_presence {
    HEAD_ABSENT, /* there is none */
    HEAD_VALID,  /* a value, perhaps several times the same one */
    HEAD_INVALID /* values that cannot be read, or that differ */
};

/* What marks the end of the body, besides its length. */
enum head_end {
    HEAD_CLOSE,  /* nothing but the end of the connection */
    HEAD_MARKED, /* the last chunk, or HTTP/2 */
    HEAD_CODED   /* a Transfer-Encoding that is not plain chunked */
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
    bool parts;           /* its type is multipart: it has several ranges */
    char type[HEAD_TYPE]; /* the Content-Type that says so, or "" */
    const char *raw_type; /* the same, not cut and not fit to be shown: the
                               value that head_add was given; NULL: none */
    const char *coding;   /* a Content-Encoding that changes bytes, or "" */
    enum head_presence etag_presence;
    char etag[PART_ETAG]; /* a strong ETag, or "" */
};

/* A head without headers. `http2`: the protocol marks the body's end. */
void head_start(struct head *head, long http_status, bool http2);

/* Adds a header; others are ignored. A header may come several times. The value
 * must live as long as `raw_type` is used. */
void head_add(struct head *head, const char *name, const char *value);

#endif
