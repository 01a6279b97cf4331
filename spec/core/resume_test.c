/* SPDX-License-Identifier: MIT */
/* Tests of resume.h and head.h beside their tables (resume_table_test.c):
 * content codings and types, headers that stand twice, responses after odd
 * ones, first bytes, and the part of another file. */
#include "clip.h"
#include "file/path.h"
#include "folder.h"

#include "check.h"

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
        head_start(&head, 200);
        head_add(&head, "Content-Length", "100");
        clip_add(&head, "content-encoding", rows[i].value);
        clip_add(&head, "Content-Encoding", rows[i].second);
        CHECK_TEXT(head.coding, rows[i].refused);
        clip_open(&d, false);
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
        head_start(&head, 200);
        clip_add(&head, "Content-Type", rows[i].value);
        clip_add(&head, "content-type", rows[i].second);
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

    head_start(&head, 200);
    for (i = 0; i < COUNT(rows); i++)
        for (j = 0; j < 3; j++)
            head_add(&head, rows[i][0], rows[i][j % 2 + 1]);
    CHECK_INT(head.range, HEAD_INVALID);
    CHECK_INT(head.length_presence, HEAD_INVALID);
    CHECK_INT(head.etag_presence, HEAD_INVALID);
    CHECK_TEXT(head.etag, "");
    head_start(&head, 200);
    head_add(&head, "Transfer-Encoding ", "chunked");
    CHECK_INT(head.end, HEAD_CODED); /* libcurl does not see such a line */
}

/* An odd response may be followed by another one only if the one between them
 * was taken. */
static void test_doubt(void)
{
    struct luma_error error;
    struct resume d;
    struct head odd, good;

    head_start(&odd, 206);
    head_start(&good, 200);
    head_add(&good, "Transfer-Encoding", "chunked");
    clip_open(&d, false);
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

    head_start(&head, 200);
    head_add(&head, "Content-Length", length);
    clip_add(&head, "ETag", etag);
    must(resume_begin(d, &head, &error) == RESUME_TAKE);
}

/* What is no file is refused. */
static void test_shapes(void)
{
    static const struct {
        long http;
        const char *type;
    } rows[] = {{200, "text/html"},
                {200, "application/vnd.apple.mpegurl"},
                {206, "text/html"}};
    struct luma_error error;
    struct resume d;
    struct head head;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        clip_open(&d, false);
        head_start(&head, rows[i].http);
        head_add(&head, "Content-Type", rows[i].type);
        head_add(&head, "Content-Length", "100");
        CHECK_INT(resume_begin(&d, &head, &error), RESUME_REFUSE);
        CHECK_INT(error.code, LUMA_ERR_LINK);
        resume_close(&d);
    }
}

/* Only a strong ETag that fits into the state file goes there. */
static void test_etags(void)
{
    static const struct {
        const char *etag;
        bool strong;
    } rows[] = {
        {"\"v1\"", true},     {"\"v 1\"", false},  {"\"v\"1\"", false},
        {"\"v\x7f\"", false}, {"\"\"", false},     {"\"v1", false},
        {"v1\"", false},      {"W/\"v1\"", false},
    };
    struct luma_error error;
    struct resume d;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].etag;
        clip_open(&d, false);
        begin_whole(&d, "100", rows[i].etag);
        CHECK(resume_write(&d, "video", 5, &error));
        CHECK_TEXT(d.state.etag, rows[i].strong ? rows[i].etag : "");
        CHECK_INT(path_is_readable(folder_path("clip.luma.state.part")),
                  rows[i].strong);
        resume_close(&d);
    }
    check_case = "";
}

/* No file becomes larger than `max`, whatever its head says. */
static void test_max(void)
{
    static const struct {
        uint64_t max;
        const char *length;
        bool taken;
    } rows[] = {{100, "100", true},
                {99, "100", false},
                {99, NULL, true},
                {0, "100", true}};
    struct luma_error error;
    struct resume d;
    struct head head;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        must(resume_open(&d, folder, "clip", "clip", rows[i].max, &error) &&
             resume_set_key(&d, CLIP_KEY, &error));
        head_start(&head, 200);
        clip_add(&head, "Content-Length", rows[i].length);
        if (!rows[i].length)
            head_add(&head, "Transfer-Encoding", "chunked");
        CHECK_INT(resume_begin(&d, &head, &error),
                  rows[i].taken ? RESUME_TAKE : RESUME_REFUSE);
        CHECK(rows[i].taken || error.code == LUMA_ERR_TOO_LARGE);
        if (rows[i].taken) {
            CHECK(resume_write(&d, clip_content, 60, &error));
            CHECK_INT(resume_write(&d, clip_content, 40, &error),
                      rows[i].max != 99);
            CHECK(rows[i].max != 99 || error.code == LUMA_ERR_TOO_LARGE);
        }
        resume_close(&d);
    }
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
    size_t i, n, at;

    for (i = 0; i < COUNT(starts); i++) {
        check_case = starts[i].bytes;
        n = strlen(starts[i].bytes);
        clip_open(&d, true);
        begin_whole(&d, "100", "\"v2\"");
        resume_write(&d, starts[i].bytes, n, &error);
        CHECK(!d.unusable);
        CHECK_INT(d.received, starts[i].file ? (int)n : CLIP_HAVE);
        CHECK_TEXT(d.state.etag, starts[i].file ? "\"v2\"" : "\"v1\"");
        for (at = 0; starts[i].file && at < n; at++)
            CHECK(part_has(&d.part, starts[i].bytes[at], (int64_t)at));
        resume_close(&d);
        must(resume_open(&d, folder, "clip", "clip", 0, &error) &&
             resume_set_key(&d, CLIP_KEY, &error));
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

    clip_open(&d, false);
    begin_whole(&d, "1000", NULL);
    while (i < 300 && resume_write(&d, "  \n", 3, &error))
        i++;
    CHECK_INT(i, RESUME_HELD / 3);
    CHECK_INT(error.code, LUMA_ERR_LINK);
    resume_close(&d);
}

