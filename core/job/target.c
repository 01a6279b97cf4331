/* SPDX-License-Identifier: MIT */
/* Paths and names. */
#include "job/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "file/disk.h"
#include "file/media.h"
#include "file/path.h"

/* a, b and c in a row, the caller's to free(); NULL: out of memory. */
static char *join(const char *a, const char *b, const char *c)
{
    struct buf text = {0};

    if (buf_append_text(&text, a) && buf_append_text(&text, b) &&
        buf_append(&text, c, strlen(c) + 1))
        return text.data;
    buf_free(&text);
    return NULL;
}

/* The directory must not change with the process's own, which may have been
 * removed. NULL: out of memory, unless `error` is set. */
static char *absolute(const char *dir, struct luma_error *error)
{
    char *text = path_absolute(dir);

    if (!text && errno != ENOMEM) {
        luma_error_set(error, LUMA_ERR_FILE);
        luma_error_append_errno(error, "cannot find the working directory",
                                errno);
    }
    return text;
}

/* False: `error` says what is wrong. */
static bool check(const struct luma_download_options *d, const char *name,
                  struct luma_error *error)
{
    luma_error_set(error, LUMA_OK);
    if (!d->path && (!d->dir || !*d->dir))
        luma_error_set_argument(error, "path", "must be given, or dir");
    else if (!d->path && (!d->id || !d->id_len))
        luma_error_set_argument(
            error, "dir", "a name can only be made for a task with an id");
    else if (name && path_name_problem(name))
        luma_error_set_argument(error, "path", path_name_problem(name));
    return error->code == LUMA_OK;
}

/* A name made of the task's id. */
static void set_in_folder(struct target *t,
                          const struct luma_download_options *d,
                          struct luma_error *error)
{
    char name[MEDIA_BASENAME_SIZE];

    media_basename(name, d->id, d->id_len, d->media);
    t->add_extension = true;
    t->name = buf_copy(name, strlen(name));
    t->dir = absolute(d->dir, error);
    t->display_dir = join(d->dir, path_joint(d->dir), "");
}

static void set_path(struct target *t, const char *path, const char *name,
                     struct luma_error *error)
{
    t->name = buf_copy(name, strlen(name));
    t->display_dir = buf_copy(path, (size_t)(name - path));
    if (t->display_dir)
        t->dir = absolute(name > path ? t->display_dir : ".", error);
}

bool target_init(struct target *t, const struct luma_download_options *d,
                 struct luma_error *error)
{
    const char *last = d->path ? path_last_separator(d->path) : NULL;
    const char *name = last ? last + 1 : d->path;

    if (!check(d, name, error))
        return false;
    luma_error_set(error, LUMA_ERR_MEMORY);
    if (d->path)
        set_path(t, d->path, name, error);
    else
        set_in_folder(t, d, error);
    return t->name && t->dir && t->display_dir;
}

void target_clear(struct target *t)
{
    free(t->dir);
    free(t->name);
    free(t->display_dir);
}

char *target_name(const struct target *t, const char *type,
                  enum luma_media media)
{
    return join(t->name, t->add_extension ? media_extension(type, media) : "",
                "");
}

char *target_path(const struct target *t, const char *name)
{
    return join(t->display_dir, name, "");
}

/* The size of the file with the name that this media type makes, or -1. */
static int64_t size_of(const struct target *t, const struct disk *disk,
                       enum luma_media media, const char *type)
{
    char *name = target_name(t, type, media);
    int64_t size = name ? disk_size_of(disk, name) : -1;

    free(name);
    return size;
}

char *target_find_existing(const struct target *t, enum luma_media media,
                           int64_t *size)
{
    struct disk *disk = disk_open(t->dir);
    const char *type = media_type_of(0);
    char *name = NULL, *path = NULL;
    size_t i = 0;

    *size = -1;
    while (disk && type && (*size = size_of(t, disk, media, type)) <= 0)
        type = media_type_of(++i);
    if (*size > 0)
        name = target_name(t, type, media);
    if (name)
        path = target_path(t, name);
    free(name);
    disk_close(disk);
    return path;
}
