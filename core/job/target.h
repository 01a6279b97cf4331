/* SPDX-License-Identifier: MIT */
/* Where a download's file goes, and under which name. The caller's thread makes
 * it; nothing blocks but target_find_existing. */
#ifndef LUMA_TARGET_H
#define LUMA_TARGET_H

#include "luma.h"

struct target {
    char *dir;          /* absolute */
    char *name;         /* of the file in it */
    char *display_dir;  /* stands before the name in the path of the result */
    bool add_extension; /* `name` ends with the task's id: the media type says
                           which extension follows */
};

/* Sets up a zero-filled target. False: `error` says what is wrong with path or
 * dir or with the working directory, or that memory is out; target_clear all
 * the same. */
bool target_init(struct target *target,
                 const struct luma_download_options *download,
                 struct luma_error *error);
void target_clear(struct target *target);

/* The path of a file that is there and is not empty, the caller's to free(),
 * and its size. Where the media type would make the name, any type will do.
 * NULL: there is none, or memory is out. The loop's thread; waits for the disk.
 */
char *target_find_existing(const struct target *target, enum luma_media media,
                           int64_t *size);

/* The file's name for this media type; and its path, as the caller would write
 * it. Both are the caller's to free(). NULL: out of memory. */
char *target_name(const struct target *target, const char *type,
                  enum luma_media media);
char *target_path(const struct target *target, const char *name);

#endif
