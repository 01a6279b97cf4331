/* SPDX-License-Identifier: MIT */
/* Tests of reply.h: what is a task in every known shape, which id and state it
 * has, and memory that runs out. error_test.c has the failures. */
#include "gateway/reply.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "dump.h"
#include "heard.h"
#include "json/document.h"
#include "luma.h"

/* ---- shapes ------------------------------------------------------------ */

static const struct reply_row {
    const char *body, *want;
} shape_rows[] = {
    /* A: a bare array */
    {"[]", "ok"},
    {" [ ] \r\n", "ok"},
    {"\xEF\xBB\xBF[]", "ok"},
    {"null", "ok"},
    {"[{\"id\":\"a\",\"state\":\"completed\"}]", "a completed; ok"},
    {"[{\"id\":\"a\",\"state\":\"pending\"},{\"id\":\"b\"}]",
     "a pending, b processing; ok"},
    {"[{\"id\":\"a\"},{\"id\":\"a\"}]", "a processing, a processing; ok"},
    {"[null,5,\"x\",[],{},true,{\"id\":\"a\"}]", "a processing; ok"},
    {"[null,null]", "ok"},
    {"[{\"id\":\"a\",\"error\":{\"message\":\"x\"},\"state\":\"failed\"}]",
     "a failed; ok"},
    /* B: an envelope */
    {"{\"code\":\"success\",\"message\":\"\",\"data\":[{\"id\":\"a\"}]}",
     "a processing; ok"},
    {"{\"code\":\"SUCCESS\",\"data\":[]}", "ok"},
    {"{\"code\":0,\"data\":[]}", "ok"},
    {"{\"code\":200,\"data\":[]}", "ok"},
    {"{\"code\":\"0\",\"data\":[]}", "ok"},
    {"{\"code\":\"200\",\"data\":[]}", "ok"},
    {"{\"code\":null,\"data\":[]}", "ok"},
    {"{\"data\":[]}", "ok"},
    {"{\"data\":[{\"id\":\"a\"}],\"code\":\"success\"}", "a processing; ok"},
    {"{\"code\":\"success\",\"message\":\"\",\"data\":null}", "ok"},
    {"{\"data\":null}", "ok"},
    {"{\"data\":[],\"error\":null,\"success\":true}", "ok"},
    {"{\"data\":[],\"error\":false,\"detail\":null}", "ok"},
    {"{\"id\":\"request-7\",\"data\":[{\"id\":\"a\"}]}", "a processing; ok"},
    /* a member that is null is as if it were not there */
    {"{\"id\":null,\"data\":[]}", "ok"},
    {"{\"id\":null,\"items\":[{\"id\":\"a\"}]}", "a processing; ok"},
    {"{\"id\":null,\"id\":\"b\",\"items\":[{\"id\":\"a\"}]}",
     "b processing; ok"},
    {"{\"code\":200,\"task_id\":null,\"data\":[{\"id\":\"a\"}]}",
     "a processing; ok"},
    {"{\"code\":200,\"task_id\":null,\"data\":[]}", "ok"},
    {"{\"data\":{\"task_id\":null,\"id\":null,\"list\":[]}}", "ok"},
    {"{\"data\":{\"id\":null,\"list\":[{\"id\":\"a\"}]}}", "a processing; ok"},
    {"{\"code\":null,\"id\":\"a\",\"items\":[{\"id\":\"b\"}]}",
     "a processing; ok"},
    {"{\"id\":null,\"status\":500,\"data\":null}", "gateway*"},
    {"{\"data\":{\"id\":null,\"error\":\"db down\"}}", "gateway*"},
    {"{\"data\":[],\"error\":\"\",\"detail\":{},\"error_code\":0}", "ok"},
    {"{\"data\":[],\"error\":{\"code\":0,\"message\":\"\"},\"code\":0}", "ok"},
    /* lists elsewhere */
    {"{\"code\":\"success\",\"data\":{\"items\":[{\"id\":\"a\"}]}}",
     "a processing; ok"},
    {"{\"data\":{\"list\":[{\"id\":\"a\"}],\"total\":1}}", "a processing; ok"},
    {"{\"data\":{\"data\":[{\"id\":\"a\"}]}}", "a processing; ok"},
    {"{\"data\":{\"results\":[]}}", "ok"},
    {"{\"code\":200,\"data\":{\"tasks\":[{\"id\":\"a\"}]}}",
     "a processing; ok"},
    {"{\"data\":{\"records\":[{\"id\":\"a\"}]}}", "a processing; ok"},
    {"{\"data\":{\"items\":null,\"total\":0}}", "ok"},
    {"{\"items\":[{\"id\":\"a\"}],\"count\":1}", "a processing; ok"},
    {"{\"tasks\":[{\"task_id\":\"a\"}]}", "a processing; ok"},
    {"{\"code\":0,\"id\":\"request-7\",\"list\":[{\"id\":\"a\"}]}",
     "a processing; ok"},
    {"{\"data\":[],\"errors\":[[],{\"x\":0}]}", "ok"},
    {"{\"x\":{\"task_id\":\"q\"},\"data\":[{\"id\":\"a\"}]}",
     "a processing; ok"},
    {"{\"data\":{\"task_id\":\"a\",\"list\":[{\"id\":\"b\"}]}}",
     "a processing; ok"},
    /* errors in disguise */
    {"{\"data\":null,\"errors\":[{\"message\":\"expired\"}]}", "gateway*"},
    {"{\"status\":\"error\",\"message\":\"db down\",\"data\":null}",
     "gateway*"},
    {"{\"status\":\"fail\",\"data\":[]}", "gateway*"},
    {"{\"status\":500,\"data\":null}", "gateway*"},
    {"{\"status\":400,\"data\":[{\"id\":\"a\"}]}", "a processing; gateway*"},
    {"{\"status\":399,\"data\":[{\"id\":\"a\"}]}", "a processing; ok"},
    {"{\"error\":{\"x\":0},\"note\":\"words\",\"data\":[{\"id\":\"a\"}]}",
     "a processing; ok"},
    {"{\"data\":null,\"err\":\"db down\"}", "gateway*"},
    {"{\"errcode\":40001,\"data\":[]}", "gateway*"},
    {"{\"code\":200,\"data\":{\"error\":\"timeout\",\"list\":[]}}", "gateway*"},
    {"{\"success\":\"false\",\"data\":[]}", "gateway*"},
    {"{\"error_code\":\"0\",\"error\":\"\",\"status\":\"ok\",\"data\":[]}",
     "ok"},
    {"{\"data\":{\"id\":\"a\",\"state\":\"failed\",\"error\":{\"message\":"
     "\"x\"}}}",
     "a failed; ok"},
    /* that may be a task's own */
    {"{\"id\":\"a\",\"state\":\"completed\",\"data\":[]}", "reply*"},
    {"{\"items\":[],\"id\":\"a\",\"state\":\"completed\"}", "reply*"},
    {"{\"code\":0,\"id\":\"a\",\"state\":\"completed\",\"items\":[]}",
     "reply*"},
    {"{\"data\":{\"tasks\":[],\"id\":\"a\"}}", "reply*"},
    {"{\"code\":0,\"data\":{\"id\":\"a\",\"tasks\":[{\"id\":\"b\"}]}}",
     "a processing; ok"},
    /* that are a task's own */
    {"{\"id\":\"a\",\"items\":[{\"id\":\"b\"}]}", "a processing; ok"},
    {"{\"task_id\":\"a\",\"data\":[{\"id\":\"b\"}]}", "a processing; ok"},
    {"{\"data\":{\"id\":\"a\",\"results\":[{\"id\":\"b\"}]}}",
     "a processing; ok"},
    {"{\"code\":\"success\",\"data\":[{\"id\":9,\"task_id\":\"a\",\"status\":"
     "\"IN_PROGRESS\",\"progress\":\"50%\",\"fail_reason\":\"\",\"data\":"
     "{\"id\":\"i\",\"state\":\"pending\"}}]}",
     "a processing; ok"},
    {"{\"code\":\"success\",\"data\":[{\"task_id\":\"a\",\"status\":"
     "\"SUCCESS\",\"fail_reason\":\"https://x/v.mp4\",\"data\":null}]}",
     "a completed; ok"},
    /* B: an envelope around one task */
    {"{\"code\":\"success\",\"data\":{\"id\":\"a\",\"state\":\"queued\"}}",
     "a pending; ok"},
    {"{\"data\":{\"task_id\":\"a\",\"status\":\"FAILURE\"}}", "a failed; ok"},
    {"{\"data\":{\"id\":\"a\"},\"code\":200}", "a processing; ok"},
    {"{\"data\":{\"task_id\":\"a\",\"data\":{\"id\":\"i\",\"state\":"
     "\"completed\"}}}",
     "a completed; ok"},
    {"{\"code\":0,\"id\":\"request-7\",\"data\":{\"id\":\"a\"}}",
     "a processing; ok"},
    /* of equal names the last counts */
    {"{\"data\":[{\"id\":\"a\"}],\"data\":{\"id\":\"b\"}}",
     "a processing, b processing; ok"},
    {"{\"data\":{\"id\":\"a\"},\"data\":[{\"id\":\"b\"}]}", "b processing; ok"},
    {"[{\"id\":\"a\",\"id\":\"b\"}]", "b processing; ok"},
    {"{\"code\":\"broken\",\"code\":0,\"data\":[]}", "ok"},
    /* a bare object */
    {"{\"id\":\"a\",\"state\":\"dreaming\"}", "a processing; ok"},
    {"{\"id\":\"a\",\"state\":\"dreaming\",\"data\":null}", "a processing; ok"},
    {"{\"id\":5,\"state\":\"completed\"}", "5 completed; ok"},
    {"{\"task_id\":\"a\",\"status\":\"SUCCESS\",\"data\":{\"id\":\"i\"}}",
     "a completed; ok"},
    {"{\"id\":8,\"data\":{\"id\":\"i\",\"state\":\"failed\"}}", "i failed; ok"},
    {"{\"code\":\"success\",\"task_id\":\"a\",\"data\":null}",
     "a processing; ok"},
    {"{\"id\":\"a\",\"unknown\":[{\"x\":[{}]}],\"progress\":\"7%\"}",
     "a processing; ok"},
    /* rows that are not JSON cost themselves */
    {"[{\"id\":\"a\"},{\"id\":\"b\",\"n\":NaN},{\"id\":\"c\"}]",
     "a processing; ok but for 1"},
    {"[{\"id\":\"a\"},{\"id\":\"b\",\"n\":\"x\" \"},{\"id\":\"c\"}]",
     "a processing; ok but for 1"},
    {"[{\"id\":\"a\\ud83d\",\"p\":\"x\ny\"}]", "a\xEF\xBF\xBD processing; ok"},
    /* no task */
    {"[null,{\"id\":null},{\"id\":\"\"},{\"id\":{}},{\"id\":1.5},{\"Id\":\"a\"}"
     "]",
     "reply*"},
    {"[{\"data\":[{\"id\":\"a\"}]}]", "reply*"},
    {"[[{\"id\":\"a\"}]]", "reply*"},
    {"{}", "reply*"},
    {"{\"code\":200,\"data\":{}}", "reply*"},
    {"{\"data\":{\"a\":{\"state\":\"completed\"}}}", "reply*"},
    {"{\"data\":{\"page\":[{\"id\":\"a\"}]}}", "reply*"},
    {"{\"result\":{\"items\":[]}}", "reply*"},
};

