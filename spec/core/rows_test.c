/* SPDX-License-Identifier: MIT */
/* Tests of the rows of reader.h: what comes out as a row and what stays in the
 * root, the limits of both, at every cut and when memory runs out. */
#include "account.h"

#include "alloc.h"
#include "check.h"
#include "dump.h"

/* ---- rows and limits --------------------------------------------------- */

/* What must be told in brief, with at most `max` bytes a document. */
static const struct told_row {
    size_t max;
    const char *text, *told;
} told_rows[] = {
    /* the root is no row */
    {99, "1", "1"},
    {99, " 12 ", "12"},
    {99, "\"data\"", "\"data\""},
    {99, "{ }", "{}"},
    {99, "{\"a\" : [1, 2]}", "{\"a\":[1,2]}"},
    {99, "{\"data\":null}", "{\"data\":null}"},
    {99, "{\"data\":\"data\"}", "{\"data\":\"data\"}"},
    {99, "{\"x\":\"data\",\"y\":[1]}", "{\"x\":\"data\",\"y\":[1]}"},
    {99, "{\"x\":{\"data\":[1]}}", "{\"x\":{\"data\":[1]}}"},
    {99, "{\"Data\":[1],\"dat\":[2]}", "{\"Data\":[1],\"dat\":[2]}"},
    {99, "{\"data\\u0000\":[1]}", "{\"data\\u0000\":[1]}"},
    /* an array at the root */
    {99, "[]", "[]"},
    {99, "[1]", "1|[]"},
    {99, "[ 1 , 2 ]", "1|2|[]"},
    {99, "[null,\"a\",-0.5e3,{}]", "null|\"a\"|-0.5e3|{}|[]"},
    {99, "[[1,2],[[3]],[]]", "[1,2]|[[3]]|[]|[]"},
    {99, "[{\"data\":[1,2]},3]", "{\"data\":[1,2]}|3|[]"},
    {99, "[1] x", "1|[]|?reply"},
    {99, "[1 2]", "1|?reply"},
    {99, "[1,]", "1|?reply"},
    {99, "[1,2", "1|?truncated"},
    /* an array that is the root's member "data" */
    {99, "{\"data\":[]}", "{\"data\":[]}"},
    {99, "{\"data\":[1,[2]],\"c\":0}", "1|[2]|{\"data\":[],\"c\":0}"},
    {99, "{\"c\":[0],\"data\":[{}]}", "{}|{\"c\":[0],\"data\":[]}"},
    {99, "{\"d\\u0061ta\":[1]}", "1|{\"d\\u0061ta\":[]}"},
    {99, "{\"data\":[{\"data\":[1]}]}", "{\"data\":[1]}|{\"data\":[]}"},
    {99, "{\"data\":[1],\"data\":[2]}", "1|2|{\"data\":[],\"data\":[]}"},
    {99, "{\"data\":[1],\"x\":[2,3]}", "1|{\"data\":[],\"x\":[2,3]}"},
    {99, "{\"data\":[\"data\"],\"x\":[2]}", "\"data\"|{\"data\":[],\"x\":[2]}"},
    {99, "{\"data\":[{\"data\":1}],\"x\":[2]}",
     "{\"data\":1}|{\"data\":[],\"x\":[2]}"},
    {99, "{\"data\":[1}", "1|?reply"},
    /* an inner object */
    {99, "{\"data\":{}}", "{\"data\":{}}~{}"},
    {99, "{\"c\":0,\"data\":{\"a\":[1]}}",
     "{\"c\":0,\"data\":{\"a\":[1]}}~{\"a\":[1]}"},
    {99, "{\"data\":{\"data\":[1]}}",
     "{\"data\":{\"data\":[1]}}~{\"data\":[1]}"},
    {99, "{\"data\":{\"data\":{}}}", "{\"data\":{\"data\":{}}}~{\"data\":{}}"},
    /* of equal names the last counts */
    {99, "{\"data\":{\"a\":1},\"data\":{\"b\":2}}",
     "{\"data\":{\"a\":1},\"data\":{\"b\":2}}~{\"b\":2}"},
    {99, "{\"data\":[1],\"data\":{\"b\":2}}",
     "1|{\"data\":[],\"data\":{\"b\":2}}~{\"b\":2}"},
    {99, "{\"data\":{\"a\":1},\"data\":[2]}",
     "2|{\"data\":{\"a\":1},\"data\":[]}"},
    {99, "{\"data\":{\"a\":1},\"data\":null}",
     "{\"data\":{\"a\":1},\"data\":null}"},
    {99, "{\"data\":{\"a\":1},\"data\":\"x\"}",
     "{\"data\":{\"a\":1},\"data\":\"x\"}"},
    /* a row over the limit is lost, the others are not */
    {5, "[12345,123456,1]", "12345|!too_large|1|[]"},
    {5, "[\"abc\",\"abcd\",1]", "\"abc\"|!too_large|1|[]"},
    {5, "[[1,2],[1,23],{\"a\":1},7]", "[1,2]|!too_large|!too_large|7|[]"},
    {5, "[[[[]]],{\"\":{}},[ [ ] ],7]", "!too_large|!too_large|[[]]|7|[]"},
    {5, "[[1,[2,3],4],[[],{}],7]", "!too_large|!too_large|7|[]"},
    {4, "[true,false,null,1]", "true|!too_large|null|1|[]"},
    {4, "[\"\\\"]\",\"\\\\\\\"]\",\"]\",\"},\",1]",
     "!too_large|!too_large|\"]\"|\"},\"|1|[]"},
    {4, "[\"\\u0041\",\"a\\n\",\"\\n\",1]",
     "!too_large|!too_large|\"\\n\"|1|[]"},
    {4, "[{\"a]\":\"b}\"},[\"\\\"[\"],1]", "!too_large|!too_large|1|[]"},
    {4, "[[1,2,3],[4,5,6,{\"a\":\"[[[\"}],[8]]",
     "!too_large|!too_large|[8]|[]"},
    {2, "[1,2,3,4,5]", "1|2|3|4|5|[]"},
    {2, "[  1 ,\n2\t, [ ] ]", "1|2|[]|[]"},
    {2, "[123]", "!too_large|[]"},
    {2, "[[1],[2]]", "!too_large|!too_large|[]"},
    {2, "[123,456", "!too_large|?truncated"},
    {2, "[[123]", "?truncated"},
    {2, "[123]]", "!too_large|[]|?reply"},
    {2, "[1234567,{},\"12\",\"\"]", "!too_large|{}|!too_large|\"\"|[]"},
    {11, "{\"data\":[12345678901,123456789012,1]}",
     "12345678901|!too_large|1|{\"data\":[]}"},
    {11, "{\"data\":[[\"data\",{}],{\"data\":[2]},{\"data\":2}]}",
     "[\"data\",{}]|!too_large|{\"data\":2}|{\"data\":[]}"},
    /* behind what is not JSON there is nothing to trust */
    {99, "[1,NaN,2]", "1|?reply"},
    {99, "[{\"a\":NaN,\"b\":[1]},2]", "?reply"},
    {99, "[[1],{a:1},2]", "[1]|?reply"},
    {99, "[\"\\x]\",2]", "?reply"},
    {99, "[\"\\u12\",2]", "?reply"},
    {99, "[{\"a\":1}},2]", "{\"a\":1}|?reply"},
    {99, "[{\"a\":\"b\" \"},{\"c\":1},2]", "?reply"},
    /* lists have their places */
    {99, "{\"items\":[1],\"x\":[2]}", "1|{\"items\":[],\"x\":[2]}"},
    {99, "{\"data\":{\"items\":[1,2],\"n\":[3]}}",
     "1|2|{\"data\":{\"items\":[],\"n\":[3]}}~{\"items\":[],\"n\":[3]}"},
    {99, "{\"x\":{\"items\":[1]}}", "{\"x\":{\"items\":[1]}}"},
    {99, "{\"data\":{\"data\":[1]}}",
     "{\"data\":{\"data\":[1]}}~{\"data\":[1]}"},
    {99, "{\"data\":{\"x\":{\"items\":[1]}}}",
     "{\"data\":{\"x\":{\"items\":[1]}}}~{\"x\":{\"items\":[1]}}"},
    {99, "{\"id\":7,\"items\":[1]}", "{\"id\":7,\"items\":[1]}"},
    {99, "{\"items\":[1],\"id\":7}", "1|{\"items\":[],\"id\":7}"},
    /* lone halves of surrogate pairs, in the kept text as well */
    {99, "[\"\\ud83d\",\"a\\uDE00\\\\ud83d\"]",
     "\"\\ufffd\"|\"a\\ufffd\\\\ud83d\"|[]"},
    {99, "{\"x\":\"\\ud83d\",\"data\":[1,\"\\ud83d\"],\"y\":2}",
     "1|\"\\ufffd\"|{\"x\":\"\\ufffd\",\"data\":[],\"y\":2}"},
    {99, "[\"\\ud83d\\ud83d\\ude00\\n\"]", "\"\\ufffd\\ud83d\\ude00\\n\"|[]"},
    /* raw control characters stand for themselves */
    {99, "[\"a\tb\x01\n\"]", "\"a\\u0009b\\u0001\\u000a\"|[]"},
    {99, "{\"a\n12345678\x1F\":1}", "{\"a\\u000a12345678\\u001f\":1}"},
    /* without the root nothing can be said */
    {11, "{\"data\":[1] }", "1|{\"data\":[]}"},
    {10, "{\"data\":[1]}", "1|?too_large"},
    {11, "{\"data\":[1],\"x\":1}", "1|?too_large"},
    {7, "{\"a\":1}", "{\"a\":1}"},
    {6, "{\"a\":1}", "?too_large"},
    {3, "123", "123"},
    {3, "1234", "?too_large"},
    {3, "\"ab\"", "?too_large"},
    {3, "null", "?too_large"},
    {2, "\"\"", "\"\""},
    {1, "[]", "?too_large"},
    /* the limit comes first, whatever is wrong behind it */
    {2, "[\"abc\\x def\",1]", "!too_large|1|[]"},
    {2, "[\"\\ud83d\",1]", "!too_large|1|[]"},
    {2, "[12345-,1]", "!too_large|1|[]"},
    {2, "[[1,,2],1]", "!too_large|1|[]"},
    {1, "\"\\x\"", "?too_large"},
    {5, "\"\\x\"", "?reply"},
    {2, "[\"a\\x def\",1]", "!too_large|1|[]"},
    {3, "[\"a\\x def\",1]", "?reply"},
};

