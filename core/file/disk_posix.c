/* SPDX-License-Identifier: MIT */
/* POSIX. O_NONBLOCK: to open a pipe must not wait for its other end. */
#ifndef _WIN32
#include "file/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

_Static_assert(sizeof(off_t) == 8, "files are larger than 2 GiB");

struct disk {
    int dir;          /* descriptor of the directory */
    int fd;           /* of the file, locked; or -1 */
    const char *name; /* of the file */
    unsigned mode;    /* of new files in this directory */
};

/* ---- the directory ------------------------------------------------------ */

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

struct disk *disk_open(const char *dir)
{
    struct disk *disk = malloc(sizeof *disk);
    int number;

    if (!disk)
        return NULL;
    *disk = (struct disk){.fd = -1, .mode = 0600};
    disk->dir = open_folder(dir);
    if (disk->dir >= 0)
        return disk;
    number = errno;
    free(disk);
    errno = number;
    return NULL;
}

void disk_close(struct disk *disk)
{
    if (!disk)
        return;
    if (disk_is_locked(disk))
        disk_unlock(disk);
    close(disk->dir);
    free(disk);
}

bool disk_may_use(const struct disk *disk, const char *name)
{
    struct stat s;

    if (fstatat(disk->dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return errno != ENAMETOOLONG;
    errno = EISDIR;
    return S_ISREG(s.st_mode) || S_ISLNK(s.st_mode);
}

int64_t disk_size_of(const struct disk *disk, const char *name)
{
    struct stat st;

    return fstatat(disk->dir, name, &st, 0) == 0 && S_ISREG(st.st_mode)
               ? (int64_t)st.st_size
               : -1;
}

/* ---- files of luma's own ------------------------------------------------ */

static bool is_own(int fd)
{
    struct stat s;

    return fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_nlink == 1 &&
           s.st_uid == geteuid() && !(s.st_mode & 077);
}

/* Whether open fails in this way because of what the name is. Other failures,
 * such as a lack of descriptors, say nothing about the file. */
static bool is_foreign(int number)
{
    return number == ELOOP || number == EMLINK || number == ENXIO ||
           number == EISDIR || number == EACCES || number == EPERM;
}

/* Opens the file. Removes what is not luma's own. -1, and errno is ENOENT:
 * there is no such file, or none any more. */
static int own_open(const struct disk *disk, const char *name, int flags)
{
    int fd =
        openat(disk->dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && is_own(fd))
        return fd;
    if (fd < 0 && !is_foreign(errno))
        return -1;
    if (fd >= 0)
        close(fd);
    if (disk_remove(disk, name))
        errno = ENOENT;
    return -1;
}

/* Creates the file, which must not exist. */
static int own_create(const struct disk *disk, const char *name, int flags,
                      unsigned mode)
{
    return openat(disk->dir, name,
                  flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

bool disk_remove(const struct disk *disk, const char *name)
{
    struct stat s;
    int number;

    if (unlinkat(disk->dir, name, 0) == 0 || errno == ENOENT)
        return true;
    number = errno; /* some directories refuse before they look */
    if (fstatat(disk->dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0 &&
        errno == ENOENT)
        return true;
    errno = number;
    return false;
}

int disk_read_other(const struct disk *disk, const char *name, char *text,
                    size_t capacity)
{
    int fd = own_open(disk, name, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, capacity);
    int number = errno;

    if (fd >= 0)
        close(fd);
    errno = number;
    return (int)n;
}

bool disk_write_other(const struct disk *disk, const char *name,
                      const char *text, size_t n)
{
    int fd = own_open(disk, name, O_WRONLY), number;
    bool good;

    if (fd < 0)
        fd = own_create(disk, name, O_WRONLY, 0600);
    if (fd < 0)
        return false;
    process_pause();
    good = pwrite(fd, text, n, 0) == (ssize_t)n && ftruncate(fd, (off_t)n) == 0;
    process_resume();
    number = errno;
    close(fd);
    errno = number;
    return good;
}

/* The file itself must not have this mode at first: others could open it before
 * it is taken away. */
bool disk_find_mode(struct disk *disk, const char *spare)
{
    int fd = -1, tries;
    struct stat s;

    for (tries = 0; fd < 0 && tries < 100; tries++) {
        fd = own_create(disk, spare, O_WRONLY, 0666);
        if (fd < 0 && (errno != EEXIST || !disk_remove(disk, spare)))
            break;
    }
    if (fd < 0)
        return false;
    disk->mode = fstat(fd, &s) == 0 ? s.st_mode & 0777 : 0600;
    close(fd);
    unlinkat(disk->dir, spare, 0);
    return true;
}

/* ---- the lock ----------------------------------------------------------- */

/* Opens the file, or creates one. Returns its descriptor. -1: errno says why.
 */
static int open_file(const struct disk *disk)
{
    int fd = own_open(disk, disk->name, O_RDWR);

    if (fd < 0 && errno == ENOENT)
        fd = own_create(disk, disk->name, O_RDWR, 0600);
    return fd;
}

bool disk_is_current(const struct disk *disk)
{
    struct stat there, here;

    return fstatat(disk->dir, disk->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstat(disk->fd, &here) == 0 && there.st_ino == here.st_ino &&
           there.st_dev == here.st_dev;
}

bool disk_lock(struct disk *disk, const char *name)
{
    int tries;

    disk->name = name;
    for (tries = 0; tries < 100; tries++) {
        disk->fd = open_file(disk);
        if (disk->fd < 0 && errno != EEXIST)
            return false;
        if (disk->fd < 0)
            continue; /* another process created it: open that one */
        if (flock(disk->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            close(disk->fd);
            disk->fd = -1;
            errno = EBUSY;
            return false;
        }
        if (disk_is_current(disk))
            return true;
        disk_unlock(disk);
    }
    errno = EAGAIN;
    return false;
}

bool disk_is_locked(const struct disk *disk)
{
    return disk->fd >= 0;
}

/* A forked process may have the descriptor, too. */
void disk_unlock(struct disk *disk)
{
    flock(disk->fd, LOCK_UN);
    close(disk->fd);
    disk->fd = -1;
}

/* ---- content ------------------------------------------------------------ */

bool disk_read_stamp(const struct disk *disk, struct disk_stamp *stamp)
{
    struct stat s;

    if (fstat(disk->fd, &s) != 0)
        return false;
    stamp->id = s.st_ino;
    stamp->size = (uint64_t)s.st_size;
    stamp->time = (uint64_t)s.st_mtim.tv_sec * 1000000000u +
                  (uint64_t)s.st_mtim.tv_nsec;
    return true;
}

/* The time is that of the last write. */
void disk_settle(const struct disk *disk)
{
    (void)disk;
}

bool disk_empty(const struct disk *disk)
{
    return ftruncate(disk->fd, 0) == 0;
}

bool disk_write(const struct disk *disk, const char *bytes, size_t n,
                int64_t at)
{
    while (n > 0) {
        ssize_t written;

        process_pause();
        written = pwrite(disk->fd, bytes, n, (off_t)at);
        process_resume();
        if (written < 0 && errno == EINTR)
            continue;
        if (written == 0)
            errno = ENOSPC;
        if (written <= 0)
            return false;
        at += written;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

bool disk_has(const struct disk *disk, char c, int64_t at)
{
    char found;

    return pread(disk->fd, &found, 1, (off_t)at) == 1 && found == c;
}

void disk_share(const struct disk *disk, bool shared)
{
    fchmod(disk->fd, shared ? disk->mode : 0600);
}

/* macOS's fsync leaves the bytes in the memory of the drive. Not every file
 * system there knows the other call. */
static int sync_descriptor(int fd)
{
#ifdef F_FULLFSYNC
    if (fcntl(fd, F_FULLFSYNC) == 0)
        return 0;
#endif
    return fsync(fd);
}

bool disk_sync(const struct disk *disk)
{
    bool synced;

    process_pause();
    synced = sync_descriptor(disk->fd) == 0;
    process_resume();
    return synced;
}

void disk_sync_name(const struct disk *disk)
{
    process_pause();
    sync_descriptor(disk->dir);
    process_resume();
}

/* ---- the final name ----------------------------------------------------- */

/* Gives the bytes of the descriptor a name that only they can have, whatever
 * bears the name of the file by now. False: the file system or the directory
 * does not allow it, or the bytes have no name any more. */
static bool link_to(const struct disk *disk, const char *spare)
{
    char self[40];

    snprintf(self, sizeof self, "/proc/self/fd/%d", disk->fd);
    if (linkat(AT_FDCWD, self, disk->dir, spare, AT_SYMLINK_FOLLOW) == 0)
        return true;
    return errno == EEXIST && disk_remove(disk, spare) &&
           linkat(AT_FDCWD, self, disk->dir, spare, AT_SYMLINK_FOLLOW) == 0;
}

/* Without links, the file is renamed by its name. */
bool disk_rename(const struct disk *disk, const char *to, const char *spare)
{
    const char *from = spare;
    int number;

    if (!link_to(disk, spare)) {
        from = disk->name;
        errno = ENOENT;
        if (!disk_is_current(disk))
            return false;
    }
    if (renameat(disk->dir, from, disk->dir, to) == 0)
        return true;
    number = errno;
    if (from == spare)
        unlinkat(disk->dir, spare, 0);
    errno = number;
    return false;
}
#endif
