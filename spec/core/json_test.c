/* SPDX-License-Identifier: MIT */
/* Tests of json.h, the token and builder below it included: a corpus of texts
 * (argv[1]) and tables, at every cut; and memory that runs out at every call,
 * when linked with --wrap=malloc and --wrap=realloc. */
#include "json.h"

#include <stdarg.h>
#include <stdlib.h>

#include "check.h"

enum { MAX_DOC = 16 << 20, EVERY_CUT = 4000 /* of longer texts, some */ };

/* ---- memory that runs out ---------------------------------------------- */

static struct {
    bool on;         /* only the reader's calls count */
    bool for_ever;   /* and all behind it fail too */
    unsigned at;     /* the call that fails; 0: none */
    unsigned passed; /* calls so far */
} failing;

void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

/* Weak: without --wrap the test still links and leaves this part out. */
extern void *__real_malloc(size_t size) __attribute__((weak));
extern void *__real_realloc(void *old, size_t size) __attribute__((weak));

static bool memory_fails(void)
{
    if (!failing.on || !failing.at)
        return false;
    failing.passed++;
    return failing.passed == failing.at ||
           (failing.for_ever && failing.passed > failing.at);
}

void *__wrap_malloc(size_t size)
{
    return memory_fails() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return memory_fails() ? NULL : __real_realloc(old, size);
}

/* ---- texts ------------------------------------------------------------- */

static void must(bool done)
{
    if (!done) {
        puts("json: out of memory");
        abort();
    }
}

/* For what is looked at too often to be counted. */
static void insist(bool ok, const char *what)
{
    if (!ok)
        check_that(false, CHECK_AT, what);
}

static void say(struct buf *to, const char *format, ...)
{
    char line[200];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    must(buf_append_text(to, line));
}

static void say_times(struct buf *to, const char *text, size_t times)
{
    while (times--)
        must(buf_append_text(to, text));
}

static void say_quoted(struct buf *to, const struct luma_doc *doc,
                       uint32_t string)
{
    bool known = string < doc->string_count;

    insist(known, "the string is there");
    must(buf_append(to, "\"", 1));
    if (known)
        must(buf_append(to, doc->text + doc->strings[string].at,
                        doc->strings[string].len));
    must(buf_append(to, "\"", 1));
}