static void test_told(void)
{
    size_t i;

    for (i = 0; i < COUNT(told_rows); i++) {
        const struct told_row *row = &told_rows[i];
        struct buf text = {0}, told = {0};
        struct json_reader r;

        check_case = row->text;
        ready_reader(&r, row->max);
        say(&text, "%s", row->text);
        say(&told, "%s", row->told);
        check_told(&r, &text, &told);
        json_free(&r);
        buf_free(&text);
        buf_free(&told);
    }
    check_case = "";
}

/* `levels` arrays or objects, in the first of two rows. */
static void check_depth(const char *before, const char *open, const char *close,
                        size_t levels, bool kept, const char *behind)
{
    struct buf text = {0}, told = {0};
    struct json_reader r;

    ready_reader(&r, MAX_DOC);
    say_times(&told, open, levels);
    say_times(&told, close, levels);
    say(&text, "%s", before);
    say_buf(&text, &told);
    say(&text, ",\"]\"]%s", *before == '{' ? "}" : "");
    if (!kept) {
        buf_clear(&told);
        say(&told, "!too_large");
    }
    say(&told, "|\"]\"|%s", behind);
    check_told(&r, &text, &told);
    buf_free(&text);
    buf_free(&told);
    json_free(&r);
}

static void test_depth(void)
{
    const char *data = "{\"data\":[", *told = "{\"data\":[]}";

    check_depth("[", "[", "]", BUILDER_DEPTH - 1, true, "[]");
    check_depth("[", "[", "]", BUILDER_DEPTH, false, "[]");
    check_depth("[", "[", "]", BUILDER_DEPTH + 1, false, "[]");
    check_depth("[", "[[],", "[]]", BUILDER_DEPTH, false, "[]");
    check_depth("[", "{\"a\":", "}", BUILDER_DEPTH, false, "[]");
    check_depth("[", "{\"]\\\"[\":[", "]}", BUILDER_DEPTH / 2 - 1, true, "[]");
    check_depth("[", "{\"]\\\"[\":[", "]}", BUILDER_DEPTH / 2, false, "[]");
    check_depth(data, "[", "]", BUILDER_DEPTH - 2, true, told);
    check_depth(data, "[", "]", BUILDER_DEPTH - 1, false, told);
    check_depth(data, "[{\"]\":", "}]", BUILDER_DEPTH, false, told);
    check_depth("[", "[", "]", 300, false, "[]");
}

