/* SPDX-License-Identifier: MIT */
/* Tests of resume.h and head.h: every line of the two tables, with every
 * ETag and with and without a Range asked for, and what lies on the disk after
 * each of these responses. The file has 100 bytes, the part 40 of them, so
 * that a Range begins at 39. */
#include "file/resume.h"

#include <stdlib.h>
#include <unistd.h>

#include "check.h"

enum { SIZE = 100, HAVE = 40, ASKED = HAVE - 1, KEY = 7 };

static char folder[] = "/tmp/luma-test-XXXXXX";
static char path[sizeof folder + 20];
static char content[SIZE];

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
    {true, SIZE, "100", NULL},
    {true, SIZE - ASKED, "61", NULL},
    {true, 50, "50", NULL},
    {true, -2, "100", "61"},
    {false, SIZE, "100", "100"},
    {false, SIZE, "100, 100", NULL},
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
    bool http2;
} ends[] = {
    {true, HEAD_CLOSE, NULL, false},
    {false, HEAD_CLOSE, "identity", false},
    {true, HEAD_MARKED, "Chunked", false},
    {false, HEAD_MARKED, NULL, true},
    {false, HEAD_CODED, "gzip, chunked", false},
    {false, HEAD_CODED, "chunked, chunked", false},
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

static void add(struct head *head, const char *name, const char *value)
{
    if (value)
        head_add(head, name, value);
}

static void make_head(struct head *head, const struct combination *c)
{
    head_start(head, c->http, c->end->http2);
    add(head, "content-type", c->range->type ? c->range->type : "video/mp4");
    add(head, "Content-Range", c->range->value);
    add(head, "content-range ", c->range->second);
    add(head, "CONTENT-LENGTH", c->length->text);
    add(head, "Content-Length", c->length->second);
    add(head, "Transfer-Encoding", c->end->coding);
    add(head, "ETag", c->etag->value);
    add(head, "Etag", c->etag->second);
    add(head, "X-Content-Range", "bytes 0-0/1");
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
                : c->range->kind == REST ? SIZE - ASKED
                                         : SIZE;

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

/* Opens a download which has 40 bytes where a Range is to be asked for. */
static void open_download(struct resume *d, bool with_part)
{
    struct luma_error error;
    struct head head;
    char range[RESUME_RANGE];

    must(resume_open(d, folder, "clip", 0, &error) &&
         resume_set_key(d, KEY + 1, &error) && /* an older part is emptied */
         resume_set_key(d, KEY, &error));
    if (with_part) {
        head_start(&head, 200, false);
        head_add(&head, "Content-Length", "100");
        head_add(&head, "ETag", "\"v1\"");
        must(!resume_ask(d, range) &&
             resume_begin(d, &head, &error) == RESUME_TAKE &&
             resume_write(d, content, HAVE, &error));
    }
    insist(resume_ask(d, range) == with_part, "a Range is asked for");
    insist(d->asked == (with_part ? ASKED : 0), "where the part ends");
}

static bool has_whole_file(void)
{
    char bytes[SIZE + 1];
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;

    if (file)
        fclose(file);
    return n == SIZE && memcmp(bytes, content, SIZE) == 0;
}

/* The body comes as the range says. True: there is a file now. */
static bool take(struct resume *d, const struct range_case *range,
                 struct luma_error *error)
{
    int64_t from = d->start_checked ? d->received : 0;
    size_t n = (size_t)(range->last - range->first + 1);

    insist(from == 0 || from == ASKED, "where the body begins");
    return resume_write(d, content + range->first, n, error) &&
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

    open_download(&d, c->asked);
    verdict = resume_begin(&d, head, &error);
    insist((verdict == RESUME_TAKE) == is_taken(body), "it is taken");
    insist((verdict == RESUME_AGAIN) == (odd && (c->asked || c->http < 300)),
           "it is asked for again");
    if (verdict == RESUME_AGAIN) {
        insist(d.received == (c->asked ? HAVE : 0), "the part is still there");
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
        insist(access(path, F_OK) != 0, "or it is not there");
    resume_close(&d);
    unlink(path);
}

static void check(const struct combination *c)
{
    struct part_state part = {.key = KEY, .total = SIZE, .etag = "\"v1\""};
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
    CHECK_INT(resume_judge(&head, c->asked ? ASKED : 0, &part), body);
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

/* ---- what stands beside the tables ------------------------------------- */

static void test_codings(void)
{
    static const struct {
        const char *value, *second, *refused; /* "": none is */
    } rows[] = {
        {"", NULL, ""},
        {"identity", NULL, ""},
        {"None", NULL, ""},
        {"binary", NULL, ""},
        {"aws-chunked", NULL, ""},
        {"aws-chunked, identity", NULL, ""},
        {"AWS-Chunked,", "identity", ""},
        {" , ,", "utf-8", ""},
        {"base64", NULL, ""},
        {"mystery", NULL, ""},
        {"video/mp4", NULL, ""},
        {"null", NULL, ""},
        {"\"\"", NULL, ""},
        {"gzipped", NULL, ""},
        {"gzip", NULL, "gzip"},
        {"X-GZIP", NULL, "x-gzip"},
        {"gzip;q=1", NULL, "gzip"},
        {" \"gzip\" ; a=b", NULL, "gzip"},
        {"\"utf-8, br\"", NULL, "br"},
        {"mystery, deflate", NULL, "deflate"},
        {"br", NULL, "br"},
        {"deflate", NULL, "deflate"},
        {"zstd", NULL, "zstd"},
        {"compress", NULL, "compress"},
        {"x-compress", NULL, "x-compress"},
        {"aws-chunked,gzip", NULL, "gzip"},
        {"gzip ,aws-chunked", NULL, "gzip"},
        {"identity", "br", "br"},
    };
    struct luma_error error;
    struct resume d;
    struct head head;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].value;
        head_start(&head, 200, false);
        head_add(&head, "Content-Length", "100");
        add(&head, "content-encoding", rows[i].value);
        add(&head, "Content-Encoding", rows[i].second);
        CHECK_TEXT(head.coding, rows[i].refused);
        open_download(&d, false);
        if (*rows[i].refused) {
            CHECK_INT(resume_begin(&d, &head, &error), RESUME_REFUSE);
            CHECK_INT(error.code, LUMA_ERR_REPLY);
            CHECK(!error.retryable);
            CHECK(strstr(error.message, rows[i].refused));
        } else {
            CHECK_INT(resume_begin(&d, &head, &error), RESUME_TAKE);
        }
        resume_close(&d);
    }
    check_case = "";
}

static void test_types(void)
{
    static const struct {
        const char *value, *second;
        enum media_kind kind;
        const char *type;
    } rows[] = {
        {"video/mp4", NULL, MEDIA_FILE, "video/mp4"},
        {"video/mp4", "text/html", MEDIA_MARKUP, "text/html"},
        {"text/html", "video/mp4", MEDIA_MARKUP, "text/html"},
        {"", "video/webm", MEDIA_FILE, "video/webm"},
        {"video/webm", "audio/mpegurl", MEDIA_PLAYLIST, "audio/mpegurl"},
        {NULL, NULL, MEDIA_FILE, ""},
    };
    struct head head;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        head_start(&head, 200, false);
        add(&head, "Content-Type", rows[i].value);
        add(&head, "content-type", rows[i].second);
        CHECK_INT(head.kind, rows[i].kind);
        CHECK_TEXT(head.type, rows[i].type);
    }
}

/* What was odd once stays odd, whatever comes behind it. */
static void test_odd_headers(void)
{
    static const char *const rows[][3] = {
        {"Content-Range", "bytes 0-9/10", "bytes 0-8/9"},
        {"Content-Length", "10", "9"},
        {"ETag", "\"v1\"", "\"v2\""},
    };
    struct head head;
    size_t i, j;

    head_start(&head, 200, false);
    for (i = 0; i < COUNT(rows); i++)
        for (j = 0; j < 3; j++)
            head_add(&head, rows[i][0], rows[i][j % 2 + 1]);
    CHECK_INT(head.range, HEAD_INVALID);
    CHECK_INT(head.length_presence, HEAD_INVALID);
    CHECK_INT(head.etag_presence, HEAD_INVALID);
    CHECK_TEXT(head.etag, "");
}

/* An odd response may be followed by another one only if the one between them
 * was taken. */
static void test_doubt(void)
{
    struct luma_error error;
    struct resume d;
    struct head odd, good;

    head_start(&odd, 206, false);
    head_start(&good, 200, true);
    open_download(&d, false);
    CHECK_INT(resume_begin(&d, &odd, &error), RESUME_AGAIN);
    CHECK_INT(resume_begin(&d, &odd, &error), RESUME_REFUSE);
    CHECK_INT(resume_begin(&d, &good, &error), RESUME_TAKE);
    CHECK_INT(resume_begin(&d, &odd, &error), RESUME_AGAIN);
    CHECK_INT(resume_begin(&d, &odd, &error), RESUME_REFUSE);
    resume_close(&d);
}

static void begin_whole(struct resume *d, const char *length, const char *etag)
{
    struct luma_error error;
    struct head head;

    head_start(&head, 200, false);
    head_add(&head, "Content-Length", length);
    add(&head, "ETag", etag);
    must(resume_begin(d, &head, &error) == RESUME_TAKE);
}

static const struct start_case {
    const char *bytes;
    bool file; /* they are those of a file */
} starts[] = {
    {"  ", false}, {"\xEF\xBB", false},  {"#EXT", false}, {"\xFF", false},
    {"x", true},   {"\xFF\xD8", true},   {"  x", true},   {"#EXTx", true},
    {" <", false}, {"\xFE\xFF<", false}, {"[", false},    {"#EXTM3U", false},
};

/* What is on the disk after the first bytes of another body: the part, which
 * was 40 bytes, unless these bytes are those of a file. */
static void test_first_bytes(void)
{
    struct luma_error error;
    struct resume d;
    char range[RESUME_RANGE];
    size_t i, n;

    for (i = 0; i < COUNT(starts); i++) {
        check_case = starts[i].bytes;
        n = strlen(starts[i].bytes);
        open_download(&d, true);
        begin_whole(&d, "100", "\"v2\"");
        resume_write(&d, starts[i].bytes, n, &error);
        CHECK(!d.unusable);
        CHECK_INT(d.received, starts[i].file ? (int)n : HAVE);
        CHECK_TEXT(d.state.etag, starts[i].file ? "\"v2\"" : "\"v1\"");
        resume_close(&d);
        must(resume_open(&d, folder, "clip", 0, &error) &&
             resume_set_key(&d, KEY, &error));
        CHECK_INT(resume_ask(&d, range), !starts[i].file || n > 1);
        CHECK_TEXT(d.state.etag, !starts[i].file ? "\"v1\""
                                 : n > 1         ? "\"v2\""
                                                 : "");
        resume_close(&d);
    }
    check_case = "";
}

/* Blanks without end are no file, however they are cut. */
static void test_blanks(void)
{
    struct luma_error error;
    struct resume d;
    int i = 0;

    open_download(&d, false);
    begin_whole(&d, "1000", NULL);
    while (i < 300 && resume_write(&d, "  \n", 3, &error))
        i++;
    CHECK_INT(i, RESUME_HELD / 3);
    CHECK_INT(error.code, LUMA_ERR_LINK);
    resume_close(&d);
}

/* The part of another file is emptied, but not before that is known. */
static void test_keys(void)
{
    struct luma_error error;
    struct resume d;
    char range[RESUME_RANGE];

    open_download(&d, true);
    resume_close(&d);
    must(resume_open(&d, folder, "clip", 0, &error));
    resume_close(&d);
    must(resume_open(&d, folder, "clip", 0, &error));
    CHECK(resume_set_key(&d, KEY, &error));
    CHECK(resume_ask(&d, range));
    CHECK_TEXT(range, "bytes=39-");
    CHECK(resume_set_key(&d, KEY + 1, &error));
    CHECK(!resume_ask(&d, range));
    resume_close(&d);
    CHECK(rmdir(folder) == 0); /* nothing is left */
}

int main(void)
{
    int i;

    for (i = 0; i < SIZE; i++)
        content[i] = (char)('0' + i % 67);
    must(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/clip", folder);
    test_tables();
    test_codings();
    test_types();
    test_odd_headers();
    test_doubt();
    test_first_bytes();
    test_blanks();
    test_keys();
    return check_done();
}
