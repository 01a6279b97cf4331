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

#include "base/ascii.h"
#include "base/process.h"
#include "base/text.h"
#include "file/media.h"

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

/* ---- state ------------------------------------------------------------- */

enum { BOOT_SIZE = 40, STATE_SIZE = 512, LINE_SIZE = STATE_SIZE + 32 };

/* Reads an id of the time since the system was started. A part of an earlier
 * start is not resumed, because its bytes may not have reached the disk. */
static void read_boot_name(char name[BOOT_SIZE])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, name, BOOT_SIZE - 1);

    if (fd >= 0)
        close(fd);
    name[n > 0 ? n : 0] = '\0';
    name[strcspn(name, " \n")] = '\0';
    if (!*name)
        strcpy(name, "-");
}

void part_write_state(const struct part *part, const struct part_state *state)
{
    char boot[BOOT_SIZE], text[STATE_SIZE], line[LINE_SIZE];
    int fd, n;

    unlinkat(part->dir, part->state, 0);
    if (!*state->etag || state->total < 0)
        return;
    read_boot_name(boot);
    n = snprintf(text, sizeof text,
                 "luma 1 %s %o %016" PRIx64 " %" PRId64 " %s", boot, part->mode,
                 state->key, state->total, state->etag);
    n = snprintf(line, sizeof line, "%s %016" PRIx64 "\n", text,
                 media_hash(0, text, (size_t)n));
    fd = openat(part->dir, part->state,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (write(fd, line, (size_t)n) != n)
        unlinkat(part->dir, part->state, 0);
    close(fd);
}

/* Reads the text of the state and checks its hash. NULL: there is none, or the
 * hash differs. */
static char *read_state_text(const struct part *part, char line[LINE_SIZE])
{
    int fd = openat(part->dir, part->state,
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? 0 : read(fd, line, LINE_SIZE - 1);
    const char *digits;
    uint64_t sum;
    char *space;

    if (fd >= 0)
        close(fd);
    if (n <= 0 || line[n - 1] != '\n')
        return NULL;
    line[n - 1] = '\0';
    space = strrchr(line, ' ');
    digits = space ? space + 1 : line;
    if (!space || !ascii_read(&digits, 16, &sum) || *digits)
        return NULL;
    *space = '\0';
    return media_hash(0, line, (size_t)(space - line)) == sum ? line : NULL;
}

/* Moves *at behind `text`, if it stands there. */
static bool skip_text(const char **at, const char *text)
{
    size_t n = strlen(text);
    bool there = strncmp(*at, text, n) == 0;

    *at += there ? n : 0;
    return there;
}

/* Reads a number and the space behind it. */
static bool read_number(const char **at, unsigned base, uint64_t *number)
{
    return ascii_read(at, base, number) && skip_text(at, " ");
}

bool part_read_state(struct part *part, struct part_state *state, int64_t *size)
{
    char line[LINE_SIZE], boot[BOOT_SIZE];
    uint64_t mode, key, total;
    const char *at = line;
    struct stat s;

    read_boot_name(boot);
    if (fstat(part->fd, &s) != 0 || !read_state_text(part, line) ||
        !skip_text(&at, "luma 1 ") || !skip_text(&at, boot) ||
        !skip_text(&at, " ") || !read_number(&at, 8, &mode) ||
        !read_number(&at, 16, &key) || !read_number(&at, 10, &total) ||
        strlen(at) >= PART_ETAG || total > INT64_MAX ||
        s.st_size > (int64_t)total)
        return false;
    part->mode = mode & 0777;
    state->key = key;
    state->total = (int64_t)total;
    strcpy(state->etag, at);
    *size = s.st_size;
    return true;
}

/* ---- opening ----------------------------------------------------------- */

/* Under the final name there may be a file, a link, or nothing. */
static bool check_target(const struct part *part, const char *name,
                         struct luma_error *error)
{
    struct stat s;

    if (fstatat(part->dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISREG(s.st_mode) || S_ISLNK(s.st_mode))
        return true;
    return refuse(error, "a folder or device has this name");
}

/* Only a file that luma has created is written to. */
static bool is_own(int fd)
{
    struct stat s;

    return fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_nlink == 1 &&
           s.st_uid == geteuid() && !(s.st_mode & 077);
}

/* Creates a part, and notes the mode of new files here. */
static int make_part(struct part *part)
{
    struct stat s;
    int fd = openat(part->dir, part->name,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (fd >= 0 && fstat(fd, &s) == 0) {
        part->mode = s.st_mode & 0777;
        fchmod(fd, 0600);
    }
    return fd;
}

/* Opens the part, or creates one. Returns its descriptor. -1: errno says why.
 */
static int open_part(struct part *part)
{
    int fd = openat(part->dir, part->name,
                    O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && is_own(fd))
        return fd;
    if (fd >= 0)
        close(fd);
    if ((fd >= 0 || errno != ENOENT) &&
        unlinkat(part->dir, part->name, 0) != 0 && errno != ENOENT)
        return -1;
    return make_part(part);
}

/* Whether the part was neither renamed nor removed before it was locked. */
static bool is_current(const struct part *part)
{
    struct stat there, here;

    return fstatat(part->dir, part->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
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

static char *join(const char *name, const char *extension)
{
    size_t size = strlen(name) + strlen(extension) + 1;
    char *text = malloc(size);

    if (text)
        snprintf(text, size, "%s%s", name, extension);
    return text;
}

bool part_open(struct part *part, const char *dir, const char *name,
               struct luma_error *error)
{
    *part = (struct part){.dir = -1, .fd = -1, .mode = 0600};
    part->name = join(name, ".luma.part");
    part->state = join(name, ".luma.state.part");
    if (!part->name || !part->state) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return false;
    }
    part->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (part->dir < 0)
        return folder_error(error, "cannot open the folder", dir, errno);
    return check_target(part, name, error) && lock_part(part, dir, error);
}

void part_close(struct part *part, bool remove)
{
    if (!part->name && !part->state) /* zero-filled */
        return;
    if (part->fd >= 0) {
        if (remove) {
            unlinkat(part->dir, part->name, 0);
            unlinkat(part->dir, part->state, 0);
        }
        unlock_and_close(part);
    }
    if (part->dir >= 0)
        close(part->dir);
    free(part->name);
    free(part->state);
    *part = (struct part){.dir = -1, .fd = -1};
}

/* ---- content ----------------------------------------------------------- */

bool part_empty(const struct part *part, struct luma_error *error)
{
    unlinkat(part->dir, part->state, 0);
    return ftruncate(part->fd, 0) == 0 ||
           file_error(error, "cannot empty its part file", errno);
}

bool part_write(const struct part *part, const char *bytes, size_t n,
                int64_t at, struct luma_error *error)
{
    while (n > 0) {
        ssize_t written;

        process_pause();
        written = pwrite(part->fd, bytes, n, (off_t)at);
        process_resume();
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return file_error(error, "cannot write", written ? errno : ENOSPC);
        at += written;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

/* Takes as long as the disk does. */
static bool sync_to_disk(int fd)
{
    bool synced;

    process_pause();
    synced = fsync(fd) == 0;
    process_resume();
    return synced;
}

bool part_commit(struct part *part, const char *name, bool sync,
                 struct luma_error *error)
{
    if (!check_target(part, name, error))
        return false;
    fchmod(part->fd, part->mode);
    if (sync && !sync_to_disk(part->fd))
        return file_error(error, "cannot bring it to the disk", errno);
    if (renameat(part->dir, part->name, part->dir, name) != 0)
        return file_error(error, "cannot give it its name", errno);
    unlock_and_close(part);
    unlinkat(part->dir, part->state, 0);
    if (sync)
        sync_to_disk(
            part->dir); /* syncs the name; the file is on the disk already */
    return true;
}
