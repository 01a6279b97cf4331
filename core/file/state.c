/* SPDX-License-Identifier: MIT */
/* All numbers but the total are of a fixed length, so a line is overwritten by
 * one of the same length: a full disk has room for it. */
#include "file/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/os.h"
#include "file/media.h"

enum { STATE_SIZE = 512, LINE_SIZE = STATE_SIZE + 32 };

/* The size and the time of a part that is being written. */
static const uint64_t UNKNOWN = UINT64_MAX;

/* ---- writing ----------------------------------------------------------- */

/* Returns the length of the line. */
static size_t format(char line[LINE_SIZE], const struct disk_stamp *stamp,
                     const struct part_state *state)
{
    char boot[OS_BOOT_SIZE], text[STATE_SIZE];
    int n;

    os_boot_name(boot);
    n = snprintf(text, sizeof text,
                 "luma 2 %s %016" PRIx64 " %016" PRIx64 " %016" PRIx64
                 " %016" PRIx64 " %" PRId64 " %s",
                 boot, stamp->id, stamp->size, stamp->time, state->key,
                 state->total, state->etag);
    return (size_t)snprintf(line, LINE_SIZE, "%s %016" PRIx64 "\n", text,
                            media_hash(0, text, (size_t)n));
}

bool state_write(const struct disk *disk, const char *name,
                 const struct part_state *state, enum state_phase phase)
{
    char line[LINE_SIZE];
    struct disk_stamp stamp;

    if (!disk_read_stamp(disk, &stamp))
        return false;
    if (phase == STATE_WRITING)
        stamp.size = stamp.time = UNKNOWN;
    return disk_write_other(disk, name, line, format(line, &stamp, state));
}

/* ---- reading ----------------------------------------------------------- */

/* Reads the text of the state and checks its hash. NULL: there is none, or the
 * hash differs. */
static char *read_text(const struct disk *disk, const char *name,
                       char line[LINE_SIZE])
{
    int n = disk_read_other(disk, name, line, LINE_SIZE - 1);
    const char *digits;
    uint64_t sum;
    char *space;

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
static bool is_same(const struct disk_stamp *noted,
                    const struct disk_stamp *found)
{
    return noted->id == found->id &&
           (noted->size == UNKNOWN ||
            (noted->size == found->size && noted->time == found->time));
}

/* A part of an earlier start of the system is not resumed, because its bytes
 * may not have reached the disk. */
bool state_read(const struct disk *disk, const char *name,
                struct part_state *state, int64_t *size)
{
    char line[LINE_SIZE], boot[OS_BOOT_SIZE];
    struct disk_stamp noted, found;
    const char *at = line;
    uint64_t key, total;

    os_boot_name(boot);
    if (!disk_read_stamp(disk, &found) || !read_text(disk, name, line) ||
        !skip_text(&at, "luma 2 ") || !skip_text(&at, boot) ||
        !skip_text(&at, " ") || !read_number(&at, 16, &noted.id) ||
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