/* What is held back must be as much as the head says, even where it is no
 * file. */
static void test_short(void)
{
    static const struct {
        const char *length, *bytes;
        enum luma_code code;
    } rows[] = {{"2", "  ", LUMA_ERR_LINK}, {"3", "  ", LUMA_ERR_TRUNCATED}};
    struct luma_error error;
    struct resume d;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].length;
        clip_open(&d, false);
        begin_whole(&d, rows[i].length, NULL);
        CHECK(resume_write(&d, rows[i].bytes, strlen(rows[i].bytes), &error));
        CHECK(!resume_finish(&d, "clip", false, &error));
        CHECK_INT(error.code, rows[i].code);
        resume_close(&d);
    }
    check_case = "";
}

/* The rest begins with the last byte of the part; else one of them belongs to
 * another file. */
static void test_overlap(void)
{
    struct luma_error error;
    struct resume d;
    struct head rest;
    char range[RESUME_RANGE];
    int wrong;

    head_start(&rest, 206);
    head_add(&rest, "Content-Range", "bytes 39-99/100");
    head_add(&rest, "ETag", "\"v1\"");
    head_add(&rest, "Content-Length", "61");
    for (wrong = 0; wrong < 2; wrong++) {
        clip_open(&d, true);
        CHECK_INT(resume_begin(&d, &rest, &error), RESUME_TAKE);
        CHECK_INT(
            resume_write(&d, clip_content + CLIP_ASKED + wrong, 10, &error),
            !wrong);
        CHECK_INT(d.unusable, wrong);
        CHECK(!wrong || (error.code == LUMA_ERR_REPLY && error.retryable));
        resume_close(&d);
        must(resume_open(&d, folder, "clip", "clip", 0, &error) &&
             resume_set_key(&d, CLIP_KEY, &error));
        CHECK_INT(resume_ask(&d, range), !wrong);
        CHECK(wrong || d.received == CLIP_ASKED + 10);
        resume_close(&d);
    }
}

/* A rest that has no type is of the type that the part came with. */
static void test_type_of_rest(void)
{
    static const struct {
        const char *first, *rest, *type;
    } rows[] = {{"video/webm", NULL, "video/webm"},
                {"video/webm", "video/mp4", "video/mp4"},
                {NULL, "video/webm", "video/webm"},
                {NULL, NULL, ""}};
    struct luma_error error;
    struct resume d;
    struct head whole, rest;
    char range[RESUME_RANGE];
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        clip_open(&d, false);
        head_start(&whole, 200);
        head_add(&whole, "Content-Length", "100");
        head_add(&whole, "ETag", "\"v1\"");
        clip_add(&whole, "Content-Type", rows[i].first);
        CHECK_INT(resume_begin(&d, &whole, &error), RESUME_TAKE);
        must(resume_write(&d, clip_content, CLIP_HAVE, &error) &&
             resume_ask(&d, range));
        head_start(&rest, 206);
        head_add(&rest, "Content-Range", "bytes 39-99/100");
        head_add(&rest, "ETag", "\"v1\"");
        clip_add(&rest, "Content-Type", rows[i].rest);
        CHECK_INT(resume_begin(&d, &rest, &error), RESUME_TAKE);
        CHECK_TEXT(d.media_type, rows[i].type);
        /* a whole file without a type has none */
        head_start(&whole, 200);
        head_add(&whole, "Content-Length", "100");
        CHECK_INT(resume_begin(&d, &whole, &error), RESUME_TAKE);
        CHECK_TEXT(d.media_type, "");
        resume_close(&d);
    }
}

/* The part of another file is emptied, but not before that is known. */
static void test_keys(void)
{
    struct luma_error error;
    struct resume d;
    char range[RESUME_RANGE];

    clip_open(&d, true);
    resume_close(&d);
    must(resume_open(&d, folder, "clip", "clip", 0, &error));
    resume_close(&d);
    must(resume_open(&d, folder, "clip", "clip", 0, &error));
    CHECK(resume_set_key(&d, CLIP_KEY, &error));
    CHECK(resume_ask(&d, range));
    CHECK_TEXT(range, "bytes=39-");
    CHECK(resume_set_key(&d, CLIP_KEY + 1, &error));
    CHECK(!resume_ask(&d, range));
    resume_close(&d);
}

int main(void)
{
    clip_start();
    test_codings();
    test_types();
    test_odd_headers();
    test_shapes();
    test_etags();
    test_max();
    test_doubt();
    test_first_bytes();
    test_blanks();
    test_short();
    test_overlap();
    test_type_of_rest();
    test_keys();
    clip_end();
    return check_done();
}
