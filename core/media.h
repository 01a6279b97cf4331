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
const char *media_name(enum luma_what what);

/* Room for a name made here, and for its ending. */
enum { MEDIA_STEM = 160, MEDIA_ENDING = 8 };

/* A name for the file without its ending, of letters, digits, "-", "_" and "."
 * but for the first. Ids that hold anything else, or are long, have a number
 * made of all their bytes at the end, so that no two have the same name. */
void media_stem(char stem[MEDIA_STEM], const char *id, size_t len,
                enum luma_what what);

/* The ending, with its dot, of a media type; what is usual where the type
 * (NULL: none) is not on the list. */
const char *media_ending(const char *type, enum luma_what what);

/* True for media types of pages and messages, such as text/html. */
bool media_type_is_page(const char *type);

/* How these first bytes of a file begin: as a page or message does, as
 * something else, or (0) too early to say. */
enum media_start { MEDIA_UNKNOWN, MEDIA_PAGE, MEDIA_FILE };
enum media_start media_start(const char *bytes, size_t n);

/* A number made of bytes; `from` is 0, or the number of those before. */
uint64_t media_hash(uint64_t from, const void *bytes, size_t n);

#endif
