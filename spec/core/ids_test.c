/* SPDX-License-Identifier: MIT */
/* Tests of ids.h: lists of ids, and how they are found. */
#include "job/ids.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "id_list.h"

enum { MANY = 100000 };

/* ---- helpers ----------------------------------------------------------- */

static void check_id(const struct luma_ids *ids, uint32_t index,
                     const char *want)
{
    size_t len;
    const char *id = ids_get(ids, index, &len);

    CHECK_BYTES(id, len, want, strlen(want));
    CHECK_INT(ids_find(ids, want, strlen(want)), index);
}

/* ---- lists ------------------------------------------------------------- */

static void test_distinct(void)
{
    struct luma_ids *ids = ids_of("b a b c a a b aa A");

    CHECK_INT(ids->count, 5);
    check_id(ids, 0, "b");
    check_id(ids, 1, "a");
    check_id(ids, 2, "c");
    check_id(ids, 3, "aa");
    check_id(ids, 4, "A");
    CHECK_INT(ids_find(ids, "", 0), -1);
    CHECK_INT(ids_find(ids, "ba", 2), -1);
    CHECK_INT(ids_find(ids, "a\0", 2), -1);
    luma_ids_unref(ids);
    luma_ids_unref(NULL);
}

/* Any bytes will do, and nothing ends an id but its length. */
static void test_bytes(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        {"\0", 1}, {"\0\0", 2}, {"a\0b", 3},     {"a\0c", 3},      {"a", 1},
        {"\"", 1}, {"\xFF", 1}, {"\xC3\xA9", 2}, {"e\xCC\x81", 3}, {" ", 1},
        {"\n", 1}, {"1", 1},    {"1.0", 3},      {"null", 4},
    };
    struct luma_ids *ids = new_ids(COUNT(rows));
    size_t i, len;

    for (i = 0; i < 2 * COUNT(rows); i++)
        CHECK_INT(luma_ids_add(ids, rows[i % COUNT(rows)].bytes,
                               rows[i % COUNT(rows)].len),
                  LUMA_OK);
    CHECK_INT(ids->count, COUNT(rows));
    for (i = 0; i < COUNT(rows); i++) {
        const char *id = ids_get(ids, (uint32_t)i, &len);

        CHECK_BYTES(id, len, rows[i].bytes, rows[i].len);
        CHECK_INT(ids_find(ids, rows[i].bytes, rows[i].len), i);
    }
    luma_ids_unref(ids);
}

static void test_limits(void)
{
    char text[LUMA_ID_MAX + 1];
    struct luma_ids *ids = new_ids(3);

    memset(text, 'x', sizeof text);
    CHECK_INT(luma_ids_add(ids, text, 0), LUMA_ERR_ARGUMENT);
    CHECK_INT(luma_ids_add(ids, text, LUMA_ID_MAX + 1), LUMA_ERR_ARGUMENT);
    CHECK_INT(luma_ids_add(ids, text, (size_t)-1), LUMA_ERR_ARGUMENT);
    CHECK_INT(ids->count, 0);
    CHECK_INT(luma_ids_add(ids, text, LUMA_ID_MAX), LUMA_OK);
    CHECK_INT(luma_ids_add(ids, text, LUMA_ID_MAX), LUMA_OK);
    CHECK_INT(luma_ids_add(ids, text, LUMA_ID_MAX - 1), LUMA_OK);
    CHECK_INT(luma_ids_add(ids, text, 1), LUMA_OK);
    CHECK_INT(ids->count, 3);
    CHECK_INT(ids_find(ids, text, LUMA_ID_MAX), 0);
    CHECK_INT(ids_find(ids, text, LUMA_ID_MAX + 1), -1);
    luma_ids_unref(ids);
}

/* A list that was made too small refuses; it neither spins nor overflows. */
static void test_more_than_expected(void)
{
    static const size_t sizes[] = {1, 8, 100};
    size_t i, k;

    for (i = 0; i < COUNT(sizes); i++) {
        struct luma_ids *ids = luma_ids_new(sizes[i], 1);
        enum luma_code code = LUMA_OK;
        char id[24];

        must(ids);
        for (k = 0; code == LUMA_OK && k < 10000; k++) {
            snprintf(id, sizeof id, "id-%zu", k);
            code = add_id(ids, id);
        }
        CHECK_INT(code, LUMA_ERR_ARGUMENT);
        CHECK(ids->count >= sizes[i]);
        CHECK_INT(ids_find(ids, id, strlen(id)), -1);
        check_id(ids, (uint32_t)sizes[i] - 1,
                 (snprintf(id, sizeof id, "id-%zu", sizes[i] - 1), id));
        luma_ids_unref(ids);
    }
}

