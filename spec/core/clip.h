/* SPDX-License-Identifier: MIT */
/* What the tests of downloads share: a file of 100 bytes, a folder for it, and
 * a download which has 40 of these bytes, so that a Range begins at 39. */
#ifndef LUMA_SPEC_CLIP_H
#define LUMA_SPEC_CLIP_H

#include "file/resume.h"

enum { CLIP_SIZE = 100, CLIP_HAVE = 40, CLIP_ASKED = CLIP_HAVE - 1 };
enum { CLIP_KEY = 7 }; /* of the file */

extern char clip_content[CLIP_SIZE];
extern char clip_path[]; /* of the file, in a folder of its own (folder.h) */

/* Makes the folder. */
void clip_start(void);

/* Opens a download, with a part of 40 bytes or without one. */
void clip_open(struct resume *d, bool with_part);

/* Adds a header to a head, unless its value is NULL. */
void clip_add(struct head *head, const char *name, const char *value);

/* Removes the folder, in which nothing may be left but a part. */
void clip_end(void);

#endif
