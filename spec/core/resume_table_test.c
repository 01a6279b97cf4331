/* SPDX-License-Identifier: MIT */
/* Tests of resume.h and head.h: every line of the two tables, with every
 * ETag and with and without a Range asked for, and what lies on the disk after
 * each of these responses. */
#include "clip.h"

#include <unistd.h>

#include "check.h"

/* The columns of the first table. */
enum range { NONE, ALL, REST, OTHER, ODD };

static const struct range_case {
    enum range kind;
    const char *value, *second; /* of the header, and of another one */
    const char *type;
    int first, last; /* the bytes that really come */
} ranges[] = {
    {NONE, NULL, NULL, NULL, 0, 99},
    {ALL, "bytes 0-99/100", NULL, NULL, 0, 99},
    {ALL, "BYTES  0-99/100 ", NULL, NULL, 0, 99},
    {ALL, "bytes 0-99/100", "bytes 0-99/100", NULL, 0, 99},
    {REST, "bytes 39-99/100", NULL, NULL, 39, 99},
    {OTHER, "bytes 0-49/100", NULL, NULL, 0, 49},
    {OTHER, "bytes 1-99/100", NULL, NULL, 1, 99},
    {OTHER, "bytes 40-99/100", NULL, NULL, 40, 99},
    {OTHER, "bytes 39-98/100", NULL, NULL, 39, 98},
    {OTHER, "bytes 39-100/101", NULL, NULL, 39, 99},
    {OTHER, "bytes 0-99/*", NULL, NULL, 0, 99},
    {OTHER, "bytes */100", NULL, NULL, 0, -1},
    {OTHER, "bytes */*", NULL, NULL, 0, -1},
    {ODD, "bytes 99-39/100", NULL, NULL, 39, 99},
    {ODD, "bytes 0-100/100", NULL, NULL, 0, 99},
    {ODD, "octets 0-99/100", NULL, NULL, 0, 99},
    {ODD, "bytes=0-99/100", NULL, NULL, 0, 99},
    {ODD, "bytes 0-99/100, bytes 0-99/100", NULL, NULL, 0, 99},
    {ODD, "bytes 0-18446744073709551615/18446744073709551616", NULL, NULL, 0,
     99},
    {ODD, "bytes 0-99/100x", NULL, NULL, 0, 99},
    {ODD, "bytes -99/100", NULL, NULL, 1, 99},
    {ODD, "bytes 0-/100", NULL, NULL, 0, 99},
    {ODD, "bytes 0-99", NULL, NULL, 0, 99},
    {ODD, "bytes", NULL, NULL, 0, 99},
    {ODD, "", NULL, NULL, 0, 99},
    {ODD, "bytes 0-99/100", "bytes 0-49/50", NULL, 0, 99},
    {ODD, NULL, NULL, "multipart/byteranges; boundary=b", 0, 49},
};

/* `value` -1: none; -2: one that is odd. */
static const struct length_case {
    bool on_disk; /* what comes of it is looked at on the disk */
    int value;
    const char *text, *second;
} lengths[] = {
    {true, -1, NULL, NULL},
    {true, CLIP_SIZE, "100", NULL},
    {true, CLIP_SIZE - CLIP_ASKED, "61", NULL},
    {true, 50, "50", NULL},
    {true, -2, "100", "61"},
    {false, CLIP_SIZE, "100", "100"},
    {false, CLIP_SIZE, "100, 100", NULL},
    {false, -2, "100, 61", NULL},
    {false, -2, "100abc", NULL},
    {false, -2, "-100", NULL},
    {false, -2, "+100", NULL},
    {false, -2, "0x64", NULL},
    {false, -2, "", NULL},
    {false, -2, "100,", NULL},
    {false, -2, "99999999999999999999", NULL},
};

static const struct end_case {
    bool on_disk;
    enum head_end end;
    const char *coding;
} ends[] = {
    {true, HEAD_CLOSE, NULL},
    {false, HEAD_CLOSE, "identity"},
    {true, HEAD_MARKED, "Chunked"},
    {false, HEAD_MARKED, "identity, chunked"},
    {false, HEAD_CODED, "gzip, chunked"},
    {false, HEAD_CODED, "chunked, chunked"},
};

static const struct etag_case {
    bool on_disk;
    bool same; /* a strong one, of the part */
    const char *value, *second;
} etags[] = {
    {true, true, "\"v1\"", NULL},         {true, false, "\"v2\"", NULL},
    {false, true, "\"v1\"", "\"v1\""},    {false, false, "W/\"v1\"", NULL},
    {false, false, NULL, NULL},           {false, false, "\"v1\"", "\"v2\""},
    {false, false, "W/\"v1\"", "\"v1\""}, {false, false, "v1", NULL},
};

static const long statuses[] = {200, 206, 412, 416};

struct combination {
    long http;
    bool asked;
    const struct range_case *range;
    const struct length_case *length;
    const struct end_case *end;
    const struct etag_case *etag;
};

static void make_head(struct head *head, const struct combination *c)
{
    head_start(head, c->http);
    clip_add(head, "content-type",
             c->range->type ? c->range->type : "video/mp4");
    clip_add(head, "Content-Range", c->range->value);
    clip_add(head, "content-range ", c->range->second);
    clip_add(head, "CONTENT-LENGTH", c->length->text);
    clip_add(head, "Content-Length", c->length->second);
    clip_add(head, "Transfer-Encoding", c->end->coding);
    clip_add(head, "ETag", c->etag->value);
    clip_add(head, "Etag", c->etag->second);
    clip_add(head, "X-Content-Range", "bytes 0-0/1");
}

