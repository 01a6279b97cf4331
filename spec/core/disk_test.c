/* SPDX-License-Identifier: MIT */
/* Tests of disk.h, the same on every system: one file is locked, written and
 * renamed in a folder of the test's own. */
#include "file/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "file/path.h"
#include "folder.h"

static void put(const char *name, const char *text)
{
    FILE *file = fopen(folder_path(name), "wb");

    must(file && fwrite(text, 1, strlen(text), file) == strlen(text));
    must(fclose(file) == 0);
}

static void check_file(const char *name, const char *text)
{
    char bytes[100];
    FILE *file = fopen(folder_path(name), "rb");
    size_t n;

    CHECK(file != NULL);
    if (!file)
        return;
    n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    CHECK_BYTES(bytes, n, text, strlen(text));
}

static bool exists(const char *name)
{
    return path_is_readable(folder_path(name));
}

static struct disk *open_disk(void)
{
    struct disk *disk = disk_open(folder);

    must(disk && disk_find_mode(disk, "mode"));
    return disk;
}

/* The error of opening a folder that is none. */
static void check_refused(const char *name, int number)
{
    char *path = path_absolute(folder_path(name));

    must(path != NULL);
    CHECK(disk_open(path) == NULL);
    CHECK_INT(errno, number);
    free(path);
}

static void test_folder(void)
{
    struct disk *disk = open_disk();

    check_refused("none", ENOENT);
    put("plain", "x");
    check_refused("plain", ENOTDIR);
#ifdef _WIN32
    must(mkdir(folder_path("sub")) == 0);
#else
    must(mkdir(folder_path("sub"), 0777) == 0);
#endif
    CHECK(disk_may_use(disk, "plain") && disk_may_use(disk, "none"));
    CHECK(!disk_may_use(disk, "sub") && errno == EISDIR);
    CHECK(!disk_is_locked(disk));
    disk_close(disk);
    rmdir(folder_path("sub"));
    remove(folder_path("plain"));
}

static void test_lock(void)
{
    struct disk *first = open_disk(), *second = open_disk();

    CHECK(disk_lock(first, "part") && disk_is_locked(first));
    CHECK(!disk_lock(second, "part") && errno == EBUSY);
    CHECK(!disk_is_locked(second) && disk_is_current(first));
    disk_unlock(first);
    CHECK(disk_lock(second, "part"));
    CHECK(disk_remove(second, "part"));
#ifndef _WIN32 /* in wine, it bears its name until it is closed */
    CHECK(!disk_is_current(second));
#endif
    disk_close(second);
    disk_close(first);
    CHECK(!exists("part") && !exists("mode"));
}

/* Where a file with holes takes the room of its holes, this needs 3 GB. */
static void test_content(void)
{
    const int64_t far_away = 3000000000;
    struct disk *disk = open_disk();
    struct disk_stamp stamp;

    must(disk_lock(disk, "part"));
    CHECK(disk_write(disk, "clip", 4, 0) && disk_has(disk, 'p', 3));
    CHECK(disk_write(disk, "c", 1, far_away) && disk_has(disk, 'c', far_away));
    CHECK(!disk_has(disk, 'c', 1) && !disk_has(disk, 'c', far_away + 1));
    CHECK(disk_read_stamp(disk, &stamp));
    CHECK_INT(stamp.size, far_away + 1);
    CHECK(disk_empty(disk) && disk_read_stamp(disk, &stamp));
    CHECK_INT(stamp.size, 0);
    CHECK(disk_write(disk, "again", 5, 0) && disk_sync(disk));
    disk_close(disk);
    check_file("part", "again");
}

/* The file of the test before. */
static void test_stamp(void)
{
    struct disk *disk = open_disk();
    struct disk_stamp settled, later;

    must(disk_lock(disk, "part") && disk_write(disk, "A", 1, 0));
    disk_settle(disk);
    CHECK(disk_read_stamp(disk, &settled));
    disk_unlock(disk);
    must(disk_lock(disk, "part") && disk_read_stamp(disk, &later));
    CHECK(settled.id == later.id && settled.time == later.time);
    CHECK(settled.size == later.size && settled.size == 5);
    disk_close(disk);
    put("other", "A new one");
    disk = open_disk();
    must(disk_lock(disk, "other"));
    CHECK(disk_read_stamp(disk, &later) && settled.id != later.id);
    disk_remove(disk, "other");
    disk_close(disk);
}

static void test_names(void)
{
    struct disk *disk = open_disk();

    put("clip.mp4", "an older clip");
#ifndef _WIN32 /* which renames without another name */
    put("spare", "of a process that was killed");
#endif
    must(disk_lock(disk, "part"));
    disk_share(disk, true);
    CHECK(disk_rename(disk, "clip.mp4", "spare"));
    disk_sync_name(disk);
    if (disk_is_current(disk)) /* its other name */
        disk_remove(disk, "part");
    disk_close(disk);
    check_file("clip.mp4", "Again");
    CHECK(!exists("part") && !exists("spare"));
}

/* Whoever has its name: the bytes stay the file's, or are given no other name.
 */
static void test_thief(void)
{
    struct disk *disk = open_disk();

    put("clip.mp4", "an older clip");
    must(disk_lock(disk, "part") && disk_write(disk, "mine", 4, 0));
    must(rename(folder_path("part"), folder_path("stolen")) == 0);
    put("part", "theirs");
    CHECK(!disk_is_current(disk));
    if (disk_rename(disk, "clip.mp4", "spare"))
        check_file("clip.mp4", "mine");
    else
        check_file("clip.mp4", "an older clip");
    disk_close(disk);
    check_file("part", "theirs");
    remove(folder_path("part"));
    remove(folder_path("stolen"));
}

static void test_others(void)
{
    struct disk *disk = open_disk();
    char text[20];

    CHECK_INT(disk_read_other(disk, "state", text, sizeof text), -1);
    CHECK_INT(errno, ENOENT);
    CHECK(disk_write_other(disk, "state", "first text", 10));
    CHECK(disk_write_other(disk, "state", "second", 6));
    CHECK_INT(disk_read_other(disk, "state", text, sizeof text), 6);
    CHECK_BYTES(text, 6, "second", 6);
    CHECK_INT(disk_read_other(disk, "state", text, 3), 3);
    CHECK(disk_remove(disk, "state") && disk_remove(disk, "state"));
    CHECK_INT(disk_read_other(disk, "state", text, sizeof text), -1);
    disk_close(disk);
}

int main(void)
{
    folder_start();
    test_folder();
    test_lock();
    test_content();
    test_stamp();
    test_names();
    test_thief();
    test_others();
    disk_close(NULL);
    remove(folder_path("clip.mp4"));
    CHECK(folder_end());
    return check_done();
}
