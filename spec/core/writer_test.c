/* SPDX-License-Identifier: MIT */
/* Tests of writer.h: which bytes of a string are escaped, and a buf that is
 * full. */
#include "json/writer.h"

#include "alloc.h"
#include "check.h"

static void test_strings(void)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *json;
    } strings[] = {
        {"", 0, "\"\""},
        {"abc", 3, "\"abc\""},
        {"a\"b", 3, "\"a\\\"b\""},
        {"\"", 1, "\"\\\"\""},
        {"\\", 1, "\"\\\\\""},
        {"\\n", 2, "\"\\\\n\""},
        {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\x01\x0b\x1e\x1f", 4, "\"\\u0001\\u000b\\u001e\\u001f\""},
        {" /\x7f~", 4, "\" /\x7f~\""},
        {"\xC3\xA9\xF0\x9F\x98\x80", 6, "\"\xC3\xA9\xF0\x9F\x98\x80\""},
        {"\xFF\x80", 2, "\"\xFF\x80\""},
    };
    size_t i;

    for (i = 0; i < COUNT(strings); i++) {
        struct buf buf = {0};

        must(buf_append(&buf, "[", 1));
        CHECK(writer_add_string(&buf, strings[i].bytes, strings[i].len));
        CHECK_BYTES(buf.data + 1, buf.len - 1, strings[i].json,
                    strlen(strings[i].json));
        buf_free(&buf);
    }
}

static void test_numbers(void)
{
    struct buf buf = {0};

    CHECK(writer_add_integer(&buf, -1234567890123456789) &&
          buf_append(&buf, " ", 1) && writer_add_number(&buf, 0.1) &&
          buf_append(&buf, " ", 1) && writer_add_number(&buf, -1e300));
    CHECK_BYTES(buf.data, buf.len, "-1234567890123456789 0.1 -1e+300", 32);
    buf_free(&buf);
}

/* At whichever byte the room ends, it is told. */
static void test_full(void)
{
    static const char json[] = "\"ab\\u0001\\\"cd\"-12.5";
    size_t cap;

    for (cap = 1; cap <= sizeof json; cap++) {
        struct buf buf = {.limit = cap};
        bool whole = writer_add_string(&buf, "ab\x01\"cd", 6) &&
                     writer_add_integer(&buf, -1) &&
                     writer_add_number(&buf, 2.5);

        CHECK(whole == (cap >= sizeof json - 1));
        CHECK(memcmp(buf.data ? buf.data : "", json, buf.len) == 0);
        buf_free(&buf);
    }
}

static void test_no_memory(void)
{
    struct buf buf = {0};

    alloc_fail_at(1, true);
    CHECK(!writer_add_string(&buf, "a", 1));
    CHECK(!buf_copy("a", 1));
    CHECK(alloc_stop() == 2);
    buf_free(&buf);
}

static void test_escape(void)
{
    static const struct {
        unsigned char c;
        const char *json;
    } escapes[] = {{0, "\\u0000"},
                   {'\n', "\\u000a"},
                   {0x1f, "\\u001f"},
                   {0x7f, "\\u007f"}};
    char out[6];
    size_t i;

    for (i = 0; i < COUNT(escapes); i++) {
        writer_make_escape(out, escapes[i].c);
        CHECK_BYTES(out, sizeof out, escapes[i].json, (size_t)6);
    }
}

int main(void)
{
    test_strings();
    test_escape();
    test_numbers();
    test_full();
    test_no_memory();
    return check_done();
}
