/* SPDX-License-Identifier: MIT */
/* The rules of a download: redirects, an expired link, what it is called. */
#include "job/job_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "http/file_url.h"
#include "file/media.h"
#include "gateway/task.h"

enum { MAX_HOPS = 5, RATE_MS = 250, NEWS_MS = 100 };

/* ---- life -------------------------------------------------------------- */

static char *text_of(const char *format, const char *a, const char *b)
{
    size_t size = strlen(format) + strlen(a) + strlen(b) + 1;
    char *text = malloc(size);

    if (text)
        snprintf(text, size, format, a, b);
    return text;
}

/* The directory must not change with the process's own. */
static char *absolute(const char *dir)
{
    char *here, *text;

    if (*dir == '/')
        return buf_copy(dir, strlen(dir));
    here = getcwd(NULL, 0);
    text = here ? text_of("%s/%s", here, dir) : NULL;
    free(here);
    return text;
}

static bool name_it(struct job_file *file, const struct luma_download *d)
{
    const char *slash = d->path ? strrchr(d->path, '/') : NULL;
    char stem[MEDIA_BASENAME_SIZE];
    const char *dir;

    if (!d->path) {
        media_basename(stem, d->id, d->id_len, d->what);
        file->stem = true;
        file->name = buf_copy(stem, strlen(stem));
        file->dir = absolute(d->dir);
        file->shown = text_of(
            d->dir[strlen(d->dir) - 1] == '/' ? "%s%s" : "%s/%s", d->dir, "");
        return file->name && file->dir && file->shown;
    }
    file->name = buf_copy(slash ? slash + 1 : d->path,
                          strlen(slash ? slash + 1 : d->path));
    file->shown = slash ? buf_copy(d->path, (size_t)(slash - d->path) + 1)
                        : buf_copy("", 0);
    dir = file->shown && *file->shown ? file->shown : ".";
    file->dir = absolute(dir);
    return file->name && file->dir && file->shown;
}

/* False: `error` says what is wrong. */
static bool check(const struct luma_download *d, struct luma_error *error)
{
    const char *slash = d->path ? strrchr(d->path, '/') : NULL;
    const char *name = slash ? slash + 1 : d->path;

    luma_error_set(error, LUMA_OK);
    if (!d->path && (!d->dir || !*d->dir))
        luma_error_set_argument(error, "path", "must be given, or dir");
    else if (!d->path && (!d->id || !d->id_len))
        luma_error_set_argument(
            error, "dir", "a name can only be made for a task with an id");
    else if (name && (!*name || !strcmp(name, ".") || !strcmp(name, "..")))
        luma_error_set_argument(error, "path",
                                "must end with the name of a file");
    return error->code == LUMA_OK;
}

struct job_file *job_file_new(const struct luma_download *d,
                              const char *base_url, struct luma_error *error)
{
    struct job_file *file;
    bool good;

    if (!check(d, error))
        return NULL;
    luma_error_set(error, LUMA_ERR_MEMORY);
    file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    file->news.event.kind = LUMA_EVENT_PROGRESS;
    file->allow_private = d->allow_private;
    file->sync = !d->no_sync;
    file->wants_news = d->wants_news;
    file->what = d->what;
    file->max_bytes = d->max_bytes;
    good = name_it(file, d);
    if (d->url)
        good = file_url_read(&file->url, d->url, strlen(d->url), base_url) &&
               good;
    if (d->id && d->id_len && d->id_len <= LUMA_ID_MAX &&
        text_is_utf8(d->id, d->id_len)) /* else no request can have it */
        good = (file->task = luma_ids_new(1, d->id_len)) &&
               luma_ids_add(file->task, d->id, d->id_len) == LUMA_OK && good;
    if (good)
        return file;
    job_file_free(file);
    return NULL;
}

void job_file_free(struct job_file *file)
{
    if (!file)
        return;
    resume_close(&file->sink);
    luma_ids_unref(file->task);
    free(file->url);
    free(file->dir);
    free(file->name);
    free(file->shown);
    free(file->path);
    free(file->hop);
    free(file);
}

