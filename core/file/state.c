/* SPDX-License-Identifier: MIT */
/* All numbers but the total are of a fixed length, so a line is overwritten by
 * one of the same length: a full disk has room for it. */
#include "file/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/process.h"
#include "file/media.h"
#include "file/own.h"

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

enum { BOOT_SIZE = 40, STATE_SIZE = 512, LINE_SIZE = STATE_SIZE + 32 };

/* The part as the disk has it. */
struct stamp {
    uint64_t inode;
    uint64_t size, time; /* UINT64_MAX: it is being written */
};

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

static bool read_stamp(int fd, struct stamp *stamp)
{
    struct stat s;

    if (fstat(fd, &s) != 0)
        return false;
    stamp->inode = s.st_ino;
    stamp->size = (uint64_t)s.st_size;
    stamp->time = (uint64_t)s.st_mtim.tv_sec * 1000000000u +
                  (uint64_t)s.st_mtim.tv_nsec;
    return true;
}

/* ---- writing ----------------------------------------------------------- */

/* Returns the length of the line. */
static size_t format(char line[LINE_SIZE], const struct stamp *stamp,
                     const struct part_state *state)
{
    char boot[BOOT_SIZE], text[STATE_SIZE];
    int n;

    read_boot_name(boot);
    n = snprintf(text, sizeof text,
                 "luma 2 %s %016" PRIx64 " %016" PRIx64 " %016" PRIx64
                 " %016" PRIx64 " %" PRId64 " %s",
                 boot, stamp->inode, stamp->size, stamp->time, state->key,
                 state->total, state->etag);
    return (size_t)snprintf(line, LINE_SIZE, "%s %016" PRIx64 "\n", text,
                            media_hash(0, text, (size_t)n));
}

bool state_write(int dir, const char *name, int fd,
                 const struct part_state *state, enum state_phase phase)
{
    char line[LINE_SIZE];
    struct stamp stamp;
    bool good;
    size_t n;
    int file, number;

    if (!read_stamp(fd, &stamp))
        return false;
    if (phase == STATE_WRITING)
        stamp.size = stamp.time = UINT64_MAX;
    n = format(line, &stamp, state);
    file = own_open(dir, name, O_WRONLY);
    if (file < 0)
        file = own_create(dir, name, O_WRONLY, 0600);
    if (file < 0)
        return false;
    process_pause(); /* a fork does not wait for the disk */
    good = pwrite(file, line, n, 0) == (ssize_t)n &&
           ftruncate(file, (off_t)n) == 0;
    process_resume();
    number = errno;
    close(file);
    errno = number;
    return good;
}

/* ---- reading ----------------------------------------------------------- */

/* Reads the text of the state and checks its hash. NULL: there is none, or the
 * hash differs. */
static char *read_text(int dir, const char *name, char line[LINE_SIZE])
{
    int fd = own_open(dir, name, O_RDONLY);
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

/* Whether nobody else has changed the part. */
static bool is_same(const struct stamp *noted, const struct stamp *found)
{
    return noted->inode == found->inode &&
           (noted->size == UINT64_MAX ||
            (noted->size == found->size && noted->time == found->time));
}

bool state_read(int dir, const char *name, int fd, struct part_state *state,
                int64_t *size)
{
    char line[LINE_SIZE], boot[BOOT_SIZE];
    struct stamp noted, found;
    const char *at = line;
    uint64_t key, total;

    read_boot_name(boot);
    if (!read_stamp(fd, &found) || !read_text(dir, name, line) ||
        !skip_text(&at, "luma 2 ") || !skip_text(&at, boot) ||
        !skip_text(&at, " ") || !read_number(&at, 16, &noted.inode) ||
        !read_number(&at, 16, &noted.size) ||
        !read_number(&at, 16, &noted.time) || !read_number(&at, 16, &key) ||
        !read_number(&at, 10, &total) || strlen(at) >= PART_ETAG ||
        total > INT64_MAX || found.size > total || !is_same(&noted, &found))
        return false;
    state->key = key;
    state->total = (int64_t)total;
    strcpy(state->etag, at);
    *size = (int64_t)found.size;
    return true;
}