/* Too large for every cut. */
static void test_great_depth(void)
{
    struct account a = {.brief = true}, bytes = a;
    struct buf text = {0};
    struct json_reader r;

    ready_reader(&r, MAX_DOC);
    say(&text, "[");
    say_times(&text, "[{\"a}\":", 10000);
    say_times(&text, "}]", 10000);
    say(&text, ",1]");
    read_whole(&a, &r, &text);
    read_bytes(&bytes, &r, &text);
    CHECK_BYTES(a.said.data, a.said.len, "!too_large|1|[]", 15);
    CHECK(agrees(&bytes, &a, "byte by byte", 0));
    buf_free(&text);
    buf_free(&a.said);
    buf_free(&bytes.said);
    json_free(&r);
}

static void test_root_after_rows(void)
{
    struct account a = {0};
    struct buf text = {0};
    struct json_reader r;
    const char *wanted = " 8+4:3,1(\"n\" 0+1:\"data\" 7+1:0,0()\"c\" 3+1:7)"
                         " strings\"n\"\"data\"\"c\" json "
                         "{\"n\":null,\"data\":[],\"c\":7}";

    ready_reader(&r, MAX_DOC);
    say(&text, "{\"n\":null,\"data\":[1,null,{\"x\":[\"y\"]},2],\"c\":7}");
    read_all(&a, &r, &text);
    CHECK(a.rows == 4 && a.roots == 1 && a.root_end > strlen(wanted));
    CHECK_BYTES(a.said.data + a.root_end - strlen(wanted), strlen(wanted),
                wanted, strlen(wanted));
    buf_free(&a.said);
    buf_free(&text);
    json_free(&r);
}

/* "n0":"n0","n1":"n1" ... */
static void say_names(struct buf *to, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++)
        say(to, "%s\"n%u\":\"n%u\"", i ? "," : "", i, i);
}

/* Rows that make each of the buffers grow. */
static void test_memory_of_rows(void)
{
    struct json_reader r;
    struct buf text = {0};

    ready_reader(&r, MAX_DOC);
    say(&text, "{\"a\":\"\\n\",\"data\":[1,\"x\",[");
    say_times(&text, "[\"long enough for the text\\t\"],", 100);
    say(&text, "1],{");
    say_names(&text, 100);
    say(&text, "},\"");
    say_times(&text, "\\ud83d\\ude00\\\"", 300);
    say(&text, "\",-123456789012345678901234567890,1.5,");
    say_times(&text, "[null,[{}]],", 20);
    say(&text, "2],\"");
    say_times(&text, "member", 300);
    say(&text, "\":{\"b\":[[],[]]}}");
    check_memory(&r, &text);
    buf_free(&text);
    json_free(&r);
}

int main(void)
{
    alloc_spare(true);
    test_told();
    test_depth();
    test_great_depth();
    test_root_after_rows();
    test_memory_of_rows();
    return check_done();
}
