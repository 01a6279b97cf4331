/* SPDX-License-Identifier: MIT */
/* Which bytes may stand in one file: those of one representation, and all of
 * them. */
#include "download.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "media.h"

static bool refuse(struct luma_error *error, enum luma_status code,
                   const char *detail)
{
    status_set(error, code);
    status_detail(error, "%s", detail);
    return false;
}

/* ---- life -------------------------------------------------------------- */

static void forget(struct download *d)
{
    d->have = d->asked = 0;
    d->state.total = -1;
    d->state.etag[0] = '\0';
    d->checked = d->spoilt = false;
}

bool download_restart(struct download *d, struct luma_error *error)
{
    forget(d);
    return part_empty(&d->part, error);
}

bool download_open(struct download *d, const char *dir, const char *name,
                   uint64_t key, uint64_t max, struct luma_error *error)
{
    bool good;

    *d = (struct download){.max = max};
    good = part_open(&d->part, dir, name, error);
    if (good && (!part_read_state(&d->part, &d->state, &d->have) ||
                 d->state.key != key))
        good = download_restart(d, error);
    d->state.key = key;
    if (!good)
        download_close(d);
    return good;
}

void download_close(struct download *d)
{
    part_close(&d->part, d->spoilt || !*d->state.etag || d->have < 2);
    *d = (struct download){.have = 0};
}

bool download_set_key(struct download *d, uint64_t key,
                      struct luma_error *error)
{
    bool same = d->state.key == key;

    d->state.key = key;
    return same || download_restart(d, error);
}

/* ---- replies ----------------------------------------------------------- */

bool download_ask(struct download *d, char range[DOWNLOAD_RANGE])
{
    d->asked = *d->state.etag && d->have > 1 ? d->have - 1 : 0;
    snprintf(range, DOWNLOAD_RANGE, "bytes=%" PRId64 "-", d->asked);
    return d->asked > 0;
}

/* A validator that vouches for every byte, and can be written down. */
static bool is_strong(const char *etag)
{
    size_t n = etag ? strlen(etag) : 0, i;

    if (n < 3 || n >= PART_ETAG || etag[0] != '"' || etag[n - 1] != '"')
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

    return head->range && head->etag &&
           strcmp(head->etag, d->state.etag) == 0 && strlen(head->range) < 80 &&
           sscanf(head->range,
                  "bytes %18" SCNd64 "-%18" SCNd64 "/%18" SCNd64 "%n", &first,
                  &last, &total, &end) == 3 &&
           !head->range[end] && first == d->asked && last == total - 1 &&
           total == d->state.total &&
           (head->length < 0 || head->length == total - first);
}

/* A reply with the whole file. */
static bool start(struct download *d, const struct download_head *head,
                  struct luma_error *error)
{
    if (!download_restart(d, error))
        return false;
    d->state.total = head->length;
    if (head->length == 0)
        return refuse(error, LUMA_LINK, "what it leads to is empty");
    if (d->max && d->state.total > 0 && (uint64_t)d->state.total > d->max)
        return refuse(error, LUMA_TOO_LARGE, "the file is over max_bytes");
    if (is_strong(head->etag) && d->state.total > 0)
        strcpy(d->state.etag, head->etag);
    part_write_state(&d->part, &d->state);
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
    if (d->max && (uint64_t)d->state.total > d->max) {
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
    if (d->state.total >= 0 && (uint64_t)d->have + n > (uint64_t)d->state.total)
        return refuse(error, LUMA_REPLY, "more came than was announced");
    if (!check_start(d, bytes, n, error))
        return false;
    if (!part_write(&d->part, bytes, n, d->have, error))
        return false;
    d->have += (int64_t)n;
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

bool download_finish(struct download *d, const char *name, bool sync,
                     struct luma_error *error)
{
    if (d->state.total >= 0 && d->have != d->state.total) {
        status_set(error, LUMA_TRUNCATED);
        return false;
    }
    d->spoilt = !check_whole(d, error) ||
                !part_commit(&d->part, name, sync, error);
    d->state.total = d->have;
    return !d->spoilt;
}
