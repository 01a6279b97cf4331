/* SPDX-License-Identifier: MIT */
/* The two tables of download.h, and what follows from what they say. */
#include "file/download.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool refuse(struct luma_error *error, enum luma_code code,
                   const char *detail)
{
    luma_error_set(error, code);
    luma_error_append(error, "%s", detail);
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
                   uint64_t max, struct luma_error *error)
{
    *d = (struct download){.max = max};
    if (!part_open(&d->part, dir, name, error)) {
        download_close(d);
        return false;
    }
    if (!part_read_state(&d->part, &d->state, &d->have)) {
        d->state.key = 0; /* of nothing: the part is emptied for any key */
        forget(d);
    }
    return true;
}

bool download_set_key(struct download *d, uint64_t key,
                      struct luma_error *error)
{
    bool same = d->state.key == key;

    d->state.key = key;
    return same || download_restart(d, error);
}

void download_close(struct download *d)
{
    part_close(&d->part, d->spoilt || !*d->state.etag || d->have < 2);
    *d = (struct download){.have = 0};
}

/* ---- the tables -------------------------------------------------------- */

/* The columns of the first table. */
enum range_kind {
    RANGE_NONE,
    RANGE_ALL,
    RANGE_REST,
    RANGE_OTHER,
    RANGE_ODD,
    RANGE_KINDS
};

static enum range_kind range_kind(const struct head *head, int64_t asked,
                                  const struct part_state *part)
{
    if (head->parts || head->range == HEAD_ODD)
        return RANGE_ODD;
    if (head->range == HEAD_NOTHING)
        return RANGE_NONE;
    if (head->first < 0 || head->last != head->total - 1)
        return RANGE_OTHER;
    if (head->first == 0)
        return RANGE_ALL;
    return asked && head->first == asked && head->total == part->total &&
                   *head->etag && strcmp(head->etag, part->etag) == 0
               ? RANGE_REST
               : RANGE_OTHER;
}

static enum download_body judge_range(const struct head *head,
                                      enum range_kind kind)
{
    static const enum download_body table[3][RANGE_KINDS] = {
        {DOWNLOAD_WHOLE, DOWNLOAD_WHOLE, DOWNLOAD_SLICE, DOWNLOAD_SLICE,
         DOWNLOAD_BAD_RANGE},
        {DOWNLOAD_BAD_RANGE, DOWNLOAD_WHOLE, DOWNLOAD_REST, DOWNLOAD_SLICE,
         DOWNLOAD_BAD_RANGE},
        {DOWNLOAD_NO_RANGE, DOWNLOAD_NO_RANGE, DOWNLOAD_NO_RANGE,
         DOWNLOAD_NO_RANGE, DOWNLOAD_NO_RANGE},
    };

    return table[head->http == 200 ? 0 : head->http == 206 ? 1 : 2][kind];
}

/* The columns of the second table. */
enum length_kind {
    LENGTH_UNKNOWN,
    LENGTH_KNOWN,
    LENGTH_RIGHT,
    LENGTH_WRONG,
    LENGTH_ODD,
    LENGTH_KINDS
};

static enum length_kind length_kind(const struct head *head)
{
    bool known = head->range == HEAD_VALUE;

    if (head->has_length == HEAD_ODD)
        return LENGTH_ODD;
    if (head->has_length == HEAD_NOTHING)
        return known ? LENGTH_KNOWN : LENGTH_UNKNOWN;
    return !known || head->length == head->total - head->first ? LENGTH_RIGHT
                                                               : LENGTH_WRONG;
}