static void test_rows(const struct reply_row *rows, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        check_case = rows[i].body;
        check_reply(200, rows[i].body, strlen(rows[i].body), rows[i].want);
    }
    check_case = "";
}

/* A row over max_task is lost, the others are not. */
static void test_long_row(void)
{
    char body[3 * MAX_TASK], blank[MAX_TASK + 1];
    int n;

    memset(blank, 'x', MAX_TASK);
    blank[MAX_TASK] = '\0';
    n = snprintf(body, sizeof body,
                 "[{\"id\":\"a\"},{\"id\":\"b\",\"x\":\"%s\"},{\"id\":\"c\"}]",
                 blank);
    check_reply(200, body, (size_t)n,
                "a processing, c processing; ok but for 1");
    n = snprintf(body, sizeof body, "{\"id\":\"b\",\"x\":\"%s\"}", blank);
    check_reply(200, body, (size_t)n, "too_large*");
}

/* ---- ids --------------------------------------------------------------- */

static const struct reply_row id_rows[] = {
    {"[{\"id\":\"c\",\"task_id\":\"a\",\"data\":{\"id\":\"b\"}}]",
     "a processing; ok"},
    {"[{\"id\":\"c\",\"data\":{\"id\":\"b\"}}]", "b processing; ok"},
    {"[{\"id\":\"c\",\"data\":{}}]", "c processing; ok"},
    {"[{\"id\":\"c\",\"data\":null}]", "c processing; ok"},
    {"[{\"id\":\"c\",\"data\":\"b\"}]", "c processing; ok"},
    {"[{\"id\":\"c\",\"data\":[{\"id\":\"b\"}]}]", "c processing; ok"},
    {"[{\"id\":\"c\",\"task_id\":null,\"data\":{\"id\":null}}]",
     "c processing; ok"},
    {"[{\"id\":\"c\",\"task_id\":\"\",\"data\":{\"id\":\"\"}}]",
     "c processing; ok"},
    {"[{\"id\":\"c\",\"task_id\":1.5,\"data\":{\"id\":true}}]",
     "c processing; ok"},
    {"[{\"id\":\"c\",\"data\":{\"task_id\":\"b\"}}]", "c processing; ok"},
    {"[{\"id\":7,\"task_id\":8}]", "8 processing; ok"},
    {"[{\"id\":0},{\"id\":-1},{\"id\":-0}]",
     "0 processing, -1 processing, 0 processing; ok"},
    {"[{\"id\":9007199254740993}]", "9007199254740993 processing; ok"},
    {"[{\"id\":9223372036854775807}]", "9223372036854775807 processing; ok"},
    {"[{\"id\":-9223372036854775808}]", "-9223372036854775808 processing; ok"},
    {"[{\"id\":9223372036854775808}]", "9223372036854775808 processing; ok"},
    {"[{\"id\":18446744073709551617}]", "18446744073709551617 processing; ok"},
    {"[{\"id\":1234567890123456789012345678901234567890}]",
     "1234567890123456789012345678901234567890 processing; ok"},
    {"[{\"id\":1e3},{\"id\":1.0},{\"id\":1.5}]",
     "1000 processing, 1 processing; ok"},
    {"[{\"taskid\":1,\"data\":{\"task_id\":\"b\"}}]", "b processing; ok"},
    {"[{\"id\":\"9007199254740993\"}]", "9007199254740993 processing; ok"},
    {"[{\"id\":\"\\u0061\\\"\\u00e9\"}]", "a\"\xC3\xA9 processing; ok"},
    {"[{\"\\u0069d\":\"a\"}]", "a processing; ok"},
};

