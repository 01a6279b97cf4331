/* SPDX-License-Identifier: MIT */
/* What differs between systems: a directory and one file in it, which is open
 * and locked. disk_posix.c and disk_windows.c implement it; the rules are
 * part.c's and state.c's.
 *
 * Others may write to the directory, too. Only files that luma has created are
 * read and written: a link, another kind of file, and a file that another user
 * owns, can access or has linked is removed instead. On Windows, a file of
 * another user is not told from one's own: the permissions of the directory
 * decide who may write there.
 *
 * One thread at a time, which waits for the disk. False, NULL and -1: errno
 * says why. */
#ifndef LUMA_DISK_H
#define LUMA_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk;

/* Opens the directory, a path of path_absolute. */
struct disk *disk_open(const char *dir);

/* Unlocks the file, too. NULL is allowed. */
void disk_close(struct disk *disk);

/* Whether a file may be given this name: it belongs to a file, a link, or
 * nothing. EISDIR: it belongs to something else. */
bool disk_may_use(const struct disk *disk, const char *name);

/* The size of a file, or of the file that a link leads to. -1: there is none.
 */
int64_t disk_size_of(const struct disk *disk, const char *name);

/* ---- the file ----------------------------------------------------------- */

/* Finds the permissions of new files in the directory, for disk_share. `spare`
 * is the name of a file that exists for a moment. */
bool disk_find_mode(struct disk *disk, const char *spare);

/* Opens the file, or creates one that only this user can access, and locks it.
 * `name` must stay valid. EBUSY: another process has locked it. EAGAIN: others
 * keep removing it. */
bool disk_lock(struct disk *disk, const char *name);

bool disk_is_locked(const struct disk *disk);

/* Unlocks and closes it. */
void disk_unlock(struct disk *disk);

/* Whether the file still bears its name. */
bool disk_is_current(const struct disk *disk);

/* What tells the file from others, and from itself after a change. */
struct disk_stamp {
    uint64_t id, size, time;
};
bool disk_read_stamp(const struct disk *disk, struct disk_stamp *stamp);

/* Nothing more is written to the file, so from now on its stamp stays. */
void disk_settle(const struct disk *disk);

/* Empties the file. */
bool disk_empty(const struct disk *disk);

/* Writes all bytes at the offset `at`. Lets a fork go on meanwhile. */
bool disk_write(const struct disk *disk, const char *bytes, size_t n,
                int64_t at);

/* Whether the file has the byte `c` at the offset `at`. */
bool disk_has(const struct disk *disk, char c, int64_t at);

/* Gives the file the permissions of new files in the directory, or takes them
 * back. */
void disk_share(const struct disk *disk, bool shared);

/* Waits until the bytes of the locked file are on the disk itself; and its
 * name. Lets a fork go on meanwhile. */
bool disk_sync(const struct disk *disk);
void disk_sync_name(const struct disk *disk);

/* Gives the file the name `to`, and replaces a file or a link of this name. It
 * may keep its old name as well. `spare` as above. ENOENT: somebody has removed
 * the file. */
bool disk_rename(const struct disk *disk, const char *to, const char *spare);

/* ---- other files in the directory --------------------------------------- */

/* Removes a file, whoever has created it. True: the name is free. */
bool disk_remove(const struct disk *disk, const char *name);

/* Reads the start of a file. Returns how many bytes, at most `capacity`. */
int disk_read_other(const struct disk *disk, const char *name, char *text,
                    size_t capacity);

/* Writes a small file over the old one, or creates one that only this user can
 * access. Lets a fork go on meanwhile. */
bool disk_write_other(const struct disk *disk, const char *name,
                      const char *text, size_t n);

#endif
