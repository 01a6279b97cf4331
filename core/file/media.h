/* SPDX-License-Identifier: MIT */
/* The files of a task: what one is called on disk, and what cannot be one.
 * Pure; any thread; nothing blocks. */
#ifndef LUMA_MEDIA_H
#define LUMA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "luma.h"

/* "video", "thumbnail", "last_frame". */
const char *media_name(enum luma_media what);

/* Room for a name made here, and for its ending. */
enum { MEDIA_BASENAME_SIZE = 160, MEDIA_EXTENSION_SIZE = 8 };

/* A name for the file without its ending, of letters, digits, "-", "_" and "."
 * but for the first. Ids that hold anything else, or are long, have a number
 * made of all their bytes at the end, so that no two have the same name. */
void media_basename(char basename[MEDIA_BASENAME_SIZE], const char *id,
                    size_t len, enum luma_media what);

/* The ending, with its dot, of a media type; what is usual where the type
 * (NULL: none) is not on the list. */
const char *media_extension(const char *type, enum luma_media what);

/* What a body is. */
enum media_kind {
    MEDIA_UNKNOWN,  /* it is too early to say */
    MEDIA_MARKUP,   /* a page or a message */
    MEDIA_PLAYLIST, /* a list of the links of a stream */
    MEDIA_FILE      /* none of these */
};

/* What a body of this media type is; never MEDIA_UNKNOWN. */
enum media_kind media_kind_of_type(const char *type);

/* How far the beginning of a body has been read. Zero-filled: not at all. */
struct media_sniffer {
    unsigned mark; /* bytes of a byte order mark; 3: no more of them may come */
    unsigned word; /* bytes of "#EXTM3U" */
    unsigned char wide; /* first byte of a UTF-16 byte order mark, or 0 */
};

/* Reads the next bytes of the beginning, until it knows what the body is; the
 * pieces may be of any size. Not to be called after that. */
enum media_kind media_sniff(struct media_sniffer *sniffer, const char *bytes,
                            size_t n);

/* A number made of bytes; `from` is 0, or the number of those before. */
uint64_t media_hash(uint64_t from, const void *bytes, size_t n);

#endif
