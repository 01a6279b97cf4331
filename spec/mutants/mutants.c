/* SPDX-License-Identifier: MIT */
/* Reads mutated JSON texts (mutant.h) whole and in pieces: each must give the
 * same answer.
 *
 *   mutants CORPUS check FIRST COUNT    the texts from number FIRST on
 *   mutants CORPUS digest FIRST COUNT   the same; a hash of the answers for
 *                                       each 1,000 texts
 *   mutants CORPUS whole FIRST COUNT    the hashes, of whole texts alone
 *   mutants CORPUS each FIRST COUNT     a hash for each text
 *   mutants CORPUS show NUMBER 1        the text and its answer
 *   mutants CORPUS write FIRST COUNT    the texts, each behind its length
 *
 * Two programs that are linked with different versions of the core must print
 * the same hashes. */
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "mutant.h"
#include "sample.h"
#include "spec/core/check.h"

enum { BLOCK = 1000, MAX_CUTS = 16, FNV_START = 0x811C9DC5 };

static struct state {
    struct reply keeping, bare; /* with and without the JSON of documents */
    struct answer whole, is;
    struct mutant mutant;
    struct setting setting;
    uint64_t number; /* of the text */
    size_t readings;
} s;

static uint64_t *seed(void)
{
    return &s.mutant.seed;
}

/* ---- what is wrong ----------------------------------------------------- */

static void print_text(const struct buf *text)
{
    size_t i;

    for (i = 0; i < text->len; i++) {
        unsigned char c = (unsigned char)text->data[i];

        if (c < ' ' || c > '~')
            printf("<%02X>", c);
        else
            putchar(c);
    }
    putchar('\n');
}

static void print_mutant(void)
{
    printf("text %llu, %zu bytes, max_doc %zu%s:\n",
           (unsigned long long)s.number, s.mutant.text.len, s.setting.max_doc,
           s.setting.single_value ? ", single_value" : "");
    print_text(&s.mutant.text);
}

static void print_answer(const char *title, const struct answer *a)
{
    printf("%s: ", title);
    print_text(&a->said);
    printf("  kept: ");
    print_text(&a->kept);
}

static void differ(const char *way, const size_t *cuts, size_t count)
{
    size_t i;

    printf("%s: the answer is not that of the whole text\n", way);
    print_mutant();
    for (i = 0; i < count && i < MAX_CUTS; i++)
        printf("%s%zu", i ? ", " : "cut at ", cuts[i]);
    putchar('\n');
    print_answer("whole", &s.whole);
    print_answer("is", &s.is);
}

/* ---- ways to read ------------------------------------------------------ */

/* False, after it has printed both: they differ, and nothing more is to be
 * read. */
static bool compare(struct reply *reply, const char *way, const size_t *cuts,
                    size_t count)
{
    answer_read(&s.is, &reply->json, &s.setting, &s.mutant.text, cuts, count);
    s.readings++;
    if (same(&s.is.said, &s.whole.said) &&
        (!reply->json.keep_json || same(&s.is.kept, &s.whole.kept)))
        return true;
    differ(way, cuts, count);
    return false;
}

static struct reply *either(void)
{
    return chance(seed(), 3) ? &s.keeping : &s.bare;
}

/* Pieces of one length. */
static bool read_steps(size_t step)
{
    size_t count = s.mutant.text.len / step, i;
    size_t *cuts = malloc((count + 1) * sizeof *cuts);
    bool ok;

    must(cuts);
    for (i = 0; i < count; i++)
        cuts[i] = (i + 1) * step;
    ok = compare(either(), "in steps", cuts, count);
    free(cuts);
    return ok;
}

static bool read_every_cut(void)
{
    size_t cut;

    for (cut = 0; cut <= s.mutant.text.len; cut++)
        if (!compare(either(), "at every cut", &cut, 1))
            return false;
    return true;
}

/* About the place where the text was changed. */
static bool read_near(void)
{
    size_t len = s.mutant.text.len, from = s.mutant.at;
    size_t cuts[2];

    from = from < len ? from : len;
    from -= chance(seed(), (from < 24 ? from : 24) + 1);
    cuts[0] = from + chance(seed(), (len - from < 48 ? len - from : 48) + 1);
    cuts[1] = cuts[0] +
              chance(seed(), (len - cuts[0] < 9 ? len - cuts[0] : 9) + 1);
    return compare(either(), "near", cuts, 1 + chance(seed(), 2));
}

static bool read_by_chance(void)
{
    size_t cuts[3], count = 1 + chance(seed(), COUNT(cuts)), from = 0, i;

    for (i = 0; i < count; i++)
        from = cuts[i] = from + chance(seed(), s.mutant.text.len - from + 1);
    return compare(either(), "by chance", cuts, count);
}

