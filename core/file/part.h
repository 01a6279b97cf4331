/* SPDX-License-Identifier: MIT */
/* A part file: the bytes that a download has received so far, in the target's
 * directory.
 *
 * For "clip.mp4" the part is "clip.mp4.luma.part", and the data to resume it
 * is in "clip.mp4.luma.state.part". Only this user can access them, and they
 * outlive the process. Two other names are used for a moment:
 * "clip.mp4.luma.mode.part" and "clip.mp4.luma.whole.part". If "clip.mp4" were
 * so long that there is no room behind it, a hash stands for it in all four.
 *
 * The directory may be open to others. A part that was removed or replaced
 * there is not given a name, and what is not luma's own is neither read nor
 * written to. One thread at a time, which waits for the disk. */
#ifndef LUMA_PART_H
#define LUMA_PART_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "file/disk.h"
#include "file/state.h"

#ifndef NAME_MAX
#define NAME_MAX 255
#endif

enum part_file { PART_BYTES, PART_STATE, PART_MODE, PART_WHOLE, PART_FILES };

struct part {
    struct disk *disk;          /* the directory, and the part; or NULL */
    bool damaged;               /* the disk has failed: the part is of no use */
    char (*name)[NAME_MAX + 1]; /* PART_FILES of them, in the directory */
};

/* Opens the part of `dir`/`name`, or creates it, and locks it. `name` is the
 * last component of a path. `final` is the name that the file gets, NULL while
 * that is not known. False: `error` says why, for example another download to
 * the same file, or a folder with the final name. An error about the directory
 * names it. Call part_close even then. */
bool part_open(struct part *part, const char *dir, const char *name,
               const char *final, struct luma_error *error);

/* Closes the part. `keep`: writes this state, so that the part can be resumed;
 * NULL: deletes it, as it is when it cannot be. What is not this part is not
 * touched. A zero-filled part may be closed. */
void part_close(struct part *part, const struct part_state *keep);

/* Reads the state of the part (state_read). */
bool part_read_state(const struct part *part, struct part_state *state,
                     int64_t *size);

/* Writes the state before the bytes are written, if the part can be resumed.
 * If this fails, there is none. */
void part_write_state(const struct part *part, const struct part_state *state);

/* Deletes the state and empties the part. False: `error` says why. */
bool part_empty(const struct part *part, struct luma_error *error);

/* Writes all bytes at the offset `at`. False: `error` says why. If it is for
 * want of room, what was written stays. */
bool part_write(struct part *part, const char *bytes, size_t n, int64_t at,
                struct luma_error *error);

/* Whether the part has the byte `c` at the offset `at`. */
bool part_has(const struct part *part, char c, int64_t at);

/* Gives the part its final name, and replaces a file or link of that name.
 * `sync`: the file is synced to disk before. False: `error` says why; the file
 * of that name has not changed, and the part stays. */
bool part_commit(struct part *part, const char *name, bool sync,
                 struct luma_error *error);

#endif
