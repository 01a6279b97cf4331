/* SPDX-License-Identifier: MIT */
/* The two tables of resume.h, and the actions for their results. */
#include "file/resume.h"

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

/* ---- opening and closing ------------------------------------------------ */

static void forget(struct resume *r)
{
    r->received = r->asked = 0;
    r->state.total = -1;
    r->state.etag[0] = '\0';
    r->start_checked = r->unusable = false;
}

bool resume_restart(struct resume *r, struct luma_error *error)
{
    forget(r);
    return part_empty(&r->part, error);
}

bool resume_open(struct resume *r, const char *dir, const char *name,
                 const char *final, uint64_t max, struct luma_error *error)
{
    *r = (struct resume){.max = max};
    if (!part_open(&r->part, dir, name, final, error)) {
        resume_close(r);
        return false;
    }
    if (!part_read_state(&r->part, &r->state, &r->received)) {
        r->state.key = 0; /* no source: any key empties the part */
        forget(r);
    }
    return true;
}

bool resume_set_key(struct resume *r, uint64_t key, struct luma_error *error)
{
    bool same = r->state.key == key;

    r->state.key = key;
    return same || resume_restart(r, error);
}

void resume_close(struct resume *r)
{
    bool keep = !r->unusable && *r->state.etag && r->received > 1;

    part_close(&r->part, keep ? &r->state : NULL);
    *r = (struct resume){.received = 0};
}

/* ---- the tables -------------------------------------------------------- */

/* The columns of the first table. */
enum range_kind {
    RANGE_NONE,
    RANGE_ALL,
    RANGE_REST,
    RANGE_OTHER,
    RANGE_INVALID,
    RANGE_KINDS
};

