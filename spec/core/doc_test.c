/* SPDX-License-Identifier: MIT */
/* Tests of doc.h: how values lie in a document, what strings become, and that
 * equal ones are stored once. */
#include "account.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "json/quickhash.h"
#include "luma.h"
#include "json/document.h"
#include "dump.h"

/* ---- what is in a document --------------------------------------------- */

/* The first document of the text. */
static struct luma_doc *first_doc(struct json_reader *r, const struct buf *text)
{
    const char *at = text->data;
    enum json_result result;

    json_reset(r);
    result = json_feed(r, &at, at + text->len);
    if (result == JSON_MORE)
        result = json_end(r);
    return result == JSON_ROW || result == JSON_ROOT ? json_take(r) : NULL;
}

static struct luma_doc *doc_of(const char *json, bool keep_json)
{
    struct json_reader r;
    struct buf text = {0};
    struct luma_doc *doc;

    json_init(&r, MAX_DOC, keep_json, NULL);
    say_times(&text, json, 1);
    doc = first_doc(&r, &text);
    must(doc);
    buf_free(&text);
    json_free(&r);
    return doc;
}

static void test_shapes(void)
{
    static const char *const shapes[][2] = {
        {"null", " 0+1:"},
        {"[false]", " 1+1:"},
        {"[-5,1]", " 3+1:-5"},
        {"[0.5]", " 4+1:0x1p-1"},
        {"[\"a\\nb\"]", " 6+1:\"a\nb\""},
        {"99999999999999999999", " 5+1:\"99999999999999999999\""},
        {"-99999999999999999999", " 5+1:\"-99999999999999999999\""},
        {"[[]]", " 7+1:0,0()"},
        {"{}", " 8+1:0,0()"},
        {"[[null,1,null]]", " 7+4:3,2( 0+1: 3+1:1 0+1:)"},
        {"{\"a\":[null,[]],\"b\":null}",
         " 8+5:2,1(\"a\" 7+3:2,1( 0+1: 7+1:0,0())\"b\" 0+1:)"},
        {"[{\"a\":{\"a\":null},\"a\":true}]",
         " 8+4:2,0(\"a\" 8+2:1,1(\"a\" 0+1:)\"a\" 2+1:)"},
        {"{\"n\":null,\"c\":7}", " 8+3:2,1(\"n\" 0+1:\"c\" 3+1:7)"},
        /* what came out as rows is not in the root any more */
        {"{\"n\":null,\"data\":[],\"c\":7}",
         " 8+4:3,1(\"n\" 0+1:\"data\" 7+1:0,0()\"c\" 3+1:7)"},
    };
    size_t i;

    for (i = 0; i < 2 * (sizeof shapes / sizeof *shapes); i++) {
        struct luma_doc *doc = doc_of(shapes[i / 2][0], i % 2);
        struct buf shape = {0};

        check_case = shapes[i / 2][0];
        dump_node(&shape, doc, doc->root);
        CHECK_BYTES(shape.data, shape.len, shapes[i / 2][1],
                    strlen(shapes[i / 2][1]));
        CHECK(!doc->json == !(i % 2));
        buf_free(&shape);
        free(doc);
    }
    check_case = "";
}

