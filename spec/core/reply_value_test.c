/* SPDX-License-Identifier: MIT */
/* Tests of reply.h: the value of a client:request, what is a web page, and what
 * one response leaves for the next. */
#include "gateway/reply.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "heard.h"
#include "json/document.h"

static void copy_words(const void *arg, char *out, size_t capacity,
                       const struct reply_words *found)
{
    *(int *)(uintptr_t)arg = (int)found->extent;
    snprintf(out, capacity, "%.*s", (int)found->len, found->text);
}

/* The value of a client:request, and what becomes of it. */
static void test_values(void)
{
    static const struct {
        long http;
        const char *body;
        bool cut;
        enum luma_code code;
        int kind;   /* of the value, -1: there is none */
        int extent; /* of the words, -1: there are none */
        bool retryable;
    } rows[] = {
        {200, "", false, LUMA_OK, LUMA_JSON_NULL, -1, false},
        {204, "", false, LUMA_OK, LUMA_JSON_NULL, -1, false},
        {200, "7", false, LUMA_OK, LUMA_JSON_INTEGER, -1, false},
        {200, " [1] ", false, LUMA_OK, LUMA_JSON_ARRAY, -1, false},
        {200, "{\"error\":\"no\"}", false, LUMA_ERR_GATEWAY, LUMA_JSON_OBJECT,
         REPLY_COMPLETE, false},
        {400, "", false, LUMA_ERR_REJECTED, -1, -1, false},
        {400, "{\"error\":\"no\"}", false, LUMA_ERR_REJECTED, LUMA_JSON_OBJECT,
         REPLY_COMPLETE, false},
        {503, "{\"x\":1}", false, LUMA_ERR_SERVER, LUMA_JSON_OBJECT,
         REPLY_RECEIVED, true},
        {503, "{\"x\":1", true, LUMA_ERR_SERVER, -1, REPLY_CUT, true},
        {425, "", false, LUMA_ERR_REJECTED, -1, -1, true},
        {404, "404 page not found", false, LUMA_ERR_REJECTED, -1,
         REPLY_RECEIVED, false},
        {200, "no JSON", false, LUMA_ERR_REPLY, -1, REPLY_RECEIVED, true},
    };
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        struct reply reply = {.single_value = true};
        struct luma_error error;
        struct luma_doc *doc;
        int extent = -1;

        check_case = rows[i].body;
        reply_init(&reply, MAX_TASK, MAX_REPLY, false, NULL);
        reply.single_value = true;
        reply_reset(&reply, rows[i].http < 300);
        reply_feed(&reply, rows[i].body, strlen(rows[i].body));
        reply.cut = rows[i].cut;
        reply_end(&reply, rows[i].http, copy_words, &extent, &error);
        reply_release_value(&reply);
        doc = reply_take(&reply);
        CHECK_INT(error.code, rows[i].code);
        CHECK_INT(error.retryable, rows[i].retryable);
        CHECK_INT(extent, rows[i].extent);
        CHECK_INT(doc ? (int)doc->root->kind : -1, rows[i].kind);
        free(doc);
        reply_free(&reply);
    }
    check_case = "";
}

/* A page is text that does not even begin as a gateway's own. */
static void test_pages(void)
{
    static const struct {
        const char *body;
        bool page;
    } rows[] = {
        {"<html>", true},
        {" \r\n\t<html>", true},
        {"OK", true},
        {"7", true},
        {"\xEF\xBB\xBF<p>", true},
        {"", false},
        {" \r\n", false},
        {"\xEF\xBB\xBF", false},
        {"{\"id\":NaN}", false},
        {"\xEF\xBB\xBF [{", false},
        {"[] x", false},
        {"{}", false},
    };
    struct luma_error error;
    struct reply reply;
    int extent;
    size_t i;

    reply_init(&reply, MAX_TASK, MAX_REPLY, false, NULL);
    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].body;
        reply_reset(&reply, true);
        CHECK(!reply.is_page);
        reply_feed(&reply, rows[i].body, strlen(rows[i].body));
        reply_end(&reply, 200, copy_words, &extent, &error);
        CHECK_INT(reply.is_page, rows[i].page);
    }
    reply_free(&reply);
    check_case = "";
}

/* A task in an envelope is what is in it, and its text too. */
static void test_inner(void)
{
    static const char inner[] = "{\"id\":\"a\",\"x\":[1]}";
    static const char body[] = "{\"code\":0,\"data\":{\"id\":\"a\",\"x\":[1]}}";
    struct reply reply = {0};
    struct luma_error error;
    struct luma_doc *doc;

    reply_init(&reply, MAX_TASK, MAX_REPLY, true, NULL);
    reply_reset(&reply, true);
    reply_feed(&reply, body, sizeof body - 1);
    reply_end(&reply, 200, NULL, NULL, &error);
    doc = reply_take(&reply);
    must(doc);
    CHECK(doc_find_path(doc, "id") && doc_find_path(doc, "x"));
    CHECK(!doc_find_path(doc, "data") && !doc_find_path(doc, "code"));
    CHECK_BYTES(doc->json, doc->json_len, inner, sizeof inner - 1);
    free(doc);
    reply_free(&reply);
}

/* Tasks that nobody has taken are not those of the next response. */
static void test_not_taken(void)
{
    static const char body[] = "[{\"id\":\"a\"},{\"id\":\"b\"},null,7]";
    struct reply reply = {0};
    struct luma_error error;

    reply_init(&reply, MAX_TASK, MAX_REPLY, false, NULL);
    reply_reset(&reply, true);
    reply_feed(&reply, body, sizeof body - 1);
    CHECK_INT(reply.tasks, 2);
    reply_end(&reply, 200, NULL, NULL, &error);
    CHECK(reply.listed && reply.is_json);
    CHECK(reply.skipped_rows == 2 && reply.null_rows == 1);
    reply_reset(&reply, true);
    CHECK(reply_take(&reply) == NULL);
    CHECK(!reply.listed && !reply.is_json && !reply.tasks);
    CHECK(!reply.skipped_rows && !reply.null_rows);
    reply_feed(&reply, body, sizeof body - 1);
    reply_free(&reply);
}

int main(void)
{
    alloc_spare(true);
    test_values();
    test_pages();
    test_inner();
    test_not_taken();
    return check_done();
}
