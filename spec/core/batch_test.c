/* SPDX-License-Identifier: MIT */
/* Tests of batch.h: tasks whose ids only look like those that were requested,
 * and the ids that are left. */
#include "job/batch.h"

#include <stdlib.h>

#include "check.h"
#include "gateway/task.h"
#include "id_list.h"
#include "luma.h"

enum { ROWS = 8 /* tasks of a response, at most */ };

/* A batch of the first `max` ids; the tasks that came; and which of them were
 * taken in the end, for which id. */
static const struct {
    const char *ids;
    uint32_t max;
    const char *tasks[ROWS];
    const char *taken;
} rows[] = {
    {"Ab", 9, {"{\"id\":\"aB\"}"}, "0 aB;"},
    {"Ab Cd", 9, {"{\"id\":\" cd \"}", "{\"id\":\"ab\"}"}, "1  cd ;0 ab;"},
    {"Ab", 9, {"{\"id\":\"x\"}"}, ""},
    {"Ab", 9, {"{\"x\":\"ab\"}"}, ""},
    /* two that look the same, of which nobody knows which it is */
    {"Ab", 9, {"{\"id\":\"aB\"}", "{\"id\":\"AB\"}"}, ""},
    {"Ab", 9, {"{\"id\":\"aB\"}", "{\"id\":\" aB\"}"}, ""},
    {"Ab aB", 9, {"{\"id\":\"AB\"}"}, ""},
    /* the same one twice, and another one of the same length */
    {"Ab", 9, {"{\"id\":\"aB\",\"n\":1}", "{\"id\":\"aB\",\"n\":2}"}, "0 aB;"},
    {"Ab Cd", 9, {"{\"id\":\"aB\"}", "{\"id\":\"cD\"}"}, "0 aB;1 cD;"},
    /* that was requested itself, or in another batch */
    {"Ab", 9, {"{\"id\":\"Ab\"}"}, ""},
    {"Ab Cd", 1, {"{\"id\":\"Cd\"}"}, "1 Cd;"},
};

static struct luma_doc *read_task(const char *json)
{
    struct luma_error error;
    struct luma_doc *doc = luma_read_json(json, strlen(json), &error);

    must(doc);
    return doc;
}

/* Takes what is held, and settles its ids. */
static void take_all(struct batch *batch, struct ledger *ledger,
                     struct buf *told)
{
    struct luma_doc *doc;
    uint32_t index;

    while ((doc = batch_take_held(batch, ledger, &index))) {
        struct task_source source = task_of_doc(doc);
        struct task_value id;
        char text[60];

        must(task_find_id(&source, &id));
        snprintf(text, sizeof text, "%u %.*s;", index, (int)id.len, id.text);
        must(buf_append_text(told, text));
        ledger_settle(ledger, index);
        free(doc);
    }
}

static uint32_t count_held(const struct batch *batch)
{
    const struct luma_event *event = batch->held ? &batch->held->event : NULL;
    uint32_t n = 0;

    for (; event; event = event->next)
        n++;
    return n;
}

