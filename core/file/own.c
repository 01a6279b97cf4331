/* SPDX-License-Identifier: MIT */
/* O_NONBLOCK: to open a pipe must not wait for its other end. */
#include "file/own.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool own_remove(int dir, const char *name)
{
    struct stat s;
    int number;

    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
        return true;
    number = errno; /* some directories refuse before they look */
    if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return true;
    errno = number;
    return false;
}

int own_open(int dir, const char *name, int flags)
{
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && is_own(fd))
        return fd;
    if (fd < 0 && !is_foreign(errno))
        return -1;
    if (fd >= 0)
        close(fd);
    if (own_remove(dir, name))
        errno = ENOENT;
    return -1;
}

int own_create(int dir, const char *name, int flags, unsigned mode)
{
    return openat(dir, name, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  mode);
}