/* An id with a NUL in it is longer than it looks. */
static void test_id_bytes(void)
{
    const char body[] = "[{\"id\":\"a\\u0000b\"}]";

    check_reply(200, body, sizeof body - 1, "a*");
}

/* ---- states ------------------------------------------------------------ */

static const struct {
    const char *word;
    enum luma_state state;
} words[] = {
    {"", LUMA_STATE_NONE},
    {"unknown", LUMA_STATE_NONE},
    {"pending", LUMA_STATE_PENDING},
    {"queued", LUMA_STATE_PENDING},
    {"in_queue", LUMA_STATE_PENDING},
    {"waiting", LUMA_STATE_PENDING},
    {"not_start", LUMA_STATE_PENDING},
    {"submitted", LUMA_STATE_PENDING},
    {"processing", LUMA_STATE_PROCESSING},
    {"dreaming", LUMA_STATE_PROCESSING},
    {"in_progress", LUMA_STATE_PROCESSING},
    {"in progress", LUMA_STATE_PROCESSING},
    {"generating", LUMA_STATE_PROCESSING},
    {"0", LUMA_STATE_PROCESSING},
    {"completed", LUMA_STATE_COMPLETED},
    {"complete", LUMA_STATE_COMPLETED},
    {"success", LUMA_STATE_COMPLETED},
    {"succeeded", LUMA_STATE_COMPLETED},
    {"succeed", LUMA_STATE_COMPLETED},
    {"finished", LUMA_STATE_COMPLETED},
    {"done", LUMA_STATE_COMPLETED},
    {"ok", LUMA_STATE_COMPLETED},
    {"1", LUMA_STATE_COMPLETED},
    {"failed", LUMA_STATE_FAILED},
    {"failure", LUMA_STATE_FAILED},
    {"fail", LUMA_STATE_FAILED},
    {"create_task_failed", LUMA_STATE_FAILED},
    {"generate_failed", LUMA_STATE_FAILED},
    {"error", LUMA_STATE_FAILED},
    {"expired", LUMA_STATE_FAILED},
    {"timeout", LUMA_STATE_FAILED},
    {"timed-out", LUMA_STATE_FAILED},
    {"aborted", LUMA_STATE_FAILED},
    {"terminated", LUMA_STATE_FAILED},
    {"rejected", LUMA_STATE_FAILED},
    {"blocked", LUMA_STATE_FAILED},
    {"moderated", LUMA_STATE_FAILED},
    {"cancel", LUMA_STATE_FAILED},
    {"cancelled", LUMA_STATE_FAILED},
    {"canceled", LUMA_STATE_FAILED},
    {"not_found", LUMA_STATE_FAILED},
    {"2", LUMA_STATE_FAILED},
    {"3", LUMA_STATE_FAILED},
    /* blanks around a word are not part of it */
    {"completed ", LUMA_STATE_COMPLETED},
    {" failed\n", LUMA_STATE_FAILED},
    {" ", LUMA_STATE_NONE},
    /* unknown ones */
    {"succes", LUMA_STATE_PROCESSING},
    {"completedly", LUMA_STATE_PROCESSING},
    {"not failed", LUMA_STATE_PROCESSING},
    {"12", LUMA_STATE_PROCESSING},
    {"wird erstellt", LUMA_STATE_PROCESSING},
    {"\xE5\xAE\x8C\xE6\x88\x90", LUMA_STATE_PROCESSING},
};