/* DOWNLOAD_WHOLE stands for "take it". */
static enum download_body judge_length(const struct head *head)
{
    static const enum download_body table[][LENGTH_KINDS] = {
        [HEAD_MARKED] = {DOWNLOAD_WHOLE, DOWNLOAD_WHOLE, DOWNLOAD_WHOLE,
                         DOWNLOAD_NO_MATCH, DOWNLOAD_BAD_LENGTH},
        [HEAD_CLOSE] = {DOWNLOAD_ENDLESS, DOWNLOAD_WHOLE, DOWNLOAD_WHOLE,
                        DOWNLOAD_NO_MATCH, DOWNLOAD_BAD_LENGTH},
        [HEAD_CODED] = {DOWNLOAD_BAD_CODING, DOWNLOAD_BAD_CODING,
                        DOWNLOAD_BAD_CODING, DOWNLOAD_BAD_CODING,
                        DOWNLOAD_BAD_CODING},
    };

    return table[head->end][length_kind(head)];
}

enum download_body download_judge(const struct head *head, int64_t asked,
                                  const struct part_state *part)
{
    enum download_body body = judge_range(head, range_kind(head, asked, part));
    enum download_body length = judge_length(head);

    return (body == DOWNLOAD_WHOLE || body == DOWNLOAD_REST) &&
                   length != DOWNLOAD_WHOLE
               ? length
               : body;
}

/* ---- responses --------------------------------------------------------- */

bool download_ask(struct download *d, char range[DOWNLOAD_RANGE])
{
    bool resumes = *d->state.etag && d->have > 1 && !d->doubted;

    d->asked = resumes ? d->have - 1 : 0;
    snprintf(range, DOWNLOAD_RANGE, "bytes=%" PRId64 "-", d->asked);
    return d->asked > 0;
}

static bool refuse_kind(struct luma_error *error, enum media_kind kind)
{
    return refuse(error, LUMA_ERR_LINK,
                  kind == MEDIA_PLAYLIST
                      ? "it gives a playlist, not a video"
                      : "it gives a page or a message, not a file");
}

/* What no response with a file may be. */
static bool check_shape(const struct head *head, struct luma_error *error)
{
    if (head->kind != MEDIA_FILE)
        return refuse_kind(error, head->kind);
    if (!*head->coding)
        return true;
    luma_error_set(error, LUMA_ERR_REPLY);
    luma_error_append(error, "it is encoded as %s, though not asked to",
                      head->coding);
    error->retryable = false;
    return false;
}

/* One response more may be tried, if it is not about a range that nobody asked
 * for. */
static enum download_verdict doubt(struct download *d, enum download_body body,
                                   struct luma_error *error)
{
    static const char *const words[] = {
        [DOWNLOAD_SLICE] = "it gives a part of the file, not all of it",
        [DOWNLOAD_NO_RANGE] = "it says that there is no such range",
        [DOWNLOAD_BAD_RANGE] = "it does not say clearly which bytes it gives",
        [DOWNLOAD_BAD_LENGTH] = "its Content-Length is not one number",
        [DOWNLOAD_NO_MATCH] =
            "its Content-Length and Content-Range do not match",
        [DOWNLOAD_BAD_CODING] = "its Transfer-Encoding is not chunked",
    };

    if (!d->doubted && (body != DOWNLOAD_NO_RANGE || d->asked)) {
        d->doubted = true;
        return DOWNLOAD_AGAIN;
    }
    refuse(error, LUMA_ERR_LINK, words[body]);
    return DOWNLOAD_REFUSE;
}

static bool check_size(const struct download *d, int64_t total,
                       struct luma_error *error)
{
    return !d->max || total < 0 || (uint64_t)total <= d->max ||
           refuse(error, LUMA_ERR_TOO_LARGE, "the file is over max_bytes");
}

/* A response with the whole file, which the part does not become before its
 * first bytes are checked. */
static bool begin_whole(struct download *d, const struct head *head,
                        struct luma_error *error)
{
    struct part_state *next = &d->next;

    *next = (struct part_state){.key = d->state.key, .total = -1};
    if (head->range == HEAD_VALUE)
        next->total = head->total;
    else if (head->has_length == HEAD_VALUE)
        next->total = head->length;
    if (next->total > 0)
        strcpy(next->etag, head->etag);
    d->checked = false;
    d->start = (struct media_sniffer){0};
    d->held_len = 0;
    return next->total != 0 ||
           refuse(error, LUMA_ERR_LINK, "what it leads to is empty");
}

