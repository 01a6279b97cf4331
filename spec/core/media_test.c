/* SPDX-License-Identifier: MIT */
/* Tests of media.h: what files are called, and what is none. */
#include "file/media.h"

#include <string.h>

#include "check.h"
#include "file/path.h"

static void test_names(void)
{
    static const char *const made[] = {"a_b-e63f991904833892", "a-thumbnail",
                                       "a-last_frame"};
    char stem[MEDIA_BASENAME_SIZE], longest[400];
    size_t i, n;

    media_basename(stem, "a-b_9.x", 7, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem, "a-b_9.x");
    media_basename(stem, "Con", 3, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem,
               path_name_is_unique("Con") ? "Con" : "Con-0c0e1119aaba708b");
    media_basename(stem, "nul.tar", 7, LUMA_MEDIA_VIDEO);
    CHECK(path_name_problem(stem) == NULL);
    CHECK_TEXT(stem, path_name_is_unique("nul.tar")
                         ? "nul.tar"
                         : "nul_tar-5627770c2cd1ff69");
    media_basename(stem, "a", 1, LUMA_MEDIA_LAST_FRAME);
    CHECK_TEXT(stem, "a-last_frame");
    media_basename(stem, "../a", 4, LUMA_MEDIA_VIDEO);
    CHECK(strncmp(stem, "_._a-", 5) == 0 && strlen(stem) == 21);
    media_basename(stem, "-rf", 3, LUMA_MEDIA_VIDEO);
    CHECK(strncmp(stem, "_rf-", 4) == 0 && strlen(stem) == 20);
    media_basename(stem, "a b", 3, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem, "a_b-e63f991904833892");
    for (i = 0; i < COUNT(made); i++) {
        n = strlen(made[i]);
        media_basename(stem, made[i], n, LUMA_MEDIA_VIDEO);
        check_case = made[i];
        CHECK(!strncmp(stem, made[i], n) && strlen(stem) == n + 17);
    }
    check_case = "";
    media_basename(stem, "a-rf", 4, LUMA_MEDIA_VIDEO);
    CHECK_TEXT(stem, "a-rf");
    memset(longest, '.', sizeof longest);
    media_basename(stem, longest, sizeof longest, LUMA_MEDIA_LAST_FRAME);
    CHECK(*stem == '_' && strlen(stem) == 100 + 17 + 11);
    CHECK_TEXT(media_extension("image/PNG; x", LUMA_MEDIA_VIDEO), ".png");
    CHECK_TEXT(media_extension("image/pngx", LUMA_MEDIA_VIDEO), ".mp4");
    CHECK_TEXT(media_extension(NULL, LUMA_MEDIA_THUMBNAIL), ".jpg");
}

static void test_types(void)
{
    static const struct {
        const char *type;
        enum media_kind kind;
    } rows[] = {
        {"text/html; charset=utf-8", MEDIA_MARKUP},
        {"Application/JSON", MEDIA_MARKUP},
        {"application/problem+json", MEDIA_MARKUP},
        {"application/xhtml+xml;x", MEDIA_MARKUP},
        {"application/soap+XML", MEDIA_MARKUP},
        {"application/vnd.apple.mpegurl", MEDIA_PLAYLIST},
        {"Application/X-MpegURL; charset=utf-8", MEDIA_PLAYLIST},
        {"audio/mpegurl", MEDIA_PLAYLIST},
        {"audio/x-mpegurl", MEDIA_PLAYLIST},
        {"application/dash+xml", MEDIA_PLAYLIST},
        {"VIDEO/vnd.mpeg.dash.mpd\t;x", MEDIA_PLAYLIST},
        {"application/octet-stream", MEDIA_FILE},
        {"video/mp4", MEDIA_FILE},
        {"audio/mpegurlx", MEDIA_FILE},
        {"+xml", MEDIA_FILE},
        {"", MEDIA_FILE},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].type;
        CHECK_INT(media_kind_of_type(rows[i].type), rows[i].kind);
    }
    check_case = "";
}

/* What media_sniff says of a text, however it is cut. */
static void check_start(const char *text, enum media_kind kind)
{
    size_t n = strlen(text) + !*text, cut;

    for (cut = 0; cut <= n; cut++) {
        struct media_sniffer start = {0};
        enum media_kind first = media_sniff(&start, text, cut);

        if (first == MEDIA_UNKNOWN)
            first = media_sniff(&start, text + cut, n - cut);
        CHECK_INT(first, kind);
    }
}

static void test_starts(void)
{
    static const struct {
        const char *text;
        enum media_kind kind;
    } rows[] = {
        {" \r\n\t", MEDIA_UNKNOWN},
        {"\xEF\xBB\xBF", MEDIA_UNKNOWN},
        {"#EXTM3", MEDIA_UNKNOWN},
        {" <", MEDIA_MARKUP},
        {"[1", MEDIA_MARKUP},
        {"\xEF\xBB\xBF [", MEDIA_MARKUP},
        {"\xFF\xFE<", MEDIA_MARKUP},
        {"\xFE\xFF{", MEDIA_MARKUP},
        {"\xFF", MEDIA_UNKNOWN},
        {"\xFE", MEDIA_UNKNOWN},
        {"\xFF\xFF", MEDIA_FILE},
        {"\xFE\xFE", MEDIA_FILE},
        {" \xFF\xFE", MEDIA_FILE},
        {"\xEF\xBB\xBF{", MEDIA_MARKUP},
        {"\xEF\xBB\xBF\n<MPD>", MEDIA_MARKUP},
        {"#EXTM3U\n", MEDIA_PLAYLIST},
        {"\xEF\xBB\xBF#EXTM3U", MEDIA_PLAYLIST},
        {" \n#EXTM3U", MEDIA_PLAYLIST},
        {"#EXTM4V", MEDIA_FILE},
        {"##", MEDIA_FILE},
        {"\xEF\xBB<", MEDIA_FILE},
        {"\xFF\xD8", MEDIA_FILE},
        {"\x01\x1c", MEDIA_FILE},
        {" \xEF\xBB\xBF<", MEDIA_FILE},
    };
    struct media_sniffer start = {0};
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].text;
        check_start(rows[i].text, rows[i].kind);
    }
    check_case = "";
    CHECK_INT(media_sniff(&start, "\0\0\0\x1c", 4), MEDIA_FILE);
}

int main(void)
{
    test_names();
    test_types();
    test_starts();
    return check_done();
}
