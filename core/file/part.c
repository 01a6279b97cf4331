/* SPDX-License-Identifier: MIT */
/* Names, rules and errors; file/disk.h does the rest. */
#include "file/part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "file/media.h"

static bool file_error(struct luma_error *error, const char *what, int number)
{
    luma_error_set(error, number == ENOMEM ? LUMA_ERR_MEMORY : LUMA_ERR_FILE);
    if (number != ENOMEM)
        luma_error_append_errno(error, what, number);
    return false;
}

/* An error about the target's directory. */
static bool folder_error(struct luma_error *error, const char *what,
                         const char *dir, int number)
{
    char shown[400], text[500];

    text_sanitize(shown, sizeof shown, dir, strlen(dir), NULL);
    snprintf(text, sizeof text, "%s %s", what, shown);
    return file_error(error, text, number);
}

static bool refuse(struct luma_error *error, const char *detail)
{
    luma_error_set(error, LUMA_ERR_FILE);
    luma_error_append(error, "%s", detail);
    return false;
}

/* ---- opening ----------------------------------------------------------- */

static bool set_names(struct part *part, const char *name,
                      struct luma_error *error)
{
    static const char *const extensions[PART_FILES] = {
        ".luma.part", ".luma.state.part", ".luma.mode.part",
        ".luma.whole.part"};
    size_t len = strlen(name), i;
    char hash[32];

    part->name = malloc(PART_FILES * sizeof *part->name);
    if (!part->name) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return false;
    }
    snprintf(hash, sizeof hash, "luma-%016" PRIx64, media_hash(0, name, len));
    if (len + strlen(".luma.state.part") > NAME_MAX)
        name = hash;
    for (i = 0; i < PART_FILES; i++)
        snprintf(part->name[i], sizeof part->name[i], "%s%s", name,
                 extensions[i]);
    return true;
}

static bool check_target(const struct part *part, const char *name,
                         struct luma_error *error)
{
    if (disk_may_use(part->disk, name))
        return true;
    return errno == EISDIR ? refuse(error, "a folder or device has this name")
                           : file_error(error, "cannot use its name", errno);
}

static bool find_mode(struct part *part, const char *dir,
                      struct luma_error *error)
{
    return disk_find_mode(part->disk, part->name[PART_MODE]) ||
           folder_error(error, "cannot make a file in", dir, errno);
}

/* The lock allows only one download at a time to write to a part. */
static bool lock_part(struct part *part, const char *dir,
                      struct luma_error *error)
{
    if (disk_lock(part->disk, part->name[PART_BYTES]))
        return true;
    if (errno == EBUSY)
        return refuse(error, "another download is writing to it");
    if (errno == EAGAIN)
        return refuse(error, "another process keeps removing its part file");
    return folder_error(error, "cannot make a part file in", dir, errno);
}

/* While the part is locked and bears its name, the state is its own, too. */
static void remove_files(const struct part *part)
{
    if (!disk_is_current(part->disk))
        return;
    disk_remove(part->disk, part->name[PART_STATE]);
    disk_remove(part->disk, part->name[PART_BYTES]);
}

/* Leaves a part that is there for another time. */
static void leave(struct part *part)
{
    struct disk_stamp stamp;

    if (disk_read_stamp(part->disk, &stamp) && stamp.size == 0)
        remove_files(part);
    disk_unlock(part->disk);
}

/* The state is this user's own, or there is none, and it can be read. */
static bool check_state(struct part *part, const char *dir,
                        struct luma_error *error)
{
    char byte;
    int number;

    if (disk_read_other(part->disk, part->name[PART_STATE], &byte, 1) >= 0 ||
        errno == ENOENT)
        return true;
    number = errno;
    leave(part);
    return folder_error(error, "cannot use the state file in", dir, number);
}

bool part_open(struct part *part, const char *dir, const char *name,
               const char *final, struct luma_error *error)
{
    *part = (struct part){0};
    if (!set_names(part, name, error))
        return false;
    part->disk = disk_open(dir);
    if (!part->disk)
        return folder_error(error, "cannot open the folder", dir, errno);
    return (!final || check_target(part, final, error)) &&
           find_mode(part, dir, error) && lock_part(part, dir, error) &&
           check_state(part, dir, error);
}

/* ---- closing ----------------------------------------------------------- */

/* Without a descriptor, the state stays that of a part being written. */
static bool is_kept(const struct part *part, const struct part_state *keep)
{
    if (!keep || part->damaged || !disk_is_current(part->disk))
        return false;
    disk_settle(part->disk);
    return state_write(part->disk, part->name[PART_STATE], keep,
                       STATE_CLOSED) ||
           errno == EMFILE || errno == ENFILE;
}

void part_close(struct part *part, const struct part_state *keep)
{
    if (part->disk && disk_is_locked(part->disk) && !is_kept(part, keep))
        remove_files(part);
    disk_close(part->disk);
    free(part->name);
    *part = (struct part){0};
}

/* ---- content ----------------------------------------------------------- */

bool part_read_state(const struct part *part, struct part_state *state,
                     int64_t *size)
{
    return state_read(part->disk, part->name[PART_STATE], state, size);
}

void part_write_state(const struct part *part, const struct part_state *state)
{
    const char *name = part->name[PART_STATE];

    if (!*state->etag || state->total < 0 || !disk_is_current(part->disk))
        return;
    if (!state_write(part->disk, name, state, STATE_WRITING))
        disk_remove(part->disk, name);
}

bool part_empty(const struct part *part, struct luma_error *error)
{
    if (disk_is_current(part->disk) &&
        !disk_remove(part->disk, part->name[PART_STATE]))
        return file_error(error, "cannot remove its state file", errno);
    return disk_empty(part->disk) ||
           file_error(error, "cannot empty its part file", errno);
}

/* Whether there may be room later, and what the disk has is right. */
static bool is_full(int number)
{
#ifdef EDQUOT
    return number == ENOSPC || number == EDQUOT;
#else
    return number == ENOSPC;
#endif
}

bool part_write(struct part *part, const char *bytes, size_t n, int64_t at,
                struct luma_error *error)
{
    int number;

    if (disk_write(part->disk, bytes, n, at))
        return true;
    number = errno;
    part->damaged = !is_full(number);
    return file_error(error, "cannot write", number);
}

bool part_has(const struct part *part, char c, int64_t at)
{
    return disk_has(part->disk, c, at);
}

/* ---- the final name ---------------------------------------------------- */

static bool rename_part(const struct part *part, const char *name,
                        struct luma_error *error)
{
    if (disk_rename(part->disk, name, part->name[PART_WHOLE]))
        return true;
    return errno == ENOENT
               ? refuse(error, "somebody has removed its part file")
               : file_error(error, "cannot rename it to its final name", errno);
}

static bool sync_part(struct part *part, struct luma_error *error)
{
    if (disk_sync(part->disk))
        return true;
    part->damaged = true;
    return file_error(error, "cannot sync it to disk", errno);
}

bool part_commit(struct part *part, const char *name, bool sync,
                 struct luma_error *error)
{
    bool mine = disk_is_current(part->disk);

    if (!check_target(part, name, error))
        return false;
    disk_share(part->disk, true);
    if ((sync && !sync_part(part, error)) || !rename_part(part, name, error)) {
        disk_share(part->disk, false);
        return false;
    }
    if (mine)
        disk_remove(part->disk, part->name[PART_STATE]);
    if (disk_is_current(part->disk)) /* its other name */
        disk_remove(part->disk, part->name[PART_BYTES]);
    if (sync)
        disk_sync_name(part->disk); /* the bytes are there already */
    disk_unlock(part->disk);
    return true;
}