static void say_buf(struct buf *to, const struct buf *from)
{
    must(buf_append(to, from->data, from->len));
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

/* ---- documents, as text in every detail -------------------------------- */

static void dump_node(struct buf *to, const struct luma_doc *doc,
                      const struct luma_node *node);

/* What the container says of itself is true of what it holds. */
static void dump_many(struct buf *to, const struct luma_doc *doc,
                      const struct luma_node *around)
{
    const struct luma_node *node = around + 1, *end = around + around->span;
    unsigned size = 0, nulls = 0;

    say(to, "%u,%u(", around->many.size, around->many.nulls);
    for (; node < end; node += node->span) {
        if (around->kind == LUMA_OBJECT)
            say_quoted(to, doc, node->name);
        dump_node(to, doc, node);
        size++;
        nulls += node->kind == LUMA_NULL;
    }
    say(to, ")");
    insist(node == end && size == around->many.size &&
               nulls == around->many.nulls,
           "size, nulls and span fit what is inside");
}

static void dump_node(struct buf *to, const struct luma_doc *doc,
                      const struct luma_node *node)
{
    say(to, " %u+%u:", node->kind, node->span);
    if (node->kind == LUMA_INTEGER)
        say(to, "%lld", (long long)node->integer);
    else if (node->kind == LUMA_FLOAT)
        say(to, "%a", node->number);
    else if (node->kind == LUMA_STRING || node->kind == LUMA_BIG)
        say_quoted(to, doc, node->string);
    else if (node->kind == LUMA_ARRAY || node->kind == LUMA_OBJECT)
        dump_many(to, doc, node);
    else
        insist(node->kind <= LUMA_TRUE, "a known kind");
}

static void dump_doc(struct buf *to, const struct luma_doc *doc)
{
    uint32_t i;

    dump_node(to, doc, doc->root);
    say(to, " strings");
    for (i = 0; i < doc->string_count; i++)
        say_quoted(to, doc, i);
    say(to, " json ");
    must(buf_append(to, doc->json, doc->json ? doc->json_len : 0));
    insist(!doc->event.next && !doc->event.job && !doc->id && !doc->state,
           "event, id and state are zero");
}

/* ---- what a reader says of a text -------------------------------------- */

/* Told in full, the documents in every detail; or in brief, their JSON only,
 * '|' between them. '!' is a lost row, '~' the inner object, '?' refused. */
struct account {
    bool brief;
    unsigned rows, lost, roots;
    bool bad;
    size_t root_end; /* where the root's part of `said` ends */
    struct buf said;
};

static char separator(const struct account *a)
{
    return a->brief ? '|' : '\x1E'; /* stands in no string of the corpus */
}

static void say_doc(struct account *a, const struct luma_doc *doc)
{
    if (a->brief)
        must(buf_append(&a->said, doc->json, doc->json_len));
    else
        dump_doc(&a->said, doc);
}

static void hear_doc(struct account *a, struct json_reader *r)
{
    bool root = r->result == JSON_ROOT;
    struct luma_doc *doc;

    failing.on = true;
    doc = json_take(r);
    failing.on = false;
    insist(!doc == (r->why != LUMA_OK), "json_take says why");
    a->rows += !root;
    a->lost += !doc;
    a->roots += root;
    if (!doc) {
        say(&a->said, "!%s", luma_status_code(r->why));
        return;
    }
    insist((const char *)(doc->root + doc->root->span) ==
               (const char *)doc->strings,
           "the root spans all nodes");
    say_doc(a, doc);
    a->root_end = a->said.len;
    if (root && json_narrow(r, doc)) {
        say(&a->said, "~");
        say_doc(a, doc);
    }
    free(doc);
}

static void hear(struct account *a, struct json_reader *r)
{
    if (r->result == JSON_MORE)
        return;
    if (a->said.len)
        say(&a->said, "%c", separator(a));
    a->bad = r->result == JSON_BAD;
    if (a->bad)
        say(&a->said, "?%s", luma_status_code(r->why));
    else
        hear_doc(a, r);
}

/* Each part is a block of its own that is gone afterwards, so a reader that
 * looks behind its end or keeps a pointer is caught. */
static void feed(struct account *a, struct json_reader *r, const char *part,
                 size_t len)
{
    char *copy = malloc(len ? len : 1);
    const char *at = copy, *before;
    enum json_result result;

    must(copy);
    memcpy(copy, part, len);
    do {
        before = at;
        failing.on = true;
        result = json_feed(r, &at, copy + len);
        failing.on = false;
        insist(at >= before && at <= copy + len && result == r->result,
               "json_feed moves on");
        hear(a, r);
    } while (result == JSON_ROW || result == JSON_ROOT);
    insist(result == JSON_BAD || at == copy + len, "JSON_MORE uses all bytes");
    free(copy);
}

static void end(struct account *a, struct json_reader *r)
{
    enum json_result result;

    failing.on = true;
    result = json_end(r);
    failing.on = false;
    insist(a->roots ? result == JSON_MORE : result != JSON_MORE,
           "json_end says what the last byte did not");
    if (!a->roots)
        hear(a, r);
}

/* Errors are sticky. */
static void feed_after_bad(struct json_reader *r)
{
    enum luma_status why = r->why;
    const char *at = ",\"\",[1]]";

    insist(json_feed(r, &at, at + 8) == JSON_BAD, "json_feed stays bad");
    insist(json_end(r) == JSON_BAD, "json_end stays bad");
    insist(why == r->why, "the first reason stays");
}

/* Reads the text in parts that end at the cuts. */
static void read_parts(struct account *a, struct json_reader *r,
                       const struct buf *text, const size_t *cuts, size_t count)
{
    size_t from = 0, to, i;

    json_reset(r);
    *a = (struct account){.brief = a->brief, .said = a->said};
    buf_clear(&a->said);
    for (i = 0; i <= count && !a->bad; i++, from = to) {
        to = i < count ? cuts[i] : text->len;
        feed(a, r, text->data + from, to - from);
    }
    if (a->bad)
        feed_after_bad(r);
    else
        end(a, r);
}

static void read_whole(struct account *a, struct json_reader *r,
                       const struct buf *text)
{
    read_parts(a, r, text, NULL, 0);
}

static void read_bytes(struct account *a, struct json_reader *r,
                       const struct buf *text)
{
    size_t *cuts = malloc((text->len + 1) * sizeof *cuts), i;

    must(cuts);
    for (i = 0; i < text->len; i++)
        cuts[i] = i;
    read_parts(a, r, text, cuts, text->len);
    free(cuts);
}

/* ---- every way to cut it ----------------------------------------------- */

static bool agrees(const struct account *is, const struct account *whole,
                   const char *way, size_t cut)
{
    if (same(&is->said, &whole->said))
        return true;
    printf("%s at %zu differs from whole:\n", way, cut);
    check_bytes(is->said.data, is->said.len, whole->said.data, whole->said.len,
                CHECK_AT, "whole");
    return false;
}

static bool agrees_in_two(const struct account *whole, struct json_reader *r,
                          const struct buf *text)
{
    struct account a = {.brief = whole->brief};
    size_t step = text->len <= EVERY_CUT ? 1 : text->len / 200, cut;
    bool ok = true;

    for (cut = 0; cut <= text->len && ok; cut += step) {
        read_parts(&a, r, text, &cut, 1);
        ok = agrees(&a, whole, "cut in two", cut);
    }
    buf_free(&a.said);
    return ok;
}

static size_t chance(size_t below)
{
    static uint64_t x = 0x2545F4914F6CDD1Du;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (size_t)(x >> 11) % below;
}

static bool agrees_by_chance(const struct account *whole, struct json_reader *r,
                             const struct buf *text)
{
    struct account a = {.brief = whole->brief};
    bool ok = true;
    int i;

    for (i = 0; i < 10 && ok; i++) {
        size_t cuts[3];

        cuts[0] = chance(text->len + 1);
        cuts[1] = cuts[0] + chance(text->len - cuts[0] + 1);
        cuts[2] = cuts[1] + chance(text->len - cuts[1] + 1);
        read_parts(&a, r, text, cuts, 3);
        ok = agrees(&a, whole, "three cuts", cuts[0]);
    }
    buf_free(&a.said);
    return ok;
}

/* Reads the text in every way; `a` tells what all of them say. */
static void read_all(struct account *a, struct json_reader *r,
                     const struct buf *text)
{
    struct account bytes = {.brief = a->brief};

    read_whole(a, r, text);
    read_bytes(&bytes, r, text);
    CHECK(agrees(&bytes, a, "byte by byte", 0));
    CHECK(agrees_in_two(a, r, text));
    CHECK(agrees_by_chance(a, r, text));
    buf_free(&bytes.said);
}

/* The same with a text and an account in brief. */
static void check_told(struct json_reader *r, const struct buf *text,
                       const struct buf *told)
{
    struct account a = {.brief = true};

    read_all(&a, r, text);
    CHECK_BYTES(a.said.data, a.said.len, told->data, told->len);
    buf_free(&a.said);
}

/* ---- the corpus -------------------------------------------------------- */

static const char *unescape(struct buf *to, const char *p);

/* {N:x} */
static const char *unescape_times(struct buf *to, const char *p)
{
    struct buf x = {0};
    char *colon;
    unsigned long n = strtoul(p + 1, &colon, 10);

    for (p = colon + 1; *p && *p != '}';)
        p = unescape(&x, p);
    while (n--)
        say_buf(to, &x);
    buf_free(&x);
    return p + 1;
}

static const char *unescape(struct buf *to, const char *p)
{
    if (p[0] == '\\' && p[1] == 'x') {
        char digits[] = {p[2], p[3], '\0'};

        must(buf_append(to, &(char){(char)strtoul(digits, NULL, 16)}, 1));
        return p + 4;
    }
    if (p[0] == '\\' && p[1] == 'r')
        return unescape_times(to, p + 2);
    p += *p == '\\';
    must(buf_append(to, p, 1));
    return p + 1;
}

/* The text's tokens; white space is what is between them. */
static void say_tokens(struct buf *to, const struct buf *text)
{
    bool in_string = false;
    size_t i;

    for (i = 0; i < text->len; i++) {
        const char *p = text->data + i;
        bool escape = in_string && *p == '\\';

        in_string ^= *p == '"';
        if (in_string || (unsigned char)*p > ' ')
            must(buf_append(to, p, escape ? 2 : 1));
        i += escape;
    }
}

/* As a row, the text makes the document it makes as root. */
static void check_wrapped(struct json_reader *r, const struct buf *text,
                          const struct account *root, const char *before,
                          const char *behind, const char *told_behind)
{
    struct buf wrapped = {0}, told = {0};
    struct account a = {0};

    say(&wrapped, "%s", before);
    say_buf(&wrapped, text);
    say(&wrapped, "%s", behind);
    say_tokens(&told, text);
    say(&told, "%s", told_behind);
    check_told(r, &wrapped, &told);
    read_whole(&a, r, &wrapped);
    if (!root->rows)
        CHECK(a.said.len > root->root_end &&
              !memcmp(a.said.data, root->said.data, root->root_end) &&
              a.said.data[root->root_end] == separator(&a));
    buf_free(&wrapped);
    buf_free(&told);
    buf_free(&a.said);
}

static void check_accepted(struct json_reader *r, const struct buf *text,
                           const struct account *a)
{
    struct buf told = {0};

    CHECK(!a->bad && !a->lost && a->roots == 1);
    say_tokens(&told, text);
    if (!a->rows && CHECK(a->root_end > told.len))
        CHECK_BYTES(a->said.data + a->root_end - told.len, told.len, told.data,
                    told.len);
    check_wrapped(r, text, a, "[", "]", "|[]");
    check_wrapped(r, text, a, "{\"data\":[", ",1]}", "|1|{\"data\":[]}");
    buf_free(&told);
}

static void check_fresh(const struct account *a, const struct buf *text)
{
    struct json_reader r;
    struct account fresh = {0};

    must(json_init(&r, MAX_DOC, true));
    read_whole(&fresh, &r, text);
    CHECK(agrees(&fresh, a, "a fresh reader", 0));
    buf_free(&fresh.said);
    json_free(&r);
}

/* One reader reads all texts, so each finds what the one before left. */
static void check_text(struct json_reader *r, const char *class,
                       const struct buf *text)
{
    struct account a = {0};

    read_all(&a, r, text);
    check_fresh(&a, text);
    if (*class == 'a')
        check_accepted(r, text, &a);
    else if (*class == 'r')
        CHECK(a.bad || a.lost); /* a row that is too deep is given up */
    else
        CHECK(a.bad || a.roots == 1);
    buf_free(&a.said);
}

static void for_each_text(const char *path,
                          void (*check)(struct json_reader *r,
                                        const char *class,
                                        const struct buf *text))
{
    char line[4096], *name, *p;
    FILE *file = fopen(path, "r");
    struct json_reader r;
    struct buf text = {0};

    must(json_init(&r, MAX_DOC, true));
    must(buf_reserve(&text, 1)); /* the empty text has an address too */
    CHECK(file);
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line == '#' || !(name = strchr(line, '\t')) ||
            !(p = strchr(name + 1, '\t')))
            continue;
        *name = *p = '\0';
        check_case = name + 1;
        buf_clear(&text);
        for (p++; *p;)
            p = (char *)unescape(&text, p);
        check(&r, line, &text);
    }
    check_case = "";
    if (file)
        fclose(file);
    buf_free(&text);
    json_free(&r);
}

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
    {99, "[1,2", "1|?truncated"},
    {99, "[1,]", "1|?reply"},
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
    {2, "[\"abc\x01 def\",1]", "!too_large|1|[]"},
    {2, "[\"abc\\x def\",1]", "!too_large|1|[]"},
    {2, "[\"\\ud83d\",1]", "!too_large|1|[]"},
    {2, "[12345-,1]", "!too_large|1|[]"},
    {2, "[[1,,2],1]", "!too_large|1|[]"},
    {3, "\"abc\x01\"", "?too_large"},
    {4, "\"abc\x01\"", "?reply"},
    {3, "[\"abc\x01 def\",1]", "!too_large|1|[]"},
    {4, "[\"abc\x01 def\",1]", "?reply"},
};