static bool read_fresh(void)
{
    struct reply fresh;
    bool ok;

    answer_ready(&fresh, true);
    ok = compare(&fresh, "by a fresh reader", NULL, 0);
    reply_free(&fresh);
    return ok;
}

/* In a sample of the texts, mostly of the short ones. */
static bool wants_every_cut(void)
{
    size_t len = s.mutant.text.len;

    return len < 150 ? chance(seed(), 2) == 0
                     : len < 1000 && chance(seed(), 16) == 0;
}

/* False at the first difference. */
static bool read_all(void)
{
    size_t len = s.mutant.text.len;
    bool ok = compare(&s.bare, "without JSON", NULL, 0);
    int i, times = len < 2000 ? 24 : 6;

    if (ok && (len < 2000 || chance(seed(), 8) == 0))
        ok = read_steps(1);
    for (i = 0; ok && i < times; i++)
        ok = read_steps(2 + chance(seed(), i % 2 ? 30 : 500));
    for (i = 0; ok && i < times; i++)
        ok = read_near();
    for (i = 0; ok && i < times; i++)
        ok = read_by_chance();
    if (ok && wants_every_cut())
        ok = read_every_cut();
    return ok && (chance(seed(), 16) || read_fresh());
}

/* ---- texts ------------------------------------------------------------- */

/* Limits are often met exactly: many rows are small, and roots are what is
 * left of a text. */
static void set(void)
{
    size_t len = s.mutant.text.len, way = chance(seed(), 12);

    s.setting.max_doc = way < 7 ? 1 << 24
                        : way < 10
                            ? 1 + chance(seed(), chance(seed(), 2) ? 40 : 300)
                        : way < 11 ? 1 + chance(seed(), len + 2)
                                   : 1 + len / (1 + chance(seed(), 8));
    s.setting.single_value = chance(seed(), 8) == 0;
}

static uint64_t read_mutant(uint64_t number, bool in_pieces, uint64_t hash)
{
    static char name[40];

    snprintf(name, sizeof name, "text %llu", (unsigned long long)number);
    check_case = name;
    s.number = number;
    mutant_make(&s.mutant, number);
    set();
    answer_read(&s.whole, &s.keeping.json, &s.setting, &s.mutant.text, NULL, 0);
    if (in_pieces)
        CHECK(read_all());
    return answer_hash(&s.whole, hash);
}

static void print_hash(uint64_t number, uint64_t hash)
{
    printf("%llu %016llx\n", (unsigned long long)number,
           (unsigned long long)hash);
}

/* A hash for each so many texts; 0: none. */
static void read_mutants(uint64_t first, uint64_t count, bool in_pieces,
                         unsigned step)
{
    uint64_t hash = FNV_START, i, from = first;

    for (i = 0; i < count && check_failures() < 5; i++) {
        hash = read_mutant(first + i, in_pieces, hash);
        if (step && ((i + 1) % step == 0 || i + 1 == count)) {
            print_hash(from, hash);
            hash = FNV_START;
            from = first + i + 1;
        }
    }
}

static void show(uint64_t number)
{
    read_mutant(number, false, 0);
    print_mutant();
    print_answer("answer", &s.whole);
}

static void write_mutants(uint64_t first, uint64_t count)
{
    uint64_t i;

    for (i = 0; i < count; i++) {
        mutant_make(&s.mutant, first + i);
        printf("%zu\n", s.mutant.text.len);
        fwrite(s.mutant.text.data, 1, s.mutant.text.len, stdout);
    }
}

static bool run(const char *mode, uint64_t first, uint64_t count)
{
    if (!strcmp(mode, "check"))
        read_mutants(first, count, true, 0);
    else if (!strcmp(mode, "digest"))
        read_mutants(first, count, true, BLOCK);
    else if (!strcmp(mode, "whole"))
        read_mutants(first, count, false, BLOCK);
    else if (!strcmp(mode, "each"))
        read_mutants(first, count, false, 1);
    else if (!strcmp(mode, "show"))
        show(first);
    else if (!strcmp(mode, "write"))
        write_mutants(first, count);
    else
        return false;
    return true;
}

static int report(const char *mode)
{
    if (strcmp(mode, "check"))
        return check_failures() != 0;
    printf("mutants: %zu readings\n", s.readings);
    return check_end("mutants_test");
}

int main(int argc, char **argv)
{
    if (argc != 5 || !sample_load(argv[1], "spec/stub/tasks-200.json")) {
        puts("mutants CORPUS MODE FIRST COUNT: see spec/mutants/mutants.c");
        return 2;
    }
    answer_ready(&s.keeping, true);
    answer_ready(&s.bare, false);
    if (!run(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10)))
        return 2;
    reply_free(&s.keeping);
    reply_free(&s.bare);
    answer_free(&s.whole);
    answer_free(&s.is);
    mutant_free(&s.mutant);
    sample_free();
    return report(argv[2]);
}
