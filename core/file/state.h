/* SPDX-License-Identifier: MIT */
/* The state file of a part: whether its bytes may be joined to those of a
 * response. It is a line of text that names the part by its id on the disk, so
 * it never stands for another part of that name. One thread at a time, which
 * waits for the disk. */
#ifndef LUMA_STATE_H
#define LUMA_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "file/disk.h"

/* Bytes for a strong ETag, with its quotes and a NUL. */
enum { PART_ETAG = 256 };

/* What a part and a response must have in common to be joined. */
struct part_state {
    uint64_t key;         /* of the download's source */
    int64_t total;        /* bytes of the whole file; -1: not known */
    char etag[PART_ETAG]; /* a strong ETag; "": the part cannot be resumed */
};

/* Whether the part is being written. Its size is not known then, so a download
 * that was killed can be resumed. Otherwise its size and its time of change
 * must be the same when it is read. */
enum state_phase { STATE_WRITING, STATE_CLOSED };

/* Writes the state of the part that is locked to the file `name`. False: it
 * could not be written, as errno says. */
bool state_write(const struct disk *disk, const char *name,
                 const struct part_state *state, enum state_phase phase);

/* Reads the state of the part. True: its `size` bytes are of the file in
 * `state`, as far as luma can know. False: nothing is set. */
bool state_read(const struct disk *disk, const char *name,
                struct part_state *state, int64_t *size);

#endif
