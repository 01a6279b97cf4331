/* SPDX-License-Identifier: MIT */
/* All file operations, relative to the target's directory. */
#include "file/part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "base/text.h"
#include "file/media.h"
#include "file/own.h"

static bool file_error(struct luma_error *error, const char *what, int number)
{
    luma_error_set(error, LUMA_ERR_FILE);
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

/* A directory that may be written to, but not read, can be used, too. */
static int open_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

#ifdef O_PATH
    if (fd < 0 && errno == EACCES)
        fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
#endif
    return fd;
}

/* Under the final name there may be a file, a link, or nothing. */
static bool check_target(const struct part *part, const char *name,
                         struct luma_error *error)
{
    struct stat s;

    if (fstatat(part->dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return errno != ENAMETOOLONG ||
               file_error(error, "cannot use its name", errno);
    return S_ISREG(s.st_mode) || S_ISLNK(s.st_mode) ||
           refuse(error, "a folder or device has this name");
}

/* The mode that the system gives to new files here. The part itself must not
 * have it: others could open the part before it is taken away. */
static bool find_mode(struct part *part, const char *dir,
                      struct luma_error *error)
{
    const char *name = part->name[PART_MODE];
    int fd = -1, tries;
    struct stat s;

    for (tries = 0; fd < 0 && tries < 100; tries++) {
        fd = own_create(part->dir, name, O_WRONLY, 0666);
        if (fd < 0 && (errno != EEXIST || !own_remove(part->dir, name)))
            break;
    }
    if (fd < 0)
        return folder_error(error, "cannot make a file in", dir, errno);
    part->mode = fstat(fd, &s) == 0 ? s.st_mode & 0777 : 0600;
    close(fd);
    unlinkat(part->dir, name, 0);
    return true;
}

/* Opens the part, or creates one. Returns its descriptor. -1: errno says why.
 */
static int open_part(const struct part *part)
{
    int fd = own_open(part->dir, part->name[PART_BYTES], O_RDWR);

    if (fd < 0 && errno == ENOENT)
        fd = own_create(part->dir, part->name[PART_BYTES], O_RDWR, 0600);
    return fd;
}

/* Whether the part still bears its name. */
static bool is_current(const struct part *part)
{
    struct stat there, here;

    return fstatat(part->dir, part->name[PART_BYTES], &there,
                   AT_SYMLINK_NOFOLLOW) == 0 &&
           fstat(part->fd, &here) == 0 && there.st_ino == here.st_ino &&
           there.st_dev == here.st_dev;
}

static void unlock_and_close(struct part *part)
{
    flock(part->fd,
          LOCK_UN); /* a forked process may have the descriptor, too */
    close(part->fd);
    part->fd = -1;
}

/* The lock allows only one download at a time to write to a part. */
static bool lock_part(struct part *part, const char *dir,
                      struct luma_error *error)
{
    int tries;

    for (tries = 0; tries < 100; tries++) {
        part->fd = open_part(part);
        if (part->fd < 0 && errno != EEXIST)
            return folder_error(error, "cannot make a part file in", dir,
                                errno);
        if (part->fd < 0)
            continue; /* another process created it: open that one */
        if (flock(part->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            close(part->fd);
            part->fd = -1;
            return refuse(error, "another download is writing to it");
        }
        if (is_current(part))
            return true;
        unlock_and_close(part);
    }
    return refuse(error, "another process keeps removing its part file");
}

/* While the part is locked and bears its name, the state is its own, too. */
static void remove_files(const struct part *part)
{
    if (!is_current(part))
        return;
    unlinkat(part->dir, part->name[PART_STATE], 0);
    unlinkat(part->dir, part->name[PART_BYTES], 0);
}

/* Leaves a part that is there for another time. */
static void leave(struct part *part)
{
    struct stat s;

    if (fstat(part->fd, &s) == 0 && s.st_size == 0)
        remove_files(part);
    unlock_and_close(part);
}

/* The state is this user's own, or there is none, and it can be read. */
static bool check_state(struct part *part, const char *dir,
                        struct luma_error *error)
{
    int fd = own_open(part->dir, part->name[PART_STATE], O_RDONLY);
    int number = errno;

    if (fd >= 0)
        close(fd);
    if (fd >= 0 || number == ENOENT)
        return true;
    leave(part);
    return folder_error(error, "cannot use the state file in", dir, number);
}

bool part_open(struct part *part, const char *dir, const char *name,
               struct luma_error *error)
{
    *part = (struct part){.dir = -1, .fd = -1, .mode = 0600};
    if (!set_names(part, name, error))
        return false;
    part->dir = open_folder(dir);
    if (part->dir < 0)
        return folder_error(error, "cannot open the folder", dir, errno);
    return check_target(part, name, error) && find_mode(part, dir, error) &&
           lock_part(part, dir, error) && check_state(part, dir, error);
}

/* ---- closing ----------------------------------------------------------- */

/* Without a descriptor, the state stays that of a part being written. */
static bool is_kept(const struct part *part, const struct part_state *keep)
{
    if (!keep || part->damaged || !is_current(part))
        return false;
    return state_write(part->dir, part->name[PART_STATE], part->fd, keep,
                       STATE_CLOSED) ||
           errno == EMFILE || errno == ENFILE;
}

void part_close(struct part *part, const struct part_state *keep)
{
    if (!part->name) /* zero-filled, or without memory */
        return;
    if (part->fd >= 0) {
        if (!is_kept(part, keep))
            remove_files(part);
        unlock_and_close(part);
    }
    if (part->dir >= 0)
        close(part->dir);
    free(part->name);
    *part = (struct part){.dir = -1, .fd = -1};
}

/* ---- content ----------------------------------------------------------- */

bool part_read_state(const struct part *part, struct part_state *state,
                     int64_t *size)
{
    return state_read(part->dir, part->name[PART_STATE], part->fd, state, size);
}

void part_write_state(const struct part *part, const struct part_state *state)
{
    const char *name = part->name[PART_STATE];

    if (!*state->etag || state->total < 0 || !is_current(part))
        return;
    if (!state_write(part->dir, name, part->fd, state, STATE_WRITING))
        unlinkat(part->dir, name, 0);
}

bool part_empty(const struct part *part, struct luma_error *error)
{
    if (is_current(part) && !own_remove(part->dir, part->name[PART_STATE]))
        return file_error(error, "cannot remove its state file", errno);
    return ftruncate(part->fd, 0) == 0 ||
           file_error(error, "cannot empty its part file", errno);
}

/* Whether there may be room later, and what the disk has is right. */
static bool is_full(int number)
{
    return number == ENOSPC || number == EDQUOT;
}

bool part_write(struct part *part, const char *bytes, size_t n, int64_t at,
                struct luma_error *error)
{
    while (n > 0) {
        ssize_t written;
        int number;

        process_pause();
        written = pwrite(part->fd, bytes, n, (off_t)at);
        number = written ? errno : ENOSPC;
        process_resume();
        if (written < 0 && number == EINTR)
            continue;
        if (written <= 0) {
            part->damaged = !is_full(number);
            return file_error(error, "cannot write", number);
        }
        at += written;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

bool part_has(const struct part *part, char c, int64_t at)
{
    char found;

    return pread(part->fd, &found, 1, (off_t)at) == 1 && found == c;
}

/* ---- the final name ---------------------------------------------------- */

/* Gives the bytes of the descriptor a name that only they can have, whatever
 * bears the name of the part by now. False: the file system or the directory
 * does not allow it, or the bytes have no name any more. */
static bool link_whole(const struct part *part)
{
    const char *name = part->name[PART_WHOLE];
    char self[40];

    snprintf(self, sizeof self, "/proc/self/fd/%d", part->fd);
    if (linkat(AT_FDCWD, self, part->dir, name, AT_SYMLINK_FOLLOW) == 0)
        return true;
    return errno == EEXIST && own_remove(part->dir, name) &&
           linkat(AT_FDCWD, self, part->dir, name, AT_SYMLINK_FOLLOW) == 0;
}

/* Without links, the part is renamed by its name. */
static bool rename_part(const struct part *part, const char *name,
                        struct luma_error *error)
{
    const char *from = part->name[PART_WHOLE];
    int number;

    if (!link_whole(part)) {
        from = part->name[PART_BYTES];
        if (!is_current(part))
            return refuse(error, "somebody has removed its part file");
    }
    if (renameat(part->dir, from, part->dir, name) == 0)
        return true;
    number = errno;
    if (from == part->name[PART_WHOLE])
        unlinkat(part->dir, from, 0);
    return file_error(error, "cannot rename it to its final name", number);
}

/* Takes as long as the disk does; a fork does not wait for it. */
static bool sync_to_disk(int fd)
{
    bool synced;

    process_pause();
    synced = fsync(fd) == 0;
    process_resume();
    return synced;
}

static bool sync_part(struct part *part, struct luma_error *error)
{
    if (sync_to_disk(part->fd))
        return true;
    part->damaged = true;
    return file_error(error, "cannot sync it to disk", errno);
}

bool part_commit(struct part *part, const char *name, bool sync,
                 struct luma_error *error)
{
    bool mine = is_current(part), named;

    if (!check_target(part, name, error))
        return false;
    fchmod(part->fd, part->mode);
    named = (!sync || sync_part(part, error)) && rename_part(part, name, error);
    if (!named) {
        fchmod(part->fd, 0600);
        return false;
    }
    if (mine)
        unlinkat(part->dir, part->name[PART_STATE], 0);
    if (is_current(part)) /* its other name */
        unlinkat(part->dir, part->name[PART_BYTES], 0);
    unlock_and_close(part);
    if (sync)
        sync_to_disk(part->dir); /* the name; the bytes are there already */
    return true;
}