/* ---- what is expected -------------------------------------------------- */

/* The first table, in the words of its cells. */
static enum resume_body expected_range(const struct combination *c)
{
    enum range kind = c->range->kind;
    bool goes_on = c->asked && c->etag->same;

    if (c->http >= 300)
        return RESUME_NO_RANGE;
    if (kind == ODD || (kind == NONE && c->http == 206))
        return RESUME_BAD_RANGE;
    if (kind == NONE || kind == ALL)
        return RESUME_WHOLE;
    return kind == REST && c->http == 206 && goes_on ? RESUME_REST
                                                     : RESUME_SLICE;
}

/* The second one. */
static enum resume_body expected(const struct combination *c)
{
    enum resume_body body = expected_range(c);
    int right = c->range->kind == NONE   ? c->length->value
                : c->range->kind == REST ? CLIP_SIZE - CLIP_ASKED
                                         : CLIP_SIZE;

    if (body != RESUME_WHOLE && body != RESUME_REST)
        return body;
    if (c->end->end == HEAD_CODED)
        return RESUME_BAD_CODING;
    if (c->length->value == -2)
        return RESUME_BAD_LENGTH;
    if (c->length->value >= 0)
        return c->length->value == right ? body : RESUME_NO_MATCH;
    return c->range->kind == NONE && c->end->end == HEAD_CLOSE ? RESUME_ENDLESS
                                                               : body;
}

static bool is_taken(enum resume_body body)
{
    return body == RESUME_WHOLE || body == RESUME_REST;
}

/* ---- what comes of it -------------------------------------------------- */

static bool has_whole_file(void)
{
    char bytes[CLIP_SIZE + 1];
    FILE *file = fopen(clip_path, "rb");
    size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;

    if (file)
        fclose(file);
    return n == CLIP_SIZE && memcmp(bytes, clip_content, CLIP_SIZE) == 0;
}

/* The body comes as the range says. True: there is a file now. */
static bool take(struct resume *d, const struct range_case *range,
                 struct luma_error *error)
{
    int64_t from = d->start_checked ? d->received : 0;
    size_t n = (size_t)(range->last - range->first + 1);

    insist(from == 0 || from == CLIP_ASKED, "where the body begins");
    return resume_write(d, clip_content + range->first, n, error) &&
           resume_finish(d, "clip", false, error);
}

/* The response comes, and once more if that is wanted. */
static void check_disk(const struct combination *c, const struct head *head,
                       enum resume_body body)
{
    struct luma_error error;
    struct resume d;
    char range[RESUME_RANGE];
    enum resume_verdict verdict;
    bool odd = !is_taken(body) && body != RESUME_ENDLESS;

    clip_open(&d, c->asked);
    verdict = resume_begin(&d, head, &error);
    insist((verdict == RESUME_TAKE) == is_taken(body), "it is taken");
    insist((verdict == RESUME_AGAIN) == (odd && (c->asked || c->http < 300)),
           "it is asked for again");
    if (verdict == RESUME_AGAIN) {
        insist(d.received == (c->asked ? CLIP_HAVE : 0),
               "the part is still there");
        insist(!resume_ask(&d, range), "without a Range");
        verdict = resume_begin(&d, head, &error);
        insist(verdict != RESUME_AGAIN, "but not twice");
    }
    if (verdict == RESUME_REFUSE)
        insist(error.code ==
                   (body == RESUME_ENDLESS ? LUMA_ERR_REPLY : LUMA_ERR_LINK),
               "the code of a refusal");
    else if (take(&d, c->range, &error))
        insist(has_whole_file(), "the file is whole");
    else
        insist(access(clip_path, F_OK) != 0, "or it is not there");
    resume_close(&d);
    unlink(clip_path);
}

static void check(const struct combination *c)
{
    struct part_state part = {
        .key = CLIP_KEY, .total = CLIP_SIZE, .etag = "\"v1\""};
    enum resume_body body = expected(c);
    char name[200];
    struct head head;

    snprintf(name, sizeof name, "%ld, %s, range %s, length %s, etag %s, %d",
             c->http, c->asked ? "asked" : "not asked",
             c->range->value ? c->range->value : "-",
             c->length->text ? c->length->text : "-",
             c->etag->value ? c->etag->value : "-", c->end->end);
    check_case = name;
    make_head(&head, c);
    CHECK_INT(head.end, c->end->end);
    CHECK_INT(resume_judge(&head, c->asked ? CLIP_ASKED : 0, &part), body);
    if (c->length->on_disk && c->end->on_disk && c->etag->on_disk)
        check_disk(c, &head, body);
    check_case = "";
}

static void test_tables(void)
{
    size_t n = COUNT(statuses) * 2 * COUNT(ranges) * COUNT(lengths) *
               COUNT(ends) * COUNT(etags);
    size_t i;

    for (i = 0; i < n; i++) {
        struct combination c;
        size_t rest = i;

        c.http = statuses[rest % COUNT(statuses)];
        rest /= COUNT(statuses);
        c.asked = rest % 2;
        rest /= 2;
        c.range = &ranges[rest % COUNT(ranges)];
        rest /= COUNT(ranges);
        c.length = &lengths[rest % COUNT(lengths)];
        rest /= COUNT(lengths);
        c.end = &ends[rest % COUNT(ends)];
        c.etag = &etags[rest / COUNT(ends)];
        check(&c);
    }
}

int main(void)
{
    clip_start();
    test_tables();
    clip_end();
    return check_done();
}
