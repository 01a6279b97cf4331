/* SPDX-License-Identifier: MIT */
/* Texts fed in every cut, and with memory that runs out at every call. */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "dump.h"
#include "feed.h"

enum { EVERY_CUT = 4000 /* of longer texts, some */ };

static uint64_t seed = 1;
static struct names *shared;

/* ---- what a reader says of a text -------------------------------------- */

static bool is_list(const struct builder *b, uint32_t name)
{
    return builder_is_at(b, name, "data") ||
           builder_is_at(b, name, "data.items") ||
           (builder_is_at(b, name, "items") && !builder_has_before(b, "id"));
}

void share_names(struct names *names)
{
    shared = names;
}

void ready_reader(struct json_reader *r, size_t max_doc)
{
    json_init(r, max_doc, true, shared);
    r->is_list = is_list;
}

char separator(const struct account *a)
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

    alloc_spare(false);
    doc = json_take(r);
    alloc_spare(true);
    insist(!doc == (r->error_code != LUMA_OK), "json_take says why");
    a->rows += !root;
    a->lost += !doc;
    a->roots += root;
    if (!doc) {
        say(&a->said, "!%s", luma_code_name(r->error_code));
        return;
    }
    insist((const char *)(doc->root + doc->root->span) ==
               (const char *)doc->strings,
           "the root spans all nodes");
    say_doc(a, doc);
    a->root_end = a->said.len;
    if (root && json_narrow_to_data(r, doc)) {
        say(&a->said, "~");
        say_doc(a, doc);
    }
    free(doc);
}

static void hear(void *account, struct json_reader *r)
{
    struct account *a = account;

    if (r->result == JSON_MORE)
        return;
    if (a->said.len)
        say(&a->said, "%c", separator(a));
    a->bad = r->result == JSON_BAD;
    if (a->bad)
        say(&a->said, "?%s", luma_code_name(r->error_code));
    else
        hear_doc(a, r);
}

/* Only the reader's memory runs out. */
static enum json_result read_alone(struct json_reader *r, const char **at,
                                   const char *end)
{
    enum json_result result;

    alloc_spare(false);
    result = json_feed(r, at, end);
    alloc_spare(true);
    return result;
}

static void end(struct account *a, struct json_reader *r)
{
    enum json_result result;

    alloc_spare(false);
    result = json_end(r);
    alloc_spare(true);
    insist(a->roots ? result == JSON_MORE : result != JSON_MORE,
           "json_end says what the last byte did not");
    if (!a->roots)
        hear(a, r);
}

/* Reads the text in parts that end at the cuts. */
static void read_parts(struct account *a, struct json_reader *r,
                       const struct buf *text, const size_t *cuts, size_t count)
{
    const struct feeder feeder = {r, read_alone, hear, a};
    size_t from = 0, to, i;

    json_reset(r);
    *a = (struct account){.brief = a->brief, .said = a->said};
    buf_clear(&a->said);
    for (i = 0; i <= count && !a->bad; i++, from = to) {
        to = i < count ? cuts[i] : text->len;
        feed_piece(&feeder, text->data + from, to - from);
    }
    if (a->bad)
        feed_after_bad(r);
    else
        end(a, r);
}

void read_whole(struct account *a, struct json_reader *r,
                const struct buf *text)
{
    read_parts(a, r, text, NULL, 0);
}

void read_bytes(struct account *a, struct json_reader *r,
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

bool agrees(const struct account *is, const struct account *whole,
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

static bool agrees_by_chance(const struct account *whole, struct json_reader *r,
                             const struct buf *text)
{
    struct account a = {.brief = whole->brief};
    bool ok = true;
    int i;

    for (i = 0; i < 10 && ok; i++) {
        size_t cuts[3];

        cuts[0] = chance(&seed, text->len + 1);
        cuts[1] = cuts[0] + chance(&seed, text->len - cuts[0] + 1);
        cuts[2] = cuts[1] + chance(&seed, text->len - cuts[1] + 1);
        read_parts(&a, r, text, cuts, 3);
        ok = agrees(&a, whole, "three cuts", cuts[0]);
    }
    buf_free(&a.said);
    return ok;
}

/* Reads the text in every way; `a` tells what all of them say. */
void read_all(struct account *a, struct json_reader *r, const struct buf *text)
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
void check_told(struct json_reader *r, const struct buf *text,
                const struct buf *told)
{
    struct account a = {.brief = true};

    read_all(&a, r, text);
    CHECK_BYTES(a.said.data, a.said.len, told->data, told->len);
    buf_free(&a.said);
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
                                const struct buf *text, bool bytes, unsigned n,
                                bool for_ever)
{
    struct account a = {0};
    struct json_reader r;
    bool failed;

    ready_reader(&r, MAX_DOC);
    alloc_fail_at(n, for_ever);
    (bytes ? read_bytes : read_whole)(&a, &r, text);
    failed = alloc_stop() >= n;
    if (!agrees_but_for_memory(&a, whole))
        agrees(&a, whole, "without memory", 0);
    insist(works_again(&r), "works again after json_reset");
    buf_free(&a.said);
    json_free(&r);
    return failed;
}

void check_memory(struct json_reader *r, const struct buf *text)
{
    struct account whole = {0};
    int way, before = check_failures();

    read_whole(&whole, r, text);
    for (way = 0; way < 4; way++) {
        unsigned n = 0;

        while (read_without_memory(&whole, text, way & 2, ++n, way & 1))
            ;
        CHECK(check_failures() == before && n > 1);
    }
    buf_free(&whole.said);
}