static void upper(char *word)
{
    for (; *word; word++)
        if (*word >= 'a' && *word <= 'z')
            *word = (char)(*word - 'a' + 'A');
}

static void check_words(void)
{
    size_t i;

    for (i = 0; i < COUNT(words); i++) {
        char word[40];
        size_t len = strlen(words[i].word);

        snprintf(word, sizeof word, "%s", words[i].word);
        check_case = words[i].word;
        CHECK_INT(luma_state_of_word(word, len), words[i].state);
        upper(word + (len > 0));
        CHECK_INT(luma_state_of_word(word, len), words[i].state);
        upper(word);
        CHECK_INT(luma_state_of_word(word, len), words[i].state);
    }
    check_case = "";
    CHECK_INT(luma_state_of_word("failed\0", 7), LUMA_STATE_PROCESSING);
    CHECK_INT(luma_state_of_word("completed", 7), LUMA_STATE_PROCESSING);
}

static void test_state_names(void)
{
    CHECK_TEXT(luma_state_name(LUMA_STATE_PENDING), "pending");
    CHECK_TEXT(luma_state_name(LUMA_STATE_PROCESSING), "processing");
    CHECK_TEXT(luma_state_name(LUMA_STATE_COMPLETED), "completed");
    CHECK_TEXT(luma_state_name(LUMA_STATE_FAILED), "failed");
    CHECK_TEXT(luma_state_name(LUMA_STATE_NONE), "processing");
}