static void test_told(void)
{
    size_t i;

    for (i = 0; i < sizeof told_rows / sizeof *told_rows; i++) {
        const struct told_row *row = &told_rows[i];
        struct buf text = {0}, told = {0};
        struct json_reader r;

        check_case = row->text;
        must(json_init(&r, row->max, true));
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

    must(json_init(&r, MAX_DOC, true));
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

    check_depth("[", "[", "]", JSON_DEPTH - 1, true, "[]");
    check_depth("[", "[", "]", JSON_DEPTH, false, "[]");
    check_depth("[", "[", "]", JSON_DEPTH + 1, false, "[]");
    check_depth("[", "[[],", "[]]", JSON_DEPTH, false, "[]");
    check_depth("[", "{\"a\":", "}", JSON_DEPTH, false, "[]");
    check_depth("[", "{\"]\\\"[\":[", "]}", JSON_DEPTH / 2 - 1, true, "[]");
    check_depth("[", "{\"]\\\"[\":[", "]}", JSON_DEPTH / 2, false, "[]");
    check_depth(data, "[", "]", JSON_DEPTH - 2, true, told);
    check_depth(data, "[", "]", JSON_DEPTH - 1, false, told);
    check_depth(data, "[{\"]\":", "}]", JSON_DEPTH, false, told);
    check_depth("[", "[", "]", 300, false, "[]");
}

/* Too large for every cut. */
static void test_great_depth(void)
{
    struct account a = {.brief = true}, bytes = a;
    struct buf text = {0};
    struct json_reader r;

    must(json_init(&r, MAX_DOC, true));
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

    must(json_init(&r, MAX_DOC, keep_json));
    say_times(&text, json, 1);
    doc = first_doc(&r, &text);
    must(doc);
    buf_free(&text);
    json_free(&r);
    return doc;
}

/* Of each node its kind + span : value; of containers size, nulls, content. */
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

static void test_root_after_rows(void)
{
    struct account a = {0};
    struct buf text = {0};
    struct json_reader r;
    const char *wanted = " 8+4:3,1(\"n\" 0+1:\"data\" 7+1:0,0()\"c\" 3+1:7)"
                         " strings\"n\"\"data\"\"c\" json "
                         "{\"n\":null,\"data\":[],\"c\":7}";

    must(json_init(&r, MAX_DOC, true));
    say(&text, "{\"n\":null,\"data\":[1,null,{\"x\":[\"y\"]},2],\"c\":7}");
    read_all(&a, &r, &text);
    CHECK(a.rows == 4 && a.roots == 1 && a.root_end > strlen(wanted));
    CHECK_BYTES(a.said.data + a.root_end - strlen(wanted), strlen(wanted),
                wanted, strlen(wanted));
    buf_free(&a.said);
    buf_free(&text);
    json_free(&r);
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

    for (i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        struct luma_doc *doc = doc_of(escapes[i].json, true);
        const struct luma_string *s = &doc->strings[doc->root->string];

        check_case = escapes[i].json;
        CHECK_INT(doc->root->kind, LUMA_STRING);
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

    for (i = 0; i < sizeof members / sizeof *members; i++) {
        struct luma_doc *doc = doc_of(members[i].json, false);
        const char *shape = members[i].shape;
        const struct luma_node *node =
            doc_member(doc, doc->root, members[i].name);
        struct buf said = {0};

        check_case = members[i].json;
        if (CHECK(!node == !shape) && node) {
            dump_node(&said, doc, node);
            CHECK_BYTES(said.data, said.len, shape, strlen(shape));
        }
        CHECK(!doc_member(doc, NULL, members[i].name));
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

    must(json_init(&r, MAX_DOC, false));
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

/* ---- memory that runs out, at every call ------------------------------- */

/* Item by item as it was told with memory enough, or lost for want of it. */
static bool agrees_but_for_memory(const struct account *is,
                                  const struct account *whole)
{
    const char *p = is->said.data, *end = p + is->said.len;
    const char *want = whole->said.data, *want_end = want + whole->said.len;

    while (p < end && want < want_end) {
        const char *to = memchr(p, separator(is), (size_t)(end - p));
        const char *want_to =
            memchr(want, separator(is), (size_t)(want_end - want));
        size_t n = (size_t)((to ? to : end) - p);
        size_t want_n = (size_t)((want_to ? want_to : want_end) - want);

        if (n == 7 && memcmp(p, "?memory", 7) == 0)
            return !to;
        if (!(n == 7 && memcmp(p, "!memory", 7) == 0) &&
            !(n == want_n && memcmp(p, want, n) == 0))
            return false;
        p = to ? to + 1 : end;
        want = want_to ? want_to + 1 : want_end;
    }
    return p == end && want == want_end;
}

static bool works_again(struct json_reader *r)
{
    struct account a = {.brief = true};
    struct buf text = {0};
    bool ok;

    say(&text, "[{\"a\":[1,\"\\n\"]},\"b\"]");
    read_whole(&a, r, &text);
    must(buf_append(&a.said, "", 1));
    ok = strcmp(a.said.data, "{\"a\":[1,\"\\n\"]}|\"b\"|[]") == 0;
    buf_free(&a.said);
    buf_free(&text);
    return ok;
}

/* False once no call fails any more. */
static bool read_without_memory(const struct account *whole,
                                const struct buf *text, bool bytes)
{
    struct account a = {0};
    struct json_reader r;
    bool failed;

    must(json_init(&r, MAX_DOC, true));
    failing.passed = 0;
    (bytes ? read_bytes : read_whole)(&a, &r, text);
    failed = failing.passed >= failing.at;
    failing.at = 0;
    if (!agrees_but_for_memory(&a, whole))
        agrees(&a, whole, "without memory", 0);
    insist(works_again(&r), "works again after json_reset");
    buf_free(&a.said);
    json_free(&r);
    return failed;
}

static void check_memory(struct json_reader *r, const char *class,
                         const struct buf *text)
{
    struct account whole = {0};
    int way, before = check_failed;

    if (*class == 'r')
        return;
    read_whole(&whole, r, text);
    for (way = 0; way < 4; way++) {
        unsigned n = 0;

        do {
            failing.at = ++n;
            failing.for_ever = way & 1;
        } while (read_without_memory(&whole, text, way & 2));
        CHECK(check_failed == before && n > 1);
    }
    buf_free(&whole.said);
}

/* Rows that make each of the buffers grow. */
static void test_memory_of_rows(void)
{
    struct json_reader r;
    struct buf text = {0};

    must(json_init(&r, MAX_DOC, true));
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
    check_memory(&r, "accept", &text);
    buf_free(&text);
    json_free(&r);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "spec/support/json-corpus.txt";

    for_each_text(path, check_text);
    test_told();
    test_depth();
    test_great_depth();
    test_shapes();
    test_root_after_rows();
    test_escapes();
    test_members();
    test_equal_strings();
    test_many_strings();
    if (__real_malloc) {
        for_each_text(path, check_memory);
        test_memory_of_rows();
    }
    return check_done();
}
