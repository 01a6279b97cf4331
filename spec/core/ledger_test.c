/* SPDX-License-Identifier: MIT */
/* Tests of ledger.h: request bodies, and the ledger's small steps. job_test.c
 * lets whole jobs run. */
#include "job/batch.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "id_list.h"

/* ---- request bodies ---------------------------------------------------- */

/* What the list's first batch of `max` asks for. */
static void check_body(const struct luma_ids *ids, uint32_t max,
                       const char *want)
{
    struct ledger ledger;
    struct batch *batch = NULL;
    struct buf body = {0};

    must(ledger_init(&ledger, ids) && (batch = batch_new(&ledger, max)));
    must(buf_append_text(&body, "what was there before"));
    CHECK(ids_write(ids, batch->ids, batch->request.settled.count, &body));
    CHECK_BYTES(body.data, body.len, want, strlen(want));
    buf_free(&body);
    free(batch);
    ledger_free(&ledger);
}

static void test_bodies(void)
{
    static const struct {
        const char *id;
        size_t len;
        const char *body;
    } rows[] = {
        {"a", 1, "{\"ids\":[\"a\"]}"},
        {"a\"b", 3, "{\"ids\":[\"a\\\"b\"]}"},
        {"\"", 1, "{\"ids\":[\"\\\"\"]}"},
        {"\\", 1, "{\"ids\":[\"\\\\\"]}"},
        {"\\u0041", 6, "{\"ids\":[\"\\\\u0041\"]}"},
        {"\0", 1, "{\"ids\":[\"\\u0000\"]}"},
        {"a\0b", 3, "{\"ids\":[\"a\\u0000b\"]}"},
        {"\x01\x1F\x20", 3, "{\"ids\":[\"\\u0001\\u001f \"]}"},
        {"\n\t\r", 3, "{\"ids\":[\"\\n\\t\\r\"]}"},
        {"\x7F", 1, "{\"ids\":[\"\x7F\"]}"},
        {"\xC3\xA9\xF0\x9F\x98\x80", 6,
         "{\"ids\":[\"\xC3\xA9\xF0\x9F\x98\x80\"]}"},
        {"</script>", 9, "{\"ids\":[\"</script>\"]}"},
        {"\"],\"x\":[\"", 9, "{\"ids\":[\"\\\"],\\\"x\\\":[\\\"\"]}"},
    };
    struct luma_ids *three = ids_of("a b c");
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct luma_ids *ids = new_ids(1);

        must(luma_ids_add(ids, rows[i].id, rows[i].len) == LUMA_OK);
        check_body(ids, 1, rows[i].body);
        luma_ids_unref(ids);
    }
    check_body(three, 1, "{\"ids\":[\"a\"]}");
    check_body(three, 2, "{\"ids\":[\"a\",\"b\"]}");
    check_body(three, 99, "{\"ids\":[\"a\",\"b\",\"c\"]}");
    luma_ids_unref(three);
}

/* ---- the ledger -------------------------------------------------------- */

static void check_batch(const struct batch *batch, const char *indices)
{
    char is[100] = "";
    size_t used = 0;
    uint32_t i;

    for (i = 0; i < batch->request.settled.count; i++)
        used +=
            (size_t)snprintf(is + used, sizeof is - used, "%u ", batch->ids[i]);
    CHECK_TEXT(is, indices);
    CHECK(batch->request.settled.ids == batch->ids);
}

static struct batch *next_batch(struct ledger *ledger, uint32_t max,
                                const char *indices)
{
    struct batch *batch;

    CHECK(ledger_has_more(ledger));
    batch = batch_new(ledger, max);
    must(batch);
    check_batch(batch, indices);
    return batch;
}

static bool settle_as(struct ledger *ledger, int64_t index, uint32_t want)
{
    if (index < 0)
        return false;
    CHECK(index == want);
    ledger_settle(ledger, (uint32_t)index);
    return true;
}

static bool settle(struct ledger *ledger, const char *id, uint32_t want)
{
    return settle_as(ledger, ledger_find(ledger, id, strlen(id)), want);
}

static bool settle_alike(struct ledger *ledger, const char *id, uint32_t want)
{
    return settle_as(ledger, ledger_find_alike(ledger, id, strlen(id)), want);
}