static const struct reply_row state_rows[] = {
    {"[{\"id\":\"a\",\"status\":\"SUCCESS\",\"state\":\"failed\"}]",
     "a completed; ok"},
    {"[{\"id\":\"a\",\"status\":\"FAILURE\",\"data\":{\"state\":"
     "\"completed\"}}]",
     "a failed; ok"},
    {"[{\"id\":\"a\",\"status\":\"UNKNOWN\",\"data\":{\"state\":"
     "\"completed\"}}]",
     "a completed; ok"},
    {"[{\"id\":\"a\",\"status\":\"\",\"state\":\"failed\"}]", "a failed; ok"},
    {"[{\"id\":\"a\",\"status\":null,\"state\":\"failed\"}]", "a failed; ok"},
    {"[{\"id\":\"a\",\"data\":{\"state\":\"\"},\"state\":\"failed\"}]",
     "a failed; ok"},
    {"[{\"id\":\"a\",\"data\":{\"state\":\"pending\"},\"state\":\"failed\"}]",
     "a pending; ok"},
    {"[{\"id\":\"a\",\"status\":\"UNKNOWN\",\"state\":\"\"}]",
     "a processing; ok"},
    {"[{\"id\":\"a\",\"status\":\"TELEPORTING\",\"state\":\"failed\"}]",
     "a processing; ok"},
    {"[{\"id\":\"a\",\"status\":{},\"state\":[]}]", "a processing; ok"},
    {"[{\"id\":\"a\",\"status\":false,\"state\":\"completed\"}]",
     "a completed; ok"},
    {"[{\"id\":\"a\",\"status\":1}]", "a completed; ok"},
    {"[{\"id\":\"a\",\"status\":0}]", "a processing; ok"},
    {"[{\"id\":\"a\",\"status\":2},{\"id\":\"b\",\"state\":3}]",
     "a failed, b failed; ok"},
    {"[{\"id\":\"a\",\"state\":1.0}]", "a completed; ok"},
    {"[{\"id\":\"a\",\"state\":1.5}]", "a processing; ok"},
    {"[{\"id\":\"a\",\"state\":\"\\u0066ailed\"}]", "a failed; ok"},
};

