/* SPDX-License-Identifier: MIT */
/* A part file: the bytes that a download has received so far, in the target's
 * directory.
 *
 * For "clip.mp4" the part is "clip.mp4.luma.part", and the data to resume it
 * is in "clip.mp4.luma.state.part". Only this user can access them, and they
 * outlive the process. One thread at a time, which waits for the disk. */
#ifndef LUMA_PART_H
#define LUMA_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct part {
    int dir;       /* descriptor of the directory, or -1 */
    int fd;        /* descriptor of the part, locked; or -1 */
    char *name;    /* of the part, in the directory */
    char *state;   /* name of the state file */
    unsigned mode; /* for new files in this directory */
};

/* Bytes for a strong ETag, with its quotes and a NUL. */
enum { PART_ETAG = 256 };

/* What a part and a response must have in common to be joined. */
struct part_state {
    uint64_t key;         /* of the download's source */
    int64_t total;        /* bytes of the whole file; -1: not known */
    char etag[PART_ETAG]; /* a strong ETag; "": the part cannot be resumed */
};

/* Opens the part of `dir`/`name`, or creates it, and locks it. `name` is the
 * last component of a path. False: `error` says why, for example another
 * download to the same file, or a folder of that name. An error about the
 * directory names it. Call part_close even then. */
bool part_open(struct part *part, const char *dir, const char *name,
               struct luma_error *error);

/* Closes the part. `remove`: deletes it, too. A zero-filled part may be
 * closed. */
void part_close(struct part *part, bool remove);

/* Reads the state of the part. True: the part's `size` bytes are of the file
 * in `state`, as far as luma can know. False: nothing is set. */
bool part_read_state(struct part *part, struct part_state *state,
                     int64_t *size);

/* Writes the state, if the part can be resumed; else deletes it. If writing
 * fails, there is none. Call it before the bytes are written. */
void part_write_state(const struct part *part, const struct part_state *state);

/* Deletes the state and empties the part. False: `error` says why. */
bool part_empty(const struct part *part, struct luma_error *error);

/* Writes all bytes at the offset `at`. False: `error` says why. */
bool part_write(const struct part *part, const char *bytes, size_t n,
                int64_t at, struct luma_error *error);

/* Renames the part to its final name, and replaces a file or link of that
 * name. `sync`: the file is synced to disk before. False: `error` says why;
 * the file of that name has not changed. */
bool part_commit(struct part *part, const char *name, bool sync,
                 struct luma_error *error);

#endif