static void test_ledger(void)
{
    struct luma_ids *ids = ids_of("a b c d e f g");
    struct ledger ledger;
    struct batch *one, *two, *three;

    must(ledger_init(&ledger, ids));
    one = next_batch(&ledger, 3, "0 1 2 ");
    two = next_batch(&ledger, 3, "3 4 5 ");
    CHECK(settle(&ledger, "b", 1) && !settle(&ledger, "b", 1));
    CHECK(!settle(&ledger, "x", 0));
    CHECK(settle(&ledger, "e", 4) && settle(&ledger, "g", 6));
    CHECK_INT(ledger.open, 4);
    batch_drop_settled(one, &ledger);
    check_batch(one, "0 2 ");
    CHECK(
        ledger_ask_again(&ledger, one->ids, one->request.settled.count, false));
    free(one);
    CHECK(settle(&ledger, "a", 0));       /* while it waits to be asked for */
    three = next_batch(&ledger, 3, "2 "); /* and "g" has come already */
    CHECK(!ledger_has_more(&ledger));
    batch_drop_settled(two, &ledger);
    check_batch(two, "3 5 ");
    batch_settle_all(two, &ledger);
    batch_settle_all(three, &ledger);
    CHECK_INT(ledger.open, 0);
    CHECK(!settle(&ledger, "d", 3)); /* too late */
    free(two);
    free(three);
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

/* The first of the batch arrives; the others are asked for again. */
static void answer_one(struct ledger *ledger, struct batch *batch)
{
    ledger_settle(ledger, batch->ids[0]);
    batch_drop_settled(batch, ledger);
    insist(ledger_ask_again(ledger, batch->ids, batch->request.settled.count,
                            false),
           "there is memory");
    free(batch);
}

/* A gateway that answers with one task at a time, eight requests at once: what
 * is kept per id stays what it is. */
static void test_capped_ledger(void)
{
    enum { IDS = 10000, IN_FLIGHT = 8 };
    struct batch *in_flight[IN_FLIGHT] = {0};
    struct luma_ids *ids = new_ids(IDS);
    struct ledger ledger;
    uint32_t i;
    char id[24];

    for (i = 0; i < IDS; i++)
        must(add_id(ids, (snprintf(id, sizeof id, "%u", i), id)) == LUMA_OK);
    must(ledger_init(&ledger, ids));
    for (i = 0; ledger.open; i++) {
        struct batch **batch = &in_flight[i % IN_FLIGHT];

        if (*batch)
            answer_one(&ledger, *batch);
        *batch = NULL;
        if (ledger_has_more(&ledger))
            must((*batch = batch_new(&ledger, 100)));
    }
    CHECK(ledger.retry_ids.ids.capacity <= 16 * IDS);
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

/* A server that cannot send one of the ids: its answer ends there, and what it
 * leaves out is asked for in halves. Gives the number of requests. */
static unsigned find_bad(struct ledger *ledger, uint32_t bad, uint32_t max)
{
    unsigned requests = 0;

    while (ledger->open) {
        struct batch *batch = batch_new(ledger, max);
        uint32_t i, n;

        must(batch);
        n = batch->request.settled.count;
        for (i = 0; i < n && batch->ids[i] != bad; i++)
            ledger_settle(ledger, batch->ids[i]);
        requests++;
        batch_drop_settled(batch, ledger);
        if (n == 1 && batch->request.settled.count)
            batch_settle_all(batch, ledger);
        else if (batch->request.settled.count)
            insist(ledger_ask_again(ledger, batch->ids,
                                    batch->request.settled.count, true),
                   "there is memory");
        free(batch);
    }
    return requests;
}

/* The bound that the header promises. */
static void test_suspects(void)
{
    static const struct {
        uint32_t ids;
        unsigned more; /* 2 log2(ids), less what is behind the point */
    } rows[] = {{1, 0}, {2, 2}, {3, 4}, {16, 8}, {100, 14}, {128, 14}};
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct luma_ids *ids = new_ids(rows[i].ids);
        uint32_t bad;
        char id[24];

        for (bad = 0; bad < rows[i].ids; bad++)
            must(add_id(ids, (snprintf(id, sizeof id, "%u", bad), id)) ==
                 LUMA_OK);
        for (bad = 0; bad < rows[i].ids; bad++) {
            struct ledger ledger;

            must(ledger_init(&ledger, ids));
            CHECK(find_bad(&ledger, bad, rows[i].ids) <= 1 + rows[i].more);
            ledger_free(&ledger);
        }
        luma_ids_unref(ids);
    }
}

/* Ids that differ in case and blanks only are the same where that is unique. */
static void test_alike(void)
{
    struct luma_ids *ids = new_ids(6);
    struct ledger ledger;

    must(add_id(ids, "ABC") == LUMA_OK && add_id(ids, " def\n") == LUMA_OK &&
         add_id(ids, "Gh") == LUMA_OK && add_id(ids, "gH") == LUMA_OK &&
         add_id(ids, "gh i") == LUMA_OK);
    must(ledger_init(&ledger, ids));
    CHECK(!settle_alike(&ledger, "ab", 0) && !settle_alike(&ledger, "abcd", 0));
    CHECK(settle_alike(&ledger, "abc", 0) && !settle_alike(&ledger, "abc", 0));
    CHECK(settle_alike(&ledger, "DEF", 1));
    CHECK(!settle_alike(&ledger, "gh", 2)); /* which of the two? */
    CHECK(settle(&ledger, "gH", 3));
    CHECK(settle_alike(&ledger, "gh", 2)); /* the only one that is left */
    CHECK(!settle_alike(&ledger, "ghi", 4) &&
          !settle_alike(&ledger, "gh\xA0i", 4));
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

/* Ids that are not UTF-8 are known, and are in no batch. */
static void test_invalid(void)
{
    static const char *const invalid[] = {"caf\xE9", "\xC0\xAF", "\xED\xA0\x80",
                                          "\xF5\x80"};
    struct luma_ids *ids = new_ids(10);
    struct ledger ledger;
    struct batch *batch = NULL;
    size_t i;

    must(add_id(ids, "caf\xC3\xA9") == LUMA_OK);
    for (i = 0; i < COUNT(invalid); i++)
        must(add_id(ids, invalid[i]) == LUMA_OK);
    must(add_id(ids, "\xF0\x9F\x98\x80") == LUMA_OK);
    must(ledger_init(&ledger, ids) && (batch = batch_new_invalid(&ledger)));
    check_batch(batch, "1 2 3 4 ");
    batch_settle_all(batch, &ledger);
    free(batch);
    batch = next_batch(&ledger, 9, "0 5 ");
    free(batch);
    CHECK(!ledger_has_more(&ledger));
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

static void test_empty_ledger(void)
{
    struct luma_ids *ids = luma_ids_new(0, 0);
    struct ledger ledger;

    must(ids && ledger_init(&ledger, ids));
    CHECK(!ledger_has_more(&ledger) && ledger.open == 0);
    CHECK(!settle(&ledger, "a", 0));
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

/* ---- memory that runs out ---------------------------------------------- */

/* The list and its first body, or NULL. */
static char *make_body(void)
{
    struct luma_ids *ids = luma_ids_new(40, 10);
    struct ledger ledger = {0};
    struct batch *batch = NULL;
    struct buf body = {0};
    bool good = ids != NULL;
    char id[24];
    int i;

    for (i = 0; good && i < 40; i++) {
        snprintf(id, sizeof id, "id-%d-\n-%d", i % 35, i % 35);
        good = add_id(ids, id) == LUMA_OK;
    }
    good = good && ledger_init(&ledger, ids) &&
           (batch = batch_new(&ledger, 35)) &&
           ids_write(ids, batch->ids, batch->request.settled.count, &body) &&
           buf_append(&body, "", 1);
    free(batch);
    ledger_free(&ledger);
    luma_ids_unref(ids);
    if (!good)
        buf_free(&body);
    return body.data;
}

static void test_memory(void)
{
    char *whole = make_body();
    int for_ever;

    must(whole);
    for (for_ever = 0; for_ever < 2; for_ever++) {
        unsigned n = 0;
        bool failed = true;

        while (failed) {
            char *body;

            alloc_fail_at(++n, for_ever);
            body = make_body();
            failed = alloc_stop() >= n;
            insist(!body == failed, "no half of a body");
            insist(!body || strcmp(body, whole) == 0, "the same body");
            free(body);
        }
        CHECK(n > 8);
    }
    free(whole);
}

/* After many responses that told nothing, the next ones will not, either; one
 * that has found something is enough. */
static void test_hope(void)
{
    struct luma_ids *ids = ids_of("a");
    struct ledger ledger;
    int i;

    must(ledger_init(&ledger, ids));
    for (i = 0; i < 64; i++) {
        CHECK(ledger_has_hope(&ledger));
        ledger_note_response(&ledger, false, true);
    }
    CHECK(!ledger_has_hope(&ledger));
    ledger_note_response(&ledger, true, false);
    CHECK(ledger_has_hope(&ledger));
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

int main(void)
{
    test_bodies();
    test_ledger();
    test_capped_ledger();
    test_suspects();
    test_alike();
    test_invalid();
    test_empty_ledger();
    test_memory();
    test_hope();
    return check_done();
}
