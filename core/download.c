/* SPDX-License-Identifier: MIT */
/* Everything that happens to a part file, in the directory of its target. */
#include "download.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media.h"

static const char part_ending[] = ".luma.part";
static const char state_ending[] = ".luma.state.part";

/* ---- errors ------------------------------------------------------------ */

static bool file_error(struct luma_error *error, const char *what, int number)
{
    status_set(error, LUMA_FILE);
    status_detail(error, "%s: %s", what, strerror(number));
    return false;
}

static bool refuse(struct luma_error *error, enum luma_status code,
                   const char *detail)
{
    status_set(error, code);
    status_detail(error, "%s", detail);
    return false;
}

/* ---- state ------------------------------------------------------------- */

enum { BOOT_ROOM = 40, STATE_ROOM = 512 };

/* Names the time since the system was started. What was written before may
 * not all have reached the disk, so a part from then is not resumed. */
static void boot_name(char name[BOOT_ROOM])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, name, BOOT_ROOM - 1);

    if (fd >= 0)
        close(fd);
    name[n > 0 ? n : 0] = '\0';
    name[strcspn(name, " \n")] = '\0';
    if (!*name)
        strcpy(name, "-");
}

static void write_state(const struct download *d)
{
    char boot[BOOT_ROOM], text[STATE_ROOM], line[STATE_ROOM + 32];
    int fd, n;

    unlinkat(d->dir, d->state, 0);
    if (!*d->etag || d->total < 0)
        return;
    boot_name(boot);
    n = snprintf(text, sizeof text,
                 "luma 1 %s %o %016" PRIx64 " %" PRId64 " %s", boot, d->mode,
                 d->key, d->total, d->etag);
    n = snprintf(line, sizeof line, "%s %016" PRIx64 "\n", text,
                 media_hash(0, text, (size_t)n));
    fd = openat(d->dir, d->state,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (write(fd, line, (size_t)n) != n)
        unlinkat(d->dir, d->state, 0);
    close(fd);
}

/* The state's text without its number, which must fit; NULL: there is none. */
static char *state_text(const struct download *d, char line[STATE_ROOM + 32])
{
    int fd = openat(d->dir, d->state,
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? 0 : read(fd, line, STATE_ROOM + 31);
    uint64_t sum;
    char *space;

    if (fd >= 0)
        close(fd);
    if (n <= 0 || line[n - 1] != '\n')
        return NULL;
    line[n] = '\0';
    space = strrchr(line, ' ');
    if (!space || sscanf(space, " %16" SCNx64, &sum) != 1)
        return NULL;
    *space = '\0';
    return media_hash(0, line, (size_t)(space - line)) == sum ? line : NULL;
}

/* Takes up what lies in the part. False: it cannot be trusted. */
static bool read_state(struct download *d, int64_t size)
{
    char line[STATE_ROOM + 32], boot[BOOT_ROOM], then[BOOT_ROOM];
    uint64_t key;
    int64_t total;
    unsigned mode;

    boot_name(boot);
    if (!state_text(d, line) ||
        sscanf(line, "luma 1 %39s %o %16" SCNx64 " %18" SCNd64 " %255s", then,
               &mode, &key, &total, d->etag) != 5 ||
        strcmp(boot, then) != 0 || key != d->key || size > total) {
        d->etag[0] = '\0';
        return false;
    }
    d->mode = mode & 0777;
    d->total = total;
    d->have = size;
    return true;
}

/* ---- opening ----------------------------------------------------------- */

/* What bears the final name must be a file or a link, if there is anything. */
static bool check_target(const struct download *d, const char *name,
                         struct luma_error *error)
{
    struct stat s;

    if (fstatat(d->dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISREG(s.st_mode) || S_ISLNK(s.st_mode))
        return true;
    if (S_ISDIR(s.st_mode))
        return file_error(error, "cannot replace it", EISDIR);
    return refuse(error, LUMA_FILE, "what bears its name is no regular file");
}

/* Only what we have made ourselves is written to. */
static bool is_ours(int fd)
{
    struct stat s;

    return fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_nlink == 1 &&
           s.st_uid == geteuid() && !(s.st_mode & 077);
}

/* A new one, which says by the way what mode new files have. */
static int make_part(struct download *d)
{
    struct stat s;
    int fd = openat(d->dir, d->part,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (fd >= 0 && fstat(fd, &s) == 0) {
        d->mode = s.st_mode & 0777;
        fchmod(fd, 0600);
    }
    return fd;
}

/* A descriptor of the part, old or new; -1: `errno` says why. */
static int open_part(struct download *d)
{
    int fd =
        openat(d->dir, d->part, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 && is_ours(fd))
        return fd;
    if (fd >= 0)
        close(fd);
    if ((fd >= 0 || errno != ENOENT) && unlinkat(d->dir, d->part, 0) != 0 &&
        errno != ENOENT)
        return -1;
    return make_part(d);
}

/* The part may have been renamed or removed before it was ours. */
static bool is_still_there(const struct download *d)
{
    struct stat there, here;

    return fstatat(d->dir, d->part, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstat(d->fd, &here) == 0 && there.st_ino == here.st_ino &&
           there.st_dev == here.st_dev;
}

static void let_go(struct download *d)
{
    flock(d->fd, LOCK_UN); /* a forked process may hold the descriptor */
    close(d->fd);
    d->fd = -1;
}

/* Only one download at a time writes to a part. */
static bool lock_part(struct download *d, struct luma_error *error)
{
    int tries;

    for (tries = 0; tries < 100; tries++) {
        d->fd = open_part(d);
        if (d->fd < 0 && errno != EEXIST)
            return file_error(error, "cannot make its part file", errno);
        if (d->fd < 0)
            continue; /* somebody was faster: look at theirs */
        if (flock(d->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            close(d->fd);
            d->fd = -1;
            return refuse(error, LUMA_FILE,
                          "another download is writing to it");
        }
        if (is_still_there(d))
            return true;
        let_go(d);
    }
    return refuse(error, LUMA_FILE, "its part file keeps vanishing");
}

static char *joined(const char *name, const char *ending)
{
    size_t size = strlen(name) + strlen(ending) + 1;
    char *text = malloc(size);

    if (text)
        snprintf(text, size, "%s%s", name, ending);
    return text;
}

static bool open_all(struct download *d, const char *dir, const char *name,
                     struct luma_error *error)
{
    struct stat s;

    if (!d->part || !d->state) {
        status_set(error, LUMA_MEMORY);
        return false;
    }
    d->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->dir < 0)
        return file_error(error, "cannot open its directory", errno);
    if (!check_target(d, name, error) || !lock_part(d, error))
        return false;
    if (fstat(d->fd, &s) == 0 && read_state(d, s.st_size))
        return true;
    if (download_restart(d))
        return true;
    file_error(error, "cannot empty its part file", errno);
    return false;
}

bool download_open(struct download *d, const char *dir, const char *name,
                   uint64_t key, uint64_t max, struct luma_error *error)
{
    *d = (struct download){
        .dir = -1, .fd = -1, .key = key, .max = max, .mode = 0600};
    d->total = -1;
    d->part = joined(name, part_ending);
    d->state = joined(name, state_ending);
    if (open_all(d, dir, name, error))
        return true;
    download_close(d);
    return false;
}

void download_close(struct download *d)
{
    if (!d->part)
        return;
    if (d->fd >= 0) {
        if (d->spoilt || !*d->etag || d->have < 2) {
            unlinkat(d->dir, d->part, 0);
            unlinkat(d->dir, d->state, 0);
        }
        let_go(d);
    }
    if (d->dir >= 0)
        close(d->dir);
    free(d->part);
    free(d->state);
    *d = (struct download){.dir = -1, .fd = -1};
}

/* ---- replies ----------------------------------------------------------- */

bool download_restart(struct download *d)
{
    d->have = d->asked = 0;
    d->total = -1;
    d->etag[0] = '\0';
    d->checked = d->spoilt = false;
    unlinkat(d->dir, d->state, 0);
    return ftruncate(d->fd, 0) == 0;
}

bool download_set_key(struct download *d, uint64_t key)
{
    bool same = d->key == key;

    d->key = key;
    return same || download_restart(d);
}

bool download_ask(struct download *d, char range[DOWNLOAD_RANGE])
{
    d->asked = *d->etag && d->have > 1 ? d->have - 1 : 0;
    snprintf(range, DOWNLOAD_RANGE, "bytes=%" PRId64 "-", d->asked);
    return d->asked > 0;
}

/* A validator that vouches for every byte, and can be written down. */
static bool is_strong(const char *etag)
{
    size_t n = etag ? strlen(etag) : 0, i;

    if (n < 3 || n >= DOWNLOAD_ETAG || etag[0] != '"' || etag[n - 1] != '"')
        return false;
    for (i = 1; i < n - 1; i++)
        if (etag[i] <= ' ' || etag[i] == '"' || etag[i] == 0x7F)
            return false;
    return true;
}

/* The reply goes on where the part ends, and in the same file. */
static bool goes_on(const struct download *d, const struct download_head *head)
{
    int64_t first, last, total;
    int end = 0;

    return head->range && head->etag && strcmp(head->etag, d->etag) == 0 &&
           strlen(head->range) < 80 &&
           sscanf(head->range,
                  "bytes %18" SCNd64 "-%18" SCNd64 "/%18" SCNd64 "%n", &first,
                  &last, &total, &end) == 3 &&
           !head->range[end] && first == d->asked && last == total - 1 &&
           total == d->total &&
           (head->length < 0 || head->length == total - first);
}

/* A reply with the whole file. */
static bool start(struct download *d, const struct download_head *head,
                  struct luma_error *error)
{
    if (!download_restart(d))
        return file_error(error, "cannot empty its part file", errno);
    d->total = head->length;
    if (head->length == 0)
        return refuse(error, LUMA_LINK, "what it leads to is empty");
    if (d->max && d->total > 0 && (uint64_t)d->total > d->max)
        return refuse(error, LUMA_TOO_LARGE, "the file is over max_bytes");
    if (is_strong(head->etag) && d->total > 0)
        strcpy(d->etag, head->etag);
    write_state(d);
    return true;
}

/* What no reply with a file may be. */
static bool check_shape(const struct download_head *head,
                        struct luma_error *error)
{
    char type[80];

    if (head->encoding && strcasecmp(head->encoding, "identity") != 0)
        return refuse(error, LUMA_REPLY, "it is encoded, though not asked to");
    if (head->type && media_type_is_page(head->type)) {
        status_clean(type, sizeof type, head->type, strlen(head->type), NULL);
        status_set(error, LUMA_LINK);
        status_detail(error, "it gives %s", type);
        return false;
    }
    if (!head->framed)
        return refuse(error, LUMA_REPLY, "it does not say where it ends");
    return true;
}

enum download_verdict download_begin(struct download *d,
                                     const struct download_head *head,
                                     struct luma_error *error)
{
    if (head->http != 200 && d->asked)
        if (head->http != 206 || !goes_on(d, head))
            return DOWNLOAD_AGAIN;
    if (head->http != 200 && !d->asked) {
        refuse(error, LUMA_REPLY, "it is about a part, asked for the whole");
        return DOWNLOAD_REFUSE;
    }
    if (!check_shape(head, error))
        return DOWNLOAD_REFUSE;
    snprintf(d->type, sizeof d->type, "%s", head->type ? head->type : "");
    if (head->http == 200) {
        d->spoilt = !start(d, head, error);
        return d->spoilt ? DOWNLOAD_REFUSE : DOWNLOAD_TAKE;
    }
    if (d->max && (uint64_t)d->total > d->max) {
        refuse(error, LUMA_TOO_LARGE, "the file is over max_bytes");
        return DOWNLOAD_REFUSE;
    }
    d->have = d->asked;
    d->checked = true;
    return DOWNLOAD_TAKE;
}

static bool check_start(struct download *d, const char *bytes, size_t n,
                        struct luma_error *error)
{
    enum media_start what = d->checked ? MEDIA_FILE : media_start(bytes, n);

    d->checked = what == MEDIA_FILE;
    return what != MEDIA_PAGE ||
           refuse(error, LUMA_LINK, "it gives a page or a message, no file");
}

static bool append(struct download *d, const char *bytes, size_t n,
                   struct luma_error *error)
{
    if (d->max && (uint64_t)d->have + n > d->max)
        return refuse(error, LUMA_TOO_LARGE, "the file is over max_bytes");
    if (!check_start(d, bytes, n, error))
        return false;
    while (n > 0) {
        ssize_t written = pwrite(d->fd, bytes, n, (off_t)d->have);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return file_error(error, "cannot write", written ? errno : ENOSPC);
        d->have += written;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

bool download_write(struct download *d, const char *bytes, size_t n,
                    struct luma_error *error)
{
    d->spoilt = !append(d, bytes, n, error);
    return !d->spoilt;
}

/* ---- the end ----------------------------------------------------------- */

static bool check_whole(const struct download *d, struct luma_error *error)
{
    if (!d->have)
        return refuse(error, LUMA_LINK, "what it leads to is empty");
    return d->checked || refuse(error, LUMA_LINK, "it gives white space only");
}

static bool finish(struct download *d, const char *name, bool sync,
                   struct luma_error *error)
{
    if (!check_target(d, name, error))
        return false;
    fchmod(d->fd, d->mode);
    if (sync && fsync(d->fd) != 0)
        return file_error(error, "cannot bring it to the disk", errno);
    if (renameat(d->dir, d->part, d->dir, name) != 0)
        return file_error(error, "cannot give it its name", errno);
    let_go(d);
    unlinkat(d->dir, d->state, 0);
    if (sync)
        fsync(d->dir); /* the name; the file itself is safe by now */
    return true;
}

bool download_finish(struct download *d, const char *name, bool sync,
                     struct luma_error *error)
{
    if (d->total >= 0 && d->have != d->total) {
        status_set(error, LUMA_TRUNCATED);
        return false;
    }
    d->spoilt = !check_whole(d, error) || !finish(d, name, sync, error);
    d->total = d->have;
    return !d->spoilt;
}