void job_file_told(struct luma_event *event)
{
    struct job_news *news = (struct job_news *)event;
    struct job *job = news->job;

    atomic_store(&news->told, false);
    job_unref(job);
}

/* ---- asking ------------------------------------------------------------ */

const char *job_file_url(const struct job_file *file)
{
    return file->hop ? file->hop : file->url;
}

/* Stands for what is downloaded. The link of a task may be signed anew, which
 * changes what comes after its path. */
static uint64_t key_of(const struct job_file *file)
{
    const char *url = file->url ? file->url : "";
    uint64_t key =
        media_hash(0, url, file->task ? strcspn(url, "?#") : strlen(url));
    size_t len;
    const char *id;

    if (file->task) {
        id = ids_get(file->task, 0, &len);
        key = media_hash(key, id, len);
    }
    return media_hash(key, media_name(file->what),
                      strlen(media_name(file->what)));
}

/* Whether there is a link that can be asked. */
static bool check_link(struct job_file *file,
                       const struct luma_options *options,
                       struct luma_error *error)
{
    if (file->url)
        return file_url_check(job_file_url(file), file->hop != NULL,
                              file->allow_private, options, error);
    luma_error_set(error, LUMA_ERR_LINK);
    if (file->task)
        luma_error_append(error, "the task has no %s", media_name(file->what));
    else
        luma_error_append(error, "it is no URL");
    return false;
}

/* The link does not give the file, as `error` says. The task may have a better
 * one, if there is a task: links expire, and their hosts say so in many ways.
 * False: nobody is asked for it. */
static bool wants_link(struct job_file *file, const struct luma_error *error)
{
    if (!file->task || file->renewed)
        return false;
    file->bad_link = *error;
    file->renewing = true;
    return true;
}

bool job_file_begin(struct job_file *file, const struct luma_options *options,
                    struct luma_error *error)
{
    if (!file->renewing && !check_link(file, options, error) &&
        !(error->code == LUMA_ERR_LINK && wants_link(file, error)))
        return false;
    if (!file->open)
        file->open = resume_open(&file->sink, file->dir, file->name,
                                 file->max_bytes, error);
    return file->open &&
           (file->renewing || resume_set_key(&file->sink, key_of(file), error));
}

/* ---- what came of it --------------------------------------------------- */

/* The exchange was well, but what came of it is not: its status stays. */
static void spoil(struct exchange_end *end, const struct luma_error *error)
{
    long http = end->error.http_status;
    const char *phase = end->error.phase;

    end->error = *error;
    end->error.http_status = http;
    end->error.phase = phase;
    end->how = retry_class_of(error->code, 0);
}

static enum file_next over(struct exchange_end *end, enum luma_code code,
                           const char *detail)
{
    struct luma_error error;

    luma_error_set(&error, code);
    if (*detail)
        luma_error_append(&error, "%s", detail);
    spoil(end, &error);
    return FILE_OVER;
}

/* The next exchange begins at the link itself. */
static void forget_hops(struct job_file *file)
{
    free(file->hop);
    file->hop = NULL;
    file->hops = 0;
}

static enum file_next renew(struct job_file *file, struct exchange_end *end)
{
    if (!wants_link(file, &end->error))
        return FILE_OVER;
    return !file->sink.unusable || resume_restart(&file->sink, &end->error)
               ? FILE_ASK
               : FILE_OVER;
}

static enum file_next moved(struct job_file *file, struct file_end *end)
{
    free(file->hop);
    file->hop = end->location;
    file->hops++;
    if (file->hop && file->hops <= MAX_HOPS)
        return FILE_ASK;
    over(&end->end, LUMA_ERR_LINK,
         file->hop ? "it is redirected too often"
                   : "it is redirected to nowhere");
    return renew(file, &end->end);
}

static enum file_next done(struct job_file *file, struct exchange_end *end)
{
    const char *ending = "";
    struct luma_error error;
    char *name;