static void check_row(size_t row)
{
    struct luma_ids *ids = ids_of(rows[row].ids);
    struct buf told = {0};
    struct ledger ledger;
    struct batch *batch;
    size_t i;

    must(ledger_init(&ledger, ids));
    batch = batch_new(&ledger, rows[row].max);
    must(batch);
    for (i = 0; i < ROWS && rows[row].tasks[i]; i++) {
        struct luma_doc *doc = read_task(rows[row].tasks[i]);

        if (!batch_hold(batch, doc, &ledger))
            free(doc);
    }
    check_case = rows[row].tasks[0];
    take_all(batch, &ledger, &told);
    CHECK_INT(batch->held_count, count_held(batch));
    CHECK_BYTES(told.data ? told.data : "", told.len, rows[row].taken,
                strlen(rows[row].taken));
    buf_free(&told);
    batch_free(batch);
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

static void test_rows(void)
{
    size_t i;

    for (i = 0; i < COUNT(rows); i++)
        check_row(i);
    check_case = "";
}

/* The id of the task may stand behind one of something else. */
static void test_found(void)
{
    static const struct {
        const char *json;
        int index;
    } tasks[] = {
        {"{\"id\":\"b\"}", 1},
        {"{\"task_id\":\"z\",\"id\":\"b\"}", 1},
        {"{\"task_id\":\"a\",\"id\":\"b\"}", 0},
        {"{\"task_id\":\"z\",\"id\":\"y\",\"data\":{\"task_id\":\"a\"}}", 0},
        {"{\"task_id\":\"z\",\"id\":\"y\"}", -1},
        {"{}", -1},
    };
    struct luma_ids *ids = ids_of("a b");
    struct ledger ledger;
    size_t i;

    must(ledger_init(&ledger, ids));
    for (i = 0; i < COUNT(tasks); i++) {
        struct luma_doc *doc = read_task(tasks[i].json);

        check_case = tasks[i].json;
        CHECK_INT(batch_find(&ledger, doc), tasks[i].index);
        free(doc);
    }
    check_case = "";
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

/* No more are held than the ids can explain. */
static void test_many(void)
{
    struct luma_ids *ids = ids_of("a b");
    struct ledger ledger;
    struct batch *batch;
    unsigned held = 0;

    must(ledger_init(&ledger, ids));
    batch = batch_new(&ledger, 9);
    must(batch);
    for (;; held++) {
        struct luma_doc *doc = read_task("{\"id\":\"A\"}");

        if (batch_hold(batch, doc, &ledger))
            continue;
        free(doc);
        break;
    }
    CHECK_INT(held, 5); /* one more than two of each */
    batch_drop_held(batch);
    CHECK_INT(batch->held_count, 0);
    batch_free(batch);
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

/* The request for the ids. */
static void test_request(void)
{
    static const char body[] = "{\"ids\":[\"a\",\"b\"]}";
    struct luma_ids *ids = ids_of("a b");
    struct request request = {0};
    struct ledger ledger;
    struct batch *batch;

    must(ledger_init(&ledger, ids));
    batch = batch_new(&ledger, 9);
    must(batch && batch_prepare(batch, ids, &request));
    CHECK_TEXT(request.method, "POST");
    CHECK_TEXT(request.path, "/luma/tasks");
    CHECK_BYTES(request.body, request.body_len, body, sizeof body - 1);
    CHECK(request.idempotent && request.target == REQUEST_TASKS);
    batch_free(batch);
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

static void test_answered(void)
{
    struct luma_ids *ids = ids_of("a b c d");
    struct request request;
    struct ledger ledger;
    struct batch *batch, *other;

    must(ledger_init(&ledger, ids));
    batch = batch_new(&ledger, 3);
    other = batch_new(&ledger, 3);
    must(batch && other && batch_prepare(batch, ids, &request));
    CHECK(!batch_advance(batch, &ledger));
    ledger_settle(&ledger, 3); /* of the other one */
    CHECK(!batch_advance(batch, &ledger));
    CHECK(batch_advance(other, &ledger));
    ledger_settle(&ledger, 0);
    ledger_settle(&ledger, 2);
    CHECK(!batch_advance(batch, &ledger));
    batch_drop_settled(batch, &ledger); /* and asked for again */
    must(batch_prepare(batch, ids, &request));
    CHECK(!batch_advance(batch, &ledger));
    ledger_skip_round(&ledger, 1);
    CHECK(batch_advance(batch, &ledger));
    batch_free(other);
    batch_free(batch);
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

/* Only those that are left get an outcome, or are asked for again. */
static void test_left(void)
{
    struct luma_ids *ids = ids_of("a b c");
    struct ledger ledger;
    struct batch *batch, *rest, *again;

    must(ledger_init(&ledger, ids));
    batch = batch_new(&ledger, 2);
    must(batch);
    ledger_settle(&ledger, 0);
    batch_drop_settled(batch, &ledger);
    CHECK_INT(batch->request.settled.count, 1);
    CHECK_INT(batch->ids[0], 1);
    CHECK(batch_ask_again(batch, &ledger));
    rest = batch_new(&ledger, 9);
    must(rest);
    CHECK_INT(rest->request.settled.count, 1);
    CHECK_INT(rest->ids[0], 2);
    CHECK(ledger_has_more(&ledger));
    again = batch_new(&ledger, 9);
    must(again);
    CHECK_INT(again->request.settled.count, 1);
    CHECK_INT(again->ids[0], 1);
    batch_settle_all(batch, &ledger);
    batch_drop_settled(again, &ledger);
    CHECK_INT(again->request.settled.count, 0);
    CHECK(!ledger_has_more(&ledger));
    batch_free(again);
    batch_free(rest);
    batch_free(batch);
    ledger_free(&ledger);
    luma_ids_unref(ids);
}

int main(void)
{
    test_rows();
    test_found();
    test_many();
    test_request();
    test_answered();
    test_left();
    return check_done();
}
