/* SPDX-License-Identifier: MIT */
/* A part file: what a download has so far, beside the file it is going to be.
 *
 * Of "clip.mp4", the part is "clip.mp4.luma.part", and what its resuming needs
 * is in "clip.mp4.luma.state.part"; both are this user's alone and survive the
 * process. One thread at a time, which waits for the disk. */
#ifndef LUMA_PART_H
#define LUMA_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct part {
    int dir;       /* its descriptor, or -1 */
    int fd;        /* of the part, locked, or -1 */
    char *name;    /* names in the directory */
    char *state;   /* of them */
    unsigned mode; /* what new files have here */
};

/* Room for a strong ETag, quotes and NUL included. */
enum { PART_ETAG = 256 };

/* What two replies must have in common to be joined. */
struct part_state {
    uint64_t key;         /* of what is downloaded */
    int64_t total;        /* bytes of the whole file, -1: not known */
    char etag[PART_ETAG]; /* a strong one, or "": it cannot be resumed */
};

/* Opens `dir`/`name`'s part, an old or a new one, and locks it. `name` must be
 * the last part of a path. False: `error` says why: no such directory, another
 * download into the same file, a final name that is no file. About a directory
 * that cannot be used it names this directory. Then too it is to be closed. */
bool part_open(struct part *part, const char *dir, const char *name,
               struct luma_error *error);

/* Closes it; `remove`: it is good for nothing. A zero-filled one may be closed
 * too. */
void part_close(struct part *part, bool remove);

/* Reads what was written beside the part. True: the part's `size` bytes are of
 * that file, as far as one can know. False: nothing is set. */
bool part_read_state(struct part *part, struct part_state *state,
                     int64_t *size);

/* Writes it, where the part can be resumed by it; else, and without room for
 * it, there is none. To be called before the bytes are written. */
void part_write_state(const struct part *part, const struct part_state *state);

/* Forgets the state and empties the part. False: `error` says why. */
bool part_empty(const struct part *part, struct luma_error *error);

/* Writes all bytes at `at`. False: `error` says why. */
bool part_write(const struct part *part, const char *bytes, size_t n,
                int64_t at, struct luma_error *error);

/* Gives the part its name, replacing a file or link of that name; `sync`: it is
 * on the disk before. False: `error` says why, and nothing has changed under
 * that name. */
bool part_commit(struct part *part, const char *name, bool sync,
                 struct luma_error *error);

#endif