    if (file->stem)
        ending = media_extension(file->sink.media_type, file->what);
    name = text_of("%s%s", file->name, ending);
    free(file->path); /* of an attempt that was cut */
    file->path = name ? text_of("%s%s", file->shown, name) : NULL;
    if (!file->path)
        over(end, LUMA_ERR_MEMORY, "");
    else if (!resume_finish(&file->sink, name, file->sync, &error))
        spoil(end, &error);
    free(name);
    if (end->error.code == LUMA_ERR_LINK)
        return renew(file, end);
    return end->error.code == LUMA_ERR_TRUNCATED ? FILE_REPEAT : FILE_OVER;
}

/* A new attempt starts from the link itself, and with a part that is good. */
static enum file_next failed(struct job_file *file, struct exchange_end *end)
{
    if (file->sink.unusable && end->how != RETRY_CLASS_NEVER &&
        !resume_restart(&file->sink, &end->error))
        return FILE_OVER;
    forget_hops(file);
    return end->how == RETRY_CLASS_NEVER ? FILE_OVER : FILE_REPEAT;
}

enum file_next job_file_ended(struct job_file *file, struct file_end *end)
{
    switch (end->what) {
    case FILE_DONE:
        return done(file, &end->end);
    case FILE_MOVED:
        return moved(file, end);
    case FILE_NOT_IT:
        return renew(file, &end->end);
    case FILE_AGAIN:
        return FILE_ASK;
    default:
        return failed(file, &end->end);
    }
}

/* The gateway has answered, and the task has this link, or NULL. Takes it. */
static enum file_next use_link(struct job_file *file, char *url,
                               struct exchange_end *end)
{
    if (!url || (file->url && strcmp(file->url, url) == 0)) {
        free(url);
        end->error = file->bad_link; /* nothing new */
        return FILE_OVER;
    }
    free(file->url);
    file->url = url;
    forget_hops(file);
    file->sink.whole_only = false; /* that was the old link */
    return FILE_ASK;
}

enum file_next job_file_renewed(struct job_file *file,
                                const struct luma_doc *task,
                                const char *base_url, struct exchange_end *end)
{
    struct task_source source = task_of_doc(task);
    struct task_value link;
    char *url = NULL;

    if (end->error.code == LUMA_OK && !task && end->unreadable)
        over(end, end->why, "the row of its task cannot be read");
    if (end->error.code != LUMA_OK && !task)
        return end->how == RETRY_CLASS_NEVER ? FILE_OVER : FILE_REPEAT;
    file->renewing = false;
    file->renewed = true;
    if (!task) {
        end->error = file->bad_link;
        luma_error_append(&end->error, "the gateway does not know its task");
        return FILE_OVER;
    }
    if (task_find_link(&source, file->what, &link) &&
        !file_url_read(&url, link.text, link.len, base_url))
        return over(end, LUMA_ERR_MEMORY, "");
    return use_link(file, url, end);
}

/* ---- progress ---------------------------------------------------------- */

void job_file_progress(const struct job_file *file,
                       struct luma_progress *progress)
{
    progress->bytes = atomic_load(&file->have);
    progress->total_bytes = atomic_load(&file->total);
    progress->rate = atomic_load(&file->rate);
}

static void measure(struct job_file *file, int64_t now)
{
    int64_t have = file->sink.received, ms = now - file->rate_since;
    double rate = (double)atomic_load(&file->rate);

    if (file->rate_since && have >= file->rate_from && ms < RATE_MS)
        return;
    if (file->rate_since && have >= file->rate_from) {
        double latest = (double)(have - file->rate_from) * 1000 / (double)ms;

        rate = rate > 0 ? 0.7 * rate + 0.3 * latest : latest;
        atomic_store(&file->rate, (unsigned long long)rate);
    }
    file->rate_since = now;
    file->rate_from = have;
}

bool job_file_look(struct job_file *file, int64_t now)
{
    int64_t have = file->sink.received;

    if (!file->open || file->renewing) /* the part may be another file's */
        return false;
    atomic_store(&file->have, (unsigned long long)have);
    atomic_store(&file->total, file->sink.state.total > 0
                                   ? (unsigned long long)file->sink.state.total
                                   : 0);
    measure(file, now);
    if (!file->wants_news || have == file->told_have ||
        now - file->told_at < NEWS_MS)
        return false;
    file->told_at = now;
    file->told_have = have;
    return true;
}
