/* SPDX-License-Identifier: MIT */
/* Tests of reader.h, the token and builder below it included: a corpus of texts
 * (argv[1]), at every cut, and with memory that runs out at every call. */
#include "account.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "corpus.h"
#include "dump.h"

/* ---- the corpus -------------------------------------------------------- */

/* The code unit of an escape at `p`, or 0. */
static unsigned long unit_at(const char *p)
{
    char digits[5] = "";

    if (p[0] == '\\' && p[1] == 'u')
        memcpy(digits, p + 2, 4);
    return strtoul(digits, NULL, 16);
}

/* An escape as it is kept; gives its length. */
static size_t say_escape(struct buf *to, const char *p)
{
    unsigned long unit = unit_at(p);
    bool high = unit >= 0xD800 && unit < 0xDC00;
    bool low = unit >= 0xDC00 && unit < 0xE000;

    if (high && unit_at(p + 6) >= 0xDC00 && unit_at(p + 6) < 0xE000) {
        must(buf_append(to, p, 12));
        return 12;
    }
    if (high || low) {
        say(to, "\\ufffd");
        return 6;
    }
    must(buf_append(to, p, 2));
    return 2;
}

/* The text's tokens; white space is what is between them. A raw control
 * character is written as an escape, a lone half of a pair as \ufffd. */
static void say_tokens(struct buf *to, const struct buf *text)
{
    bool in_string = false;
    size_t i, n;

    for (i = 0; i < text->len; i += n) {
        const char *p = text->data + i;

        n = 1;
        in_string ^= *p == '"';
        if (in_string && *p == '\\')
            n = say_escape(to, p);
        else if (in_string && (unsigned char)*p < ' ')
            say(to, "\\u%04x", (unsigned char)*p);
        else if (in_string || (unsigned char)*p > ' ')
            must(buf_append(to, p, 1));
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

    ready_reader(&r, MAX_DOC);
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
    if (*class == 'a' || *class == 'l')
        check_accepted(r, text, &a);
    else if (*class == 'r')
        CHECK(a.bad || a.lost); /* or a row of it */
    else
        CHECK(a.bad || a.roots == 1);
    buf_free(&a.said);
}

typedef void check_fn(struct json_reader *r, const char *class,
                      const struct buf *text);

struct each {
    struct json_reader reader;
    check_fn *check;
};

static void check_named(void *arg, const char *class, const char *name,
                        const struct buf *text)
{
    struct each *each = arg;

    check_case = name;
    each->check(&each->reader, class, text);
}

static void for_each_text(const char *path, check_fn *check)
{
    struct each each = {.check = check};

    ready_reader(&each.reader, MAX_DOC);
    CHECK(corpus_read(path, check_named, &each));
    check_case = "";
    json_free(&each.reader);
}

/* Such a text makes the reader give up early: the others need more memory. */
static void check_memory_of(struct json_reader *r, const char *class,
                            const struct buf *text)
{
    if (*class != 'r')
        check_memory(r, text);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "spec/support/json-corpus.txt";
    static struct names names;

    alloc_spare(true);
    for_each_text(path, check_text);
    for_each_text(path, check_memory_of);
    share_names(&names);
    for_each_text(path, check_text);
    for_each_text(path, check_memory_of);
    return check_done();
}