/* ---- memory that runs out ---------------------------------------------- */

static const char *const starved[] = {
    "[{\"id\":\"a\",\"state\":\"pending\"},{\"id\":\"b\\n\"},{\"id\":5}]",
    "{\"code\":0,\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"message\":\"\"}",
    "{\"data\":{\"id\":\"a\",\"x\":[1,2.5,99999999999999999999]}}",
    "{\"id\":\"a\",\"state\":\"failed\"}",
    "{\"error\":{\"message\":\"no\"}}",
    "[{\"id\":\"a\"}",
};

/* An id is never called missing, or its task too large, for want of memory: all
 * is as it should be, or the reply fails. */
static void check_starved(const struct reply *reply, const struct buf *told,
                          const struct buf *whole)
{
    bool good = told->len >= 2 && !memcmp(told->data + told->len - 2, "ok", 2);

    insist(same(told, whole) || !good, "what is lost is not forgotten");
    insist(!reply->unreadable, "no task is too large");
}

/* False once no call fails any more. */
static bool hear_without_memory(const char *body, const struct buf *whole,
                                unsigned n, bool for_ever)
{
    struct reply reply = {0};
    struct buf told = {0};
    bool failed;

    reply_init(&reply, MAX_TASK, MAX_REPLY, true, NULL);
    alloc_fail_at(n, for_ever);
    reply_reset(&reply, true);
    hear_reply(&reply, 200, body, strlen(body), strlen(body) / 2, &told);
    check_starved(&reply, &told, whole);
    failed = alloc_stop() >= n;
    reply_reset(&reply, true);
    hear_reply(&reply, 200, body, strlen(body), 1, &told);
    insist(same(&told, whole), "the next reply is read well");
    reply_free(&reply);
    buf_free(&told);
    return failed;
}

static void test_memory(void)
{
    size_t i;

    for (i = 0; i < 2 * COUNT(starved); i++) {
        const char *body = starved[i / 2];
        struct reply reply;
        struct buf whole = {0};
        unsigned n = 1;

        check_case = body;
        reply_init(&reply, MAX_TASK, MAX_REPLY, true, NULL);
        reply_reset(&reply, true);
        hear_reply(&reply, 200, body, strlen(body), 0, &whole);
        while (hear_without_memory(body, &whole, n, i % 2))
            n++;
        CHECK(n > 5);
        buf_free(&whole);
        reply_free(&reply);
    }
    check_case = "";
}

int main(void)
{
    alloc_spare(true);
    test_rows(shape_rows, COUNT(shape_rows));
    test_long_row();
    test_rows(id_rows, COUNT(id_rows));
    test_id_bytes();
    check_words();
    test_state_names();
    test_rows(state_rows, COUNT(state_rows));
    test_memory();
    return check_done();
}