static void test_many(void)
{
    struct luma_ids *ids = new_ids(MANY);
    uint32_t i;
    char id[24];

    for (i = 0; i < 2 * MANY; i++) {
        snprintf(id, sizeof id, "%u", i % MANY * 7);
        insist(add_id(ids, id) == LUMA_OK, "added");
    }
    CHECK_INT(ids->count, MANY);
    for (i = 0; i < MANY; i++) {
        int n = snprintf(id, sizeof id, "%u", i * 7);

        insist(ids_find(ids, id, (size_t)n) == (int64_t)i, "found");
        insist(ids_find(ids, id, (size_t)n - 1) != (int64_t)i, "no prefix");
    }
    luma_ids_unref(ids);
}

static bool is_at_end(const struct luma_ids *ids, const char *id)
{
    uint32_t mask = ids->capacity - 1;

    return ((uint32_t)hash_bytes(&ids->key, id, strlen(id)) & mask) >=
           (mask & ~3u);
}

/* All at the end of the table, so that looking on goes round it. */
static void test_collisions(void)
{
    enum { ALIKE = 300 };
    struct luma_ids *ids = new_ids(2 * ALIKE);
    uint32_t n = 0, i;
    char id[24];

    for (i = 0; n < ALIKE; i++) {
        snprintf(id, sizeof id, "hostile-%u", i);
        if (!is_at_end(ids, id))
            continue;
        insist(add_id(ids, id) == LUMA_OK && ids->count == ++n, "another");
        insist(add_id(ids, id) == LUMA_OK && ids->count == n, "the same");
        insist(ids_find(ids, id, strlen(id)) == (int64_t)n - 1, "found");
    }
    CHECK_INT(ids->count, ALIKE);
    CHECK_INT(ids_find(ids, "hostile-x", 9), -1);
    luma_ids_unref(ids);
}

/* Strangers who have found such ids for one list have found none for another,
 * so adding many takes no longer than the number of ids says. */
static void test_other_list(void)
{
    enum { ALIKE = 300 };
    struct luma_ids *ids = new_ids(ALIKE), *other = new_ids(ALIKE);
    uint32_t n = 0, i, together = 0, looks = 0;
    char id[24];

    for (i = 0; n < ALIKE; i++) {
        snprintf(id, sizeof id, "hostile-%u", i);
        if (!is_at_end(ids, id))
            continue;
        n++;
        together += is_at_end(other, id);
        looks += ids_hash_look(ids, id, strlen(id)) ==
                 ids_hash_look(other, id, strlen(id));
    }
    CHECK(together < ALIKE / 10);
    CHECK_INT(looks, 0);
    luma_ids_unref(ids);
    luma_ids_unref(other);
}

static void test_looks(void)
{
    struct luma_ids *ids = new_ids(1);
    char longer[LUMA_ID_MAX + 10];

    memset(longer, 'x', sizeof longer);
    CHECK(ids_hash_look(ids, " aBc\t", 5) == ids_hash_look(ids, "AbC", 3));
    CHECK(ids_hash_look(ids, "abc", 3) != ids_hash_look(ids, "abd", 3));
    CHECK(ids_hash_look(ids, longer, sizeof longer) ==
          ids_hash_look(ids, longer, LUMA_ID_MAX));
    luma_ids_unref(ids);
}

static void test_references(void)
{
    struct luma_ids *ids = ids_of("a b");

    CHECK(ids_ref(ids) == ids);
    luma_ids_unref(ids);
    check_id(ids, 1, "b");
    luma_ids_unref(ids);
}

/* ---- memory that runs out ---------------------------------------------- */

/* An id that found no memory leaves nothing behind. */
static void test_memory_of_one(void)
{
    struct luma_ids *ids = luma_ids_new(100, 10000);
    unsigned n, failed = 0;
    char id[24];
    int64_t at;

    must(ids);
    for (n = 0; n < 128; n++) {
        snprintf(id, sizeof id, "id-%u", n);
        alloc_fail_at(1, false);
        failed += add_id(ids, id) == LUMA_ERR_MEMORY;
        alloc_stop();
        snprintf(id, sizeof id, "then-%u", n);
        if (add_id(ids, id) != LUMA_OK)
            break;
        at = ids_find(ids, id, strlen(id));
        if (CHECK(at >= 0))
            check_id(ids, (uint32_t)at, id);
    }
    CHECK(failed > 0);
    luma_ids_unref(ids);
}

int main(void)
{
    test_distinct();
    test_bytes();
    test_limits();
    test_more_than_expected();
    test_many();
    test_collisions();
    test_other_list();
    test_looks();
    test_references();
    test_memory_of_one();
    return check_done();
}
