/* SPDX-License-Identifier: MIT */
/* The files of a task: their names on disk, and the detection of bodies that
 * are not files. Pure; any thread; nothing blocks. */
#ifndef LUMA_MEDIA_H
#define LUMA_MEDIA_H

#include <stddef.h>
#include <stdint.h>

#include "luma.h"

/* Returns "video", "thumbnail" or "last_frame". */
const char *media_name(enum luma_media media);

/* Bytes for a base name, and for an extension. */
enum { MEDIA_BASENAME_SIZE = 160, MEDIA_EXTENSION_SIZE = 8 };

/* Makes the name of a file without its extension. It has letters, digits, "-",
 * "_" and ".", and does not start with "." or "-", which other programs would
 * take for an option. If the id has other characters or is long, or its name is
 * or may be that of another file, a hash of the id is added, so that no two
 * files have the same name. */
void media_basename(char basename[MEDIA_BASENAME_SIZE], const char *id,
                    size_t len, enum luma_media media);

/* Returns the extension of a media type, with its dot. For an unknown type, or
 * NULL, it is the usual one. */
const char *media_extension(const char *type, enum luma_media media);

/* The media types with an extension of their own, by number; NULL after the
 * last one. */
const char *media_type_of(size_t number);

/* The kind of a body. */
enum media_kind {
    MEDIA_UNKNOWN,  /* not enough bytes yet */
    MEDIA_MARKUP,   /* a web page or an error message */
    MEDIA_PLAYLIST, /* a playlist of a stream */
    MEDIA_FILE      /* none of these */
};

/* Returns the kind for a media type, never MEDIA_UNKNOWN. */
enum media_kind media_kind_of_type(const char *type);

/* How much of the body's start has been read. Zero-filled: nothing. */
struct media_sniffer {
    unsigned mark;      /* bytes of a byte order mark; 3: too late for more */
    unsigned word;      /* bytes of "#EXTM3U" */
    unsigned char wide; /* first byte of a UTF-16 byte order mark, or 0 */
};

/* Reads the next bytes of the body's start, in pieces of any size. Returns the
 * kind; call it only until that is known. */
enum media_kind media_sniff(struct media_sniffer *sniffer, const char *bytes,
                            size_t n);

/* Continues the hash `from` (0: a new one) with n bytes. */
uint64_t media_hash(uint64_t from, const void *bytes, size_t n);

#endif