static enum range_kind kind_of_range(const struct head *head, int64_t asked,
                                     const struct part_state *part)
{
    if (head->parts || head->range == HEAD_INVALID)
        return RANGE_INVALID;
    if (head->range == HEAD_ABSENT)
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

static enum resume_body judge_range(const struct head *head,
                                    enum range_kind kind)
{
    static const enum resume_body table[3][RANGE_KINDS] = {
        {RESUME_WHOLE, RESUME_WHOLE, RESUME_SLICE, RESUME_SLICE,
         RESUME_BAD_RANGE},
        {RESUME_BAD_RANGE, RESUME_WHOLE, RESUME_REST, RESUME_SLICE,
         RESUME_BAD_RANGE},
        {RESUME_NO_RANGE, RESUME_NO_RANGE, RESUME_NO_RANGE, RESUME_NO_RANGE,
         RESUME_NO_RANGE},
    };

    return table[head->http_status == 200   ? 0
                 : head->http_status == 206 ? 1
                                            : 2][kind];
}

/* The columns of the second table. */
enum length_kind {
    LENGTH_UNKNOWN,
    LENGTH_KNOWN,
    LENGTH_RIGHT,
    LENGTH_WRONG,
    LENGTH_INVALID,
    LENGTH_KINDS
};

static enum length_kind kind_of_length(const struct head *head)
{
    bool known = head->range == HEAD_VALID;

    if (head->length_presence == HEAD_INVALID)
        return LENGTH_INVALID;
    if (head->length_presence == HEAD_ABSENT)
        return known ? LENGTH_KNOWN : LENGTH_UNKNOWN;
    return !known || head->length == head->total - head->first ? LENGTH_RIGHT
                                                               : LENGTH_WRONG;
}

/* RESUME_WHOLE stands for "take it" here. */
static enum resume_body judge_length(const struct head *head)
{
    static const enum resume_body table[][LENGTH_KINDS] = {
        [HEAD_MARKED] = {RESUME_WHOLE, RESUME_WHOLE, RESUME_WHOLE,
                         RESUME_NO_MATCH, RESUME_BAD_LENGTH},
        [HEAD_CLOSE] = {RESUME_ENDLESS, RESUME_WHOLE, RESUME_WHOLE,
                        RESUME_NO_MATCH, RESUME_BAD_LENGTH},
        [HEAD_CODED] = {RESUME_BAD_CODING, RESUME_BAD_CODING, RESUME_BAD_CODING,
                        RESUME_BAD_CODING, RESUME_BAD_CODING},
    };

    return table[head->end][kind_of_length(head)];
}

enum resume_body resume_judge(const struct head *head, int64_t asked,
                              const struct part_state *part)
{
    enum resume_body body = judge_range(head, kind_of_range(head, asked, part));
    enum resume_body length = judge_length(head);

    return (body == RESUME_WHOLE || body == RESUME_REST) &&
                   length != RESUME_WHOLE
               ? length
               : body;
}

/* ---- responses --------------------------------------------------------- */

bool resume_ask(struct resume *r, char range[RESUME_RANGE])
{
    bool resumes = *r->state.etag && r->received > 1 && !r->whole_only;

    r->asked = resumes ? r->received - 1 : 0;
    snprintf(range, RESUME_RANGE, "bytes=%" PRId64 "-", r->asked);
    return r->asked > 0;
}

static bool refuse_kind(struct luma_error *error, enum media_kind kind)
{
    return refuse(error, LUMA_ERR_LINK,
                  kind == MEDIA_PLAYLIST
                      ? "it returns a playlist, not a video"
                      : "it returns a page or a message, not a file");
}

/* Rejects a page, a playlist and an encoded body. */
static bool check_shape(const struct head *head, struct luma_error *error)
{
    if (head->kind != MEDIA_FILE)
        return refuse_kind(error, head->kind);
    if (!*head->coding)
        return true;
    luma_error_set(error, LUMA_ERR_REPLY);
    luma_error_append(
        error, "the server used the encoding %s, which was not requested",
        head->coding);
    error->retryable = false;
    return false;
}

/* Allows one more response, except after a 416 to a request without a Range. */
static enum resume_verdict ask_again(struct resume *r, enum resume_body body,
                                     struct luma_error *error)
{
    static const char *const words[] = {
        [RESUME_SLICE] = "it returns a part of the file, not all of it",
        [RESUME_NO_RANGE] = "it says that there is no such range",
        [RESUME_BAD_RANGE] = "it does not say clearly which bytes it returns",
        [RESUME_BAD_LENGTH] = "its Content-Length is not one number",
        [RESUME_NO_MATCH] = "its Content-Length and Content-Range do not match",
        [RESUME_BAD_CODING] = "its Transfer-Encoding is not chunked",
        [RESUME_BAD_HEAD] = "one of its headers is not valid",
    };

    if (!r->whole_only && (body != RESUME_NO_RANGE || r->asked)) {
        r->whole_only = true;
        return RESUME_AGAIN;
    }
    refuse(error, LUMA_ERR_LINK, words[body]);
    return RESUME_REFUSE;
}

static bool check_size(const struct resume *r, int64_t total,
                       struct luma_error *error)
{
    return !r->max || total < 0 || (uint64_t)total <= r->max ||
           refuse(error, LUMA_ERR_TOO_LARGE, "the file is over max_bytes");
}

/* Prepares for the whole file. The part does not change before the first bytes
 * of the body are checked. */
static bool begin_whole(struct resume *r, const struct head *head,
                        struct luma_error *error)
{
    struct part_state *next_state = &r->next_state;

    *next_state = (struct part_state){.key = r->state.key, .total = -1};
    if (head->range == HEAD_VALID)
        next_state->total = head->total;
    else if (head->length_presence == HEAD_VALID)
        next_state->total = head->length;
    if (next_state->total > 0)
        strcpy(next_state->etag, head->etag);
    r->start_checked = r->overlaps = false;
    r->sniffer = (struct media_sniffer){0};
    r->held_len = 0;
    return next_state->total != 0 ||
           refuse(error, LUMA_ERR_LINK, "the file is empty");
}

/* Prepares for writing the body: where it begins, and how large the file is. */
static bool begin_body(struct resume *r, const struct head *head,
                       enum resume_body body, struct luma_error *error)
{
    r->whole_only = false;
    if (body == RESUME_WHOLE || *head->type)
        strcpy(r->media_type, head->type); /* else it is that of the part */
    if (body == RESUME_WHOLE)
        return begin_whole(r, head, error) &&
               check_size(r, r->next_state.total, error);
    r->received = r->asked;
    r->start_checked = true; /* the part's first bytes were checked before */
    r->overlaps = true;
    part_write_state(&r->part, &r->state);
    return check_size(r, r->state.total, error);
}

enum resume_verdict resume_begin(struct resume *r, const struct head *head,
                                 struct luma_error *error)
{
    enum resume_body body = resume_judge(head, r->asked, &r->state);

    if (head->http_status < 300 && !check_shape(head, error))
        return RESUME_REFUSE;
    if (body == RESUME_ENDLESS) {
        refuse(error, LUMA_ERR_REPLY,
               "the response has neither a length nor chunks");
        return RESUME_REFUSE;
    }
    if (body != RESUME_WHOLE && body != RESUME_REST)
        return ask_again(r, body, error);
    return begin_body(r, head, body, error) ? RESUME_TAKE : RESUME_REFUSE;
}

enum resume_verdict resume_refuse_head(struct resume *r,
                                       struct luma_error *error)
{
    return ask_again(r, RESUME_BAD_HEAD, error);
}

/* The first bytes are those of a file, so the part is emptied for them. */
static bool adopt(struct resume *r, struct luma_error *error)
{
    if (!resume_restart(r, error))
        return false;
    r->state = r->next_state;
    part_write_state(&r->part, &r->state);
    r->start_checked = true;
    return true;
}

static bool append(struct resume *r, const char *bytes, size_t n,
                   struct luma_error *error)
{
    if (!part_write(&r->part, bytes, n, r->received, error))
        return false;
    r->received += (int64_t)n;
    return true;
}

/* Holds back the first bytes until their kind is known. */
static bool write_start(struct resume *r, const char *bytes, size_t n,
                        struct luma_error *error)
{
    enum media_kind kind = media_sniff(&r->sniffer, bytes, n);

    if (kind == MEDIA_UNKNOWN && n <= sizeof r->held - r->held_len) {
        memcpy(r->held + r->held_len, bytes, n);
        r->held_len += n;
        return true;
    }
    if (kind != MEDIA_FILE)
        return refuse_kind(error, kind);
    r->unusable = !adopt(r, error);
    return !r->unusable && append(r, r->held, r->held_len, error) &&
           append(r, bytes, n, error);
}

/* The first byte of the rest is the last one of the part. */
static bool check_overlap(struct resume *r, char first)
{
    bool same = !r->overlaps || part_has(&r->part, first, r->received);

    r->overlaps = false;
    return same;
}

bool resume_write(struct resume *r, const char *bytes, size_t n,
                  struct luma_error *error)
{
    const struct part_state *state = r->start_checked ? &r->state
                                                      : &r->next_state;
    uint64_t received = r->start_checked ? (uint64_t)r->received : r->held_len;

    if (r->max && received + n > r->max)
        refuse(error, LUMA_ERR_TOO_LARGE, "the file is over max_bytes");
    else if (state->total >= 0 && received + n > (uint64_t)state->total)
        refuse(error, LUMA_ERR_REPLY, "the response is longer than announced");
    else if (!r->start_checked)
        return write_start(r, bytes, n, error);
    else if (n > 0 && !check_overlap(r, *bytes))
        refuse(error, LUMA_ERR_REPLY, "it is not the rest of the same file");
    else
        return append(r, bytes, n, error);
    r->unusable = r->start_checked;
    return false;
}

/* ---- the end ----------------------------------------------------------- */

/* The body has ended before its kind was known. */
static bool refuse_short(const struct resume *r, struct luma_error *error)
{
    return refuse(error, LUMA_ERR_LINK,
                  r->held_len ? "its body is too short to be a file"
                              : "the file is empty");
}

bool resume_finish(struct resume *r, const char *name, bool sync,
                   struct luma_error *error)
{
    int64_t total = r->start_checked ? r->state.total : r->next_state.total;
    int64_t received = r->start_checked ? r->received : (int64_t)r->held_len;

    if (total >= 0 && received != total) {
        luma_error_set(error, LUMA_ERR_TRUNCATED);
        return false;
    }
    if (!r->start_checked)
        return refuse_short(r, error);
    if (!part_commit(&r->part, name, sync, error))
        return false;
    r->state.total = r->received;
    return true;
}