static void test_escapes(void)
{
    static const struct {
        const char *json, *bytes;
        size_t len;
    } escapes[] = {
#define ESCAPE(json, bytes) {json, bytes, sizeof bytes - 1}
        ESCAPE("\"\"", ""),
        ESCAPE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"),
        ESCAPE("\"\\u0000\"", "\0"),
        ESCAPE("\"a\\u0000b\"", "a\0b"),
        ESCAPE("\"\\u0041\\u007f\"", "A\x7F"),
        ESCAPE("\"\\u0080\\u07ff\"", "\xC2\x80\xDF\xBF"),
        ESCAPE("\"\\u0800\\uFFFF\"", "\xE0\xA0\x80\xEF\xBF\xBF"),
        ESCAPE("\"\\uD7FF\\uE000\"", "\xED\x9F\xBF\xEE\x80\x80"),
        ESCAPE("\"\\uD800\\uDC00\"", "\xF0\x90\x80\x80"),
        ESCAPE("\"\\uDBFF\\uDFFF\"", "\xF4\x8F\xBF\xBF"),
        ESCAPE("\"\\ud83d\\ude00!\"", "\xF0\x9F\x98\x80!"),
        ESCAPE("\"\\u20aC\\uAbCd\"", "\xE2\x82\xAC\xEA\xAF\x8D"),
        ESCAPE("\"\\u00410\"", "A0"),
        ESCAPE("\"\\\\u0041\"", "\\u0041"),
        ESCAPE("\"caf\xC3\xA9\\u00e9\xFF\"", "caf\xC3\xA9\xC3\xA9\xFF"),
#undef ESCAPE
    };
    size_t i;

    for (i = 0; i < COUNT(escapes); i++) {
        struct luma_doc *doc = doc_of(escapes[i].json, true);
        const struct luma_string *s = &doc->strings[doc->root->string];

        check_case = escapes[i].json;
        CHECK_INT(doc->root->kind, LUMA_JSON_STRING);
        CHECK_BYTES(doc->text + s->at, s->len, escapes[i].bytes,
                    escapes[i].len);
        CHECK_BYTES(doc->json, doc->json_len, escapes[i].json,
                    strlen(escapes[i].json));
        free(doc);
    }
    check_case = "";
}

static void test_members(void)
{
    static const struct {
        const char *json, *name, *shape;
    } members[] = {
        {"{\"a\":1,\"b\":2}", "b", " 3+1:2"},
        {"{\"a\":1,\"a\":2}", "a", " 3+1:2"},
        {"{\"a\":1,\"\\u0061\":2,\"aa\":3}", "a", " 3+1:2"},
        {"{\"a\":[{\"b\":1}],\"b\":\"x\"}", "b", " 6+1:\"x\""},
        {"{\"a\":1,\"\":null}", "", " 0+1:"},
        {"{\"a\":{\"c\":1},\"b\":2}", "c", NULL},
        {"{\"ab\":1,\"abcd\":2}", "abc", NULL},
        {"{\"a\\u0000\":1}", "a", NULL},
        {"{}", "a", NULL},
        {"\"a\"", "a", NULL},
        {"[[\"a\",1]]", "a", NULL},
        {"7", "a", NULL},
    };
    size_t i;

    for (i = 0; i < COUNT(members); i++) {
        struct luma_doc *doc = doc_of(members[i].json, false);
        const char *shape = members[i].shape;
        const struct luma_node *node =
            doc_find_member(doc, doc->root, members[i].name);
        struct buf said = {0};

        check_case = members[i].json;
        if (CHECK(!node == !shape) && node) {
            dump_node(&said, doc, node);
            CHECK_BYTES(said.data, said.len, shape, strlen(shape));
        }
        CHECK(!doc_find_member(doc, NULL, members[i].name));
        buf_free(&said);
        free(doc);
    }
    check_case = "";
}

/* ---- strings that are stored once -------------------------------------- */

static void test_equal_strings(void)
{
    struct luma_doc *doc =
        doc_of("[{\"a\":\"b\",\"b\":[\"a\",\"\\u0061\",\"c\"],"
               "\"c\":{\"\":\"\"},\"12345678\":\"12345678\","
               "\"123456789\":\"123456780\"}]",
               false);
    const struct luma_node *n = doc->root;

    CHECK_INT(doc->string_count, 7);
    CHECK_INT(n[1].name, n[3].string);
    CHECK_INT(n[1].string, n[2].name);
    CHECK_INT(n[4].string, n[3].string);
    CHECK_INT(n[5].string, n[6].name);
    CHECK_INT(n[7].name, n[7].string);
    CHECK_INT(n[8].name, n[8].string);
    CHECK(n[9].name != n[9].string);
    free(doc);
}

/* "n0":"n0","n1":"n1" ... */
static void say_names(struct buf *to, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++)
        say(to, "%s\"n%u\":\"n%u\"", i ? "," : "", i, i);
}

static void check_names(const struct luma_doc *doc, unsigned distinct)
{
    const struct luma_node *node = doc->root + 1;
    bool right = true;
    unsigned i;

    for (i = 0; i < doc->root->many.size; i++, node++) {
        const struct luma_string *s = &doc->strings[node->string];
        char name[20];
        int len = snprintf(name, sizeof name, "n%u", i % distinct);

        right = right && node->name == node->string && s->len == (size_t)len &&
                memcmp(doc->text + s->at, name, s->len) == 0;
    }
    CHECK(right);
}

