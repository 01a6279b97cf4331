/* SPDX-License-Identifier: MIT */
/* Tests of task.h and envelope.h: the progress of a task, and which values are
 * failures. Ids and states are in reply_test, links in the specs. */
#include "gateway/task.h"

#include <stdlib.h>

#include "check.h"
#include "gateway/envelope.h"
#include "luma.h"

static const struct {
    const char *json; /* of the task */
    double progress;
} progress_rows[] = {
    {"{\"progress\":\"40%\"}", 40},
    {"{\"progress\":\"40\"}", 40},
    {"{\"progress\":40}", 40},
    {"{\"progress\":12.5}", 12.5},
    {"{\"progress\":\" 07.5 % \"}", 7.5},
    {"{\"progress\":\"007\"}", 7},
    {"{\"progress\":\"00\"}", 0},
    {"{\"progress\":\"0.5\"}", 0.5},
    {"{\"progress\":0}", 0},
    {"{\"progress\":100}", 100},
    {"{\"progress\":100.0}", 100},
    {"{\"progress\":\"100%\"}", 100},
    {"{\"progress\":100.5}", -1},
    {"{\"progress\":101}", -1},
    {"{\"progress\":-1}", -1},
    {"{\"progress\":\"-0.5\"}", -1},
    {"{\"progress\":\"\"}", -1},
    {"{\"progress\":\"%\"}", -1},
    {"{\"progress\":\"40%%\"}", -1},
    {"{\"progress\":\"half\"}", -1},
    {"{\"progress\":\"99999999999999999999\"}", -1},
    {"{\"progress\":[40]}", -1},
    {"{\"progress\":null}", -1},
    {"{}", -1},
};

static const struct {
    const char *json;
    bool is_one;
} task_rows[] = {
    {"{\"id\":\"a\"}", true},       {"{\"id\":7}", true},
    {"{\"id\":\"\"}", false},       {"{\"state\":\"new\"}", true},
    {"{\"state\":\"\"}", false},    {"{\"status\":200}", false},
    {"{\"status\":\"404\"}", true}, {"{\"status\":599}", false},
    {"{\"status\":100}", false},    {"{\"status\":20}", true},
    {"{\"status\":600}", true},     {"{}", false},
};

static const struct {
    const char *json;
    const char *link; /* NULL: none */
} link_rows[] = {
    {"{\"video\":{\"url\":\" https://a.example/b \"}}", "https://a.example/b"},
    {"{\"video\":{\"url\":\"/b\"}}", "/b"},
    {"{\"video\":{\"url\":\"n/b\"}}", "n/b"},
    {"{\"video\":{\"url\":\"N/A\"}}", NULL},
    {"{\"video\":{\"url\":\"pending\"}}", NULL},
    {"{\"video\":{\"url\":\"\"}}", NULL},
    {"{\"video\":{\"url\":7}}", NULL},
    {"{\"state\":\"completed\",\"fail_reason\":\"https://a.example/b\"}",
     "https://a.example/b"},
    {"{\"state\":\"completed\",\"fail_reason\":\"/b\"}", NULL},
    {"{\"state\":\"completed\",\"fail_reason\":\"the disk is full\"}", NULL},
    {"{\"state\":\"completed\",\"fail_reason\":\"https://\"}", NULL},
    {"{\"state\":\"failed\",\"fail_reason\":\"https://a.example/b\"}", NULL},
    {"{}", NULL},
};

/* The value of a client:request, with status 200. */
static const struct {
    const char *json;
    bool fails;
} value_rows[] = {
    {"{\"error\":\"broken\"}", true},
    {"{\"error\":{\"message\":\"broken\"}}", true},
    {"{\"error\":[[\"deep\"]]}", true},
    {"{\"error\":true}", true},
    {"{\"error\":{\"code\":7}}", false},
    {"{\"error\":\"-- !\"}", false},
    {"{\"error\":\"- no task\"}", true},
    {"{\"error\":\"\xE6\x97\xA0\"}", true},
    {"{\"error\":\" None \"}", false},
    {"{\"error\":\"null\"}", false},
    {"{\"error\":\"nope\"}", true},
    {"{\"error\":{},\"note\":\"words\"}", false},
    {"{\"error\":[],\"note\":true}", false},
    {"{\"error\":\"\",\"note\":\"words\"}", false},
    {"{\"error\":false}", false},
    {"{\"error\":null}", false},
    {"{\"id\":\"a\",\"error\":\"broken\"}", true},
    {"{\"id\":\"a\",\"state\":\"failed\",\"error\":\"broken\"}", false},
    {"{\"id\":\"a\",\"status\":200,\"error\":\"broken\"}", true},
    {"{\"id\":null,\"status\":\"failed\",\"error\":\"broken\"}", true},
    {"{\"success\":false}", true},
    {"{\"success\":\"FALSE\"}", true},
    {"{\"success\":true}", false},
    {"{\"success\":\"no\"}", false},
    {"{\"code\":400}", true},
    {"{\"code\":\"599\"}", true},
    {"{\"code\":399}", false},
    {"{\"code\":600}", false},
    {"{\"code\":500.5}", false},
    {"{\"code\":\"failed\"}", true},
    {"{\"code\":\"failed\",\"id\":\"a\"}", true},
    {"{\"code\":\"no_such_model\"}", true},
    {"{\"code\":\"no_such_model\",\"id\":\"a\"}", false},
    {"{\"code\":\"no_such_model\",\"data\":[1]}", false},
    {"{\"code\":\"no_such_model\",\"result\":{\"x\":1}}", false},
    {"{\"code\":\"no_such_model\",\"data\":[]}", true},
    {"{\"code\":\"success\"}", false},
    {"{}", false},
    {"[\"error\"]", false},
    {"\"error\"", false},
};

static struct luma_doc *read_row(const char *json)
{
    struct luma_error error;
    struct luma_doc *doc = luma_read_json(json, strlen(json), &error);

    must(doc);
    check_case = json;
    return doc;
}

static void test_progress(void)
{
    size_t i;

    for (i = 0; i < COUNT(progress_rows); i++) {
        struct luma_doc *doc = read_row(progress_rows[i].json);
        struct task_source source = task_of_doc(doc);

        CHECK(task_find_progress(&source) == progress_rows[i].progress);
        free(doc);
    }
    check_case = "";
}

static void test_tasks(void)
{
    size_t i;

    for (i = 0; i < COUNT(task_rows); i++) {
        struct luma_doc *doc = read_row(task_rows[i].json);
        struct task_source source = task_of_doc(doc);

        CHECK_INT(task_is_one(&source), task_rows[i].is_one);
        free(doc);
    }
    check_case = "";
}

static void test_links(void)
{
    size_t i;

    for (i = 0; i < COUNT(link_rows); i++) {
        struct luma_doc *doc = read_row(link_rows[i].json);
        struct task_source source = task_of_doc(doc);
        const char *want = link_rows[i].link;
        struct task_value link;

        CHECK_INT(task_find_link(&source, LUMA_MEDIA_VIDEO, &link),
                  want != NULL);
        if (want)
            CHECK_BYTES(link.text, link.len, want, strlen(want));
        free(doc);
    }
    check_case = "";
}

static void test_values(void)
{
    size_t i;

    for (i = 0; i < COUNT(value_rows); i++) {
        struct luma_doc *doc = read_row(value_rows[i].json);

        CHECK_INT(envelope_says_failure(doc), value_rows[i].fails);
        free(doc);
    }
    check_case = "";
}

int main(void)
{
    test_progress();
    test_tasks();
    test_links();
    test_values();
    return check_done();
}