/* The body will be written: where it begins, and how much there is. */
static bool begin_body(struct download *d, const struct head *head,
                       enum download_body body, struct luma_error *error)
{
    d->doubted = false;
    strcpy(d->type, head->type);
    if (body == DOWNLOAD_WHOLE)
        return begin_whole(d, head, error) &&
               check_size(d, d->next.total, error);
    d->have = d->asked;
    d->checked = true; /* those of the part */
    return check_size(d, d->state.total, error);
}

enum download_verdict download_begin(struct download *d,
                                     const struct head *head,
                                     struct luma_error *error)
{
    enum download_body body = download_judge(head, d->asked, &d->state);

    if (head->http < 300 && !check_shape(head, error))
        return DOWNLOAD_REFUSE;
    if (body == DOWNLOAD_ENDLESS) {
        refuse(error, LUMA_ERR_REPLY, "it does not say where it ends");
        return DOWNLOAD_REFUSE;
    }
    if (body != DOWNLOAD_WHOLE && body != DOWNLOAD_REST)
        return doubt(d, body, error);
    return begin_body(d, head, body, error) ? DOWNLOAD_TAKE : DOWNLOAD_REFUSE;
}

/* The body's first bytes are those of a file: the part is theirs now. */
static bool adopt(struct download *d, struct luma_error *error)
{
    if (!download_restart(d, error))
        return false;
    d->state = d->next;
    part_write_state(&d->part, &d->state);
    d->checked = true;
    return true;
}

static bool append(struct download *d, const char *bytes, size_t n,
                   struct luma_error *error)
{
    if (!part_write(&d->part, bytes, n, d->have, error))
        return false;
    d->have += (int64_t)n;
    return true;
}

/* The body's first bytes are held back until it is known what they are. */
static bool write_start(struct download *d, const char *bytes, size_t n,
                        struct luma_error *error)
{
    enum media_kind kind = media_sniff(&d->start, bytes, n);

    if (kind == MEDIA_UNKNOWN && n <= sizeof d->held - d->held_len) {
        memcpy(d->held + d->held_len, bytes, n);
        d->held_len += n;
        return true;
    }
    if (kind != MEDIA_FILE)
        return refuse_kind(error, kind);
    d->spoilt = !adopt(d, error) || !append(d, d->held, d->held_len, error) ||
                !append(d, bytes, n, error);
    return !d->spoilt;
}

bool download_write(struct download *d, const char *bytes, size_t n,
                    struct luma_error *error)
{
    const struct part_state *state = d->checked ? &d->state : &d->next;
    uint64_t have = d->checked ? (uint64_t)d->have : d->held_len;

    if (d->max && have + n > d->max)
        refuse(error, LUMA_ERR_TOO_LARGE, "the file is over max_bytes");
    else if (state->total >= 0 && have + n > (uint64_t)state->total)
        refuse(error, LUMA_ERR_REPLY, "more came than was announced");
    else if (!d->checked)
        return write_start(d, bytes, n, error);
    else if (append(d, bytes, n, error))
        return true;
    d->spoilt = d->checked;
    return false;
}

/* ---- the end ----------------------------------------------------------- */

/* The body has ended before it was known what it is. */
static bool refuse_start(const struct download *d, struct luma_error *error)
{
    return refuse(error, LUMA_ERR_LINK,
                  d->held_len ? "its body is too short to be a file"
                              : "what it leads to is empty");
}

bool download_finish(struct download *d, const char *name, bool sync,
                     struct luma_error *error)
{
    int64_t total = d->checked ? d->state.total : d->next.total;
    int64_t have = d->checked ? d->have : (int64_t)d->held_len;

    if (total >= 0 && have != total) {
        luma_error_set(error, LUMA_ERR_TRUNCATED);
        return false;
    }
    if (!d->checked)
        return refuse_start(d, error);
    d->spoilt = !part_commit(&d->part, name, sync, error);
    d->state.total = d->have;
    return !d->spoilt;
}