/* More than the builder has slots for; and the row behind. */
static void test_many_strings(void)
{
    struct json_reader r;
    struct buf text = {0};
    struct luma_doc *doc;
    const char *at;

    json_init(&r, MAX_DOC, false, NULL);
    say(&text, "[{");
    say_names(&text, 3000);
    say(&text, ",");
    say_names(&text, 3000);
    say(&text, "},{");
    say_names(&text, 50);
    say(&text, ",");
    say_names(&text, 50);
    say(&text, "}]");
    at = text.data;
    CHECK(json_feed(&r, &at, at + text.len) == JSON_ROW);
    doc = json_take(&r);
    must(doc);
    CHECK_INT(doc->root->many.size, 6000);
    check_names(doc, 3000);
    free(doc);
    CHECK(json_feed(&r, &at, text.data + text.len) == JSON_ROW);
    doc = json_take(&r);
    must(doc);
    CHECK_INT(doc->root->many.size, 100);
    CHECK_INT(doc->string_count, 50);
    check_names(doc, 50);
    free(doc);
    json_free(&r);
    buf_free(&text);
}

/* ---- what is guessed --------------------------------------------------- */

/* The value of the member `name` of the row is the string. */
static void check_row(struct json_reader *r, const char **at, const char *end,
                      const char *name, const char *string)
{
    const struct luma_node *node;
    struct luma_doc *doc;

    CHECK(json_feed(r, at, end) == JSON_ROW);
    doc = json_take(r);
    must(doc);
    node = doc_find_member(doc, doc->root, name);
    must(node);
    CHECK_INT(node->kind, LUMA_JSON_STRING);
    CHECK_BYTES(doc->text + doc->strings[node->string].at,
                doc->strings[node->string].len, string, strlen(string));
    free(doc);
}

enum { USUAL = 30 }; /* rows after which the next one is guessed */

/* Reads rows that are usual, and then one whose JSON has the decoded bytes of
 * the usual ones. */
static void check_guess(const char *usual, const char *name, const char *string,
                        const char *row, const char *row_name,
                        const char *row_string)
{
    static struct names names;
    struct json_reader r;
    struct buf text = {0};
    const char *at, *end;
    int i;

    names = (struct names){.count = 0};
    say(&text, "[");
    say_times(&text, usual, USUAL);
    say_times(&text, row, 1);
    say(&text, "]");
    json_init(&r, MAX_DOC, false, &names);
    at = text.data;
    end = at + text.len;
    for (i = 0; i < USUAL; i++)
        check_row(&r, &at, end, name, string);
    check_row(&r, &at, end, row_name, row_string);
    json_free(&r);
    buf_free(&text);
}

/* A control character is no indentation. */
static void test_odd_indent(void)
{
    const char *bad = "[{\"a\":1\x01}]";
    struct json_reader r;
    struct buf text = {0};
    const char *at = bad;

    json_init(&r, MAX_DOC, false, NULL);
    CHECK(json_feed(&r, &at, bad + strlen(bad)) == JSON_BAD);
    json_reset(&r);
    say(&text,
        "[{\"a\":1,\n  \"b\":\"x\",\n  \"c\":\"y\"          \n       }]");
    at = text.data;
    check_row(&r, &at, text.data + text.len, "b", "x");
    json_free(&r);
    buf_free(&text);
}

static void test_guesses(void)
{
    check_guess("{\"a\":\"x\",\"b\":\"x\"},", "b", "x",
                "{\"a\":\"c\\\\n\",\"b\":\"c\\n\"}", "b", "c\n");
    check_guess("{\"a\":\"x\",\"b\":\"x\"},", "b", "x",
                "{\"a\":\"xy\",\"b\":\"xyz\"}", "b", "xyz");
    check_guess("{\"a\\\\n\":\"x\"},", "a\\n", "x", "{\"a\\n\":\"x\"}", "a\n",
                "x");
    check_guess("{\"a\\\":\":\"x\"},", "a\":", "x", "{\"a\":\":\"}", "a", ":");
}

/* Reads a row {name: "x"} as often as told. */
static void read_name(struct json_reader *r, const char *name, int times)
{
    struct buf text = {0};
    const char *at;
    int i;

    say(&text, "[");
    for (i = 0; i < times; i++) {
        say(&text, "%s{\"", i ? "," : "");
        say_times(&text, name, 1);
        say(&text, "\":\"x\"}");
    }
    say(&text, "]");
    json_reset(r);
    at = text.data;
    for (i = 0; i < times; i++)
        check_row(r, &at, text.data + text.len, name, "x");
    buf_free(&text);
}

/* Names are shared from the second time on, up to a length, and as many as
 * there is space for. All of them are found by their bytes. */
static void test_shared_names(void)
{
    static struct names names;
    struct json_reader r;
    char name[NAMES_LONGEST + 2] = "";
    unsigned i;

    json_init(&r, MAX_DOC, false, &names);
    for (i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "once%u", i);
        read_name(&r, name, 1);
    }
    memset(name, 'n', NAMES_LONGEST + 1);
    read_name(&r, name, 3);
    CHECK_INT(names.count, 0);
    name[NAMES_LONGEST] = '\0';
    read_name(&r, name, 3);
    CHECK_INT(names.count, 1);
    for (i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "twice%u", i);
        read_name(&r, name, 2);
    }
    CHECK_INT(names.count, LUMA_NAMES);
    read_name(&r, "id", 3);
    read_name(&r, "twice0", 3);
    json_free(&r);
}

/* Names whose place in the table is the same, more than are looked at there. */
static void test_crowded_names(void)
{
    static struct names names;
    struct json_reader r;
    char name[20];
    unsigned i, found = 0;

    json_init(&r, MAX_DOC, false, &names);
    for (i = 0; found < 12; i++) {
        size_t len = (size_t)snprintf(name, sizeof name, "name%u", i);

        if (quickhash(name, len) % NAMES_SLOTS)
            continue;
        found++;
        read_name(&r, name, 3);
    }
    CHECK_INT(names.count, 8);
    json_free(&r);
}

/* The number of a document may begin again at 1. */
static void test_old_strings(void)
{
    static const char json[] = "[{\"a\":\"x\",\"b\":\"x\"},{\"b\":\"x\"}]";
    struct json_reader r;
    const char *at;
    int i;

    json_init(&r, MAX_DOC, false, NULL);
    r.builder.generation = UINT32_MAX - 3;
    for (i = 0; i < 4; i++) {
        json_reset(&r);
        at = json;
        check_row(&r, &at, json + sizeof json - 1, "b", "x");
        check_row(&r, &at, json + sizeof json - 1, "b", "x");
    }
    CHECK(r.builder.generation < 100);
    json_free(&r);
}

/* ---- whole texts -------------------------------------------------------- */

static void test_texts(void)
{
    struct luma_error error;
    struct luma_doc *doc = luma_read_json("[1]", 3, &error);

    CHECK(doc != NULL);
    free(doc);
    CHECK(!luma_read_json("[1", 2, &error));
    CHECK_INT(error.code, LUMA_ERR_ARGUMENT);
    CHECK(!luma_read_json("[1 2]", 5, &error));
    CHECK(strstr(error.message, "not JSON near byte 5") != NULL);
    CHECK(!luma_read_json("[1] 2", 5, &error));
    CHECK_INT(error.code, LUMA_ERR_ARGUMENT);
    CHECK(!luma_read_json("", 0, &error));
    CHECK(strstr(error.message, "the text is empty") != NULL);
    CHECK(!luma_read_json("[]", (size_t)INT32_MAX + 1, &error));
    CHECK_INT(error.code, LUMA_ERR_ARGUMENT);
    CHECK(strstr(error.message, "2 GiB") != NULL);
    alloc_fail_at(1, true);
    CHECK(!luma_read_json("[1]", 3, &error));
    CHECK(alloc_stop() > 0);
    CHECK_INT(error.code, LUMA_ERR_MEMORY);
}

int main(void)
{
    test_shapes();
    test_escapes();
    test_members();
    test_equal_strings();
    test_many_strings();
    test_odd_indent();
    test_guesses();
    test_shared_names();
    test_crowded_names();
    test_old_strings();
    test_texts();
    return check_done();
}
