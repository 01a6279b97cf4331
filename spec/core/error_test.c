/* SPDX-License-Identifier: MIT */
/* Tests of the failures in reply.h and error.h: every known error body, what
 * it is called and what is shown of it, and never the secret. */
#include <errno.h>

#include "alloc.h"
#include "check.h"
#include "heard.h"
#include "base/text.h"

#define AUTH     "auth: the gateway does not accept the token"
#define RATE     "rate_limit: too many requests"
#define REJECTED "rejected: the gateway rejected the request"
#define SERVER   "server: the server failed"
#define GATEWAY  "gateway: the gateway answered with an error"
#define REPLY    "reply: unexpected response"
#define CUT      "truncated: the response ended too early"
#define MOVED    "redirect: the gateway redirected the request; check base_url"

static const struct {
    long http;
    const char *body, *want;
} rows[] = {
    /* new-api, one-api */
    {401, "{\"error\":{\"message\":\"bad key\",\"type\":\"new_api_error\"}}",
     AUTH ": bad key"},
    {200, "{\"error\":{\"message\":\"bad key\",\"type\":\"new_api_error\"}}",
     GATEWAY ": bad key"},
    {429, "{\"error\":{\"message\":\"slow\",\"code\":\"x\",\"param\":null}}",
     RATE ": slow"},
    {500, "{\"error\":{\"message\":\"\",\"type\":\"new_api_panic\"}}",
     SERVER ": it starts with {\"error\":{\"message\":\"\",*"},
    /* the task relay */
    {400, "{\"code\":\"invalid_request\",\"message\":\"ids\",\"data\":null}",
     REJECTED ": ids"},
    {200, "{\"code\":\"invalid_request\",\"message\":\"ids\",\"data\":null}",
     GATEWAY ": ids"},
    {500, "{\"code\":\"get_tasks_failed\",\"message\":\"db\",\"data\":null}",
     SERVER ": db"},
    {200, "{\"code\":\"task_not_exist\",\"message\":\"no\",\"data\":[]}",
     GATEWAY ": no"},
    {200, "{\"code\":1,\"message\":\"no\",\"data\":[]}", GATEWAY ": no"},
    {200, "{\"code\":\"\",\"message\":\"no\",\"data\":[]}", GATEWAY ": no"},
    {200, "{\"code\":false,\"message\":\"no\",\"data\":[]}", GATEWAY ": no"},
    {200, "{\"code\":{},\"message\":\"no\",\"data\":[]}", GATEWAY ": no"},
    {200, "{\"code\":201,\"msg\":\"no\",\"data\":null}", GATEWAY ": no"},
    {200, "{\"code\":\"successful\",\"err\":\"no\"}", GATEWAY ": no"},
    {200, "{\"code\":18446744073709551616,\"data\":[]}",
     GATEWAY ": it starts with {\"code\":18446744073709551616,*"},
    /* the rows came first */
    {200, "{\"data\":[{\"id\":\"a\"}],\"code\":\"fail\",\"message\":\"no\"}",
     "a processing; " GATEWAY ": no"},
    /* the dashboard */
    {403, "{\"success\":false,\"message\":\"log in\"}", AUTH ": log in"},
    {200, "{\"success\":false,\"message\":\"log in\",\"data\":[]}",
     GATEWAY ": log in"},
    /* Luma-API and the official one */
    {401, "{\"detail\":{\"reason\":\"no bearer\",\"code\":1}}",
     AUTH ": no bearer"},
    {200, "{\"detail\":{\"reason\":\"no bearer\",\"code\":1}}",
     GATEWAY ": no bearer"},
    {422, "{\"detail\":\"bad id\"}", REJECTED ": bad id"},
    {200, "{\"detail\":\"bad id\"}", GATEWAY ": bad id"},
    {422, "{\"detail\":[{\"msg\":\"x\"}]}",
     REJECTED ": it starts with {\"detail\":[{\"msg\":\"x\"}]}"},
    /* Midjourney's routes */
    {400, "{\"description\":\"busy\",\"type\":\"upstream\",\"code\":4}",
     REJECTED ": busy"},
    {200, "{\"description\":\"busy\",\"type\":\"upstream\",\"code\":4}",
     GATEWAY ": busy"},
    /* AceDataCloud */
    {429,
     "{\"success\":false,\"error\":{\"code\":\"x\",\"message\":\"wait\"},"
     "\"trace_id\":\"t\"}",
     RATE ": wait"},
    {200,
     "{\"success\":false,\"error\":{\"code\":\"x\",\"message\":\"wait\"},"
     "\"trace_id\":\"t\"}",
     GATEWAY ": wait"},
    {200, "{\"page\":[{\"id\":\"a\"}],\"count\":1}", REPLY ": it starts*"},
    /* openai-next */
    {200,
     "{\"task_id\":\"a\",\"status\":\"not_found\",\"error_code\":10004,"
     "\"message\":\"gone\",\"error_type\":\"x\"}",
     GATEWAY ": gone"},
    /* flat texts */
    {500, "{\"msg\":\"m\"}", SERVER ": m"},
    {502, "{\"err\":\"m\"}", SERVER ": m"},
    {503, "{\"error_msg\":\"m\"}", SERVER ": m"},
    {504, "{\"error\":\"m\"}", SERVER ": m"},
    {200, "{\"error\":\"m\"}", GATEWAY ": m"},
    {200, "{\"error\":true,\"data\":[]}", GATEWAY ": it starts*"},
    {200, "{\"error\":{\"code\":1},\"data\":[]}", GATEWAY ": it starts*"},
    {400, "{\"message\":\"\",\"msg\":\"m\"}", REJECTED ": m"},
    {400, "{\"message\":5,\"msg\":\"m\"}", REJECTED ": m"},
    {400, "{\"data\":{\"message\":\"m\"}}", REJECTED ": m"},
    {400, "\"m\"", REJECTED ": it starts with \"m\""},
    {400, "[]", REJECTED ": it starts with []"},
    /* tasks in an error are none */
    {500, "[{\"id\":\"a\"}]", SERVER ": it starts with [{\"id\":\"a\"}]"},
    {404, "{\"id\":\"a\",\"state\":\"completed\"}", REJECTED ": it starts*"},
    /* empty */
    {429, "", RATE ": it is empty"},
    {502, "", SERVER ": it is empty"},
    {200, "", REPLY ": it is empty"},
    {204, "", REPLY ": it is empty"},
    {302, "", MOVED ": it is empty"},
    {200, " \r\n", CUT "*"},
    {200, "\xEF\xBB\xBF", CUT "*"},
    /* pages */
    {200, "<!DOCTYPE html><p>hi</p>",
     REPLY ": it starts with <!DOCTYPE html><p>hi</p>"},
    {502, "<html>\r\n<b>Bad\tGateway</b>",
     SERVER ": it starts with <html>  <b>Bad Gateway</b>"},
    {301, "<html>", MOVED ": it starts with <html>"},
    {200, "ok", REPLY ": it starts with ok"},
    {200, "data: {\"id\":\"a\"}\n\n", REPLY "*"},
    /* the wrong kind */
    {200, "5", REPLY ": it starts with 5"},
    {200, "\"text\"", REPLY ": it starts with \"text\""},
    {200, "true", REPLY ": it starts with true"},
    {200, "{}", REPLY ": it starts with {}"},
    {200, "{\"data\":5}", REPLY "*"},
    {200, "{\"data\":\"x\",\"code\":0}", REPLY "*"},
    {200, "{\"code\":0}", REPLY "*"},
    {200, "{\"code\":0,\"id\":\"request-7\"}", REPLY "*"},
    /* cut off */
    {200, "[", CUT ": it starts with ["},
    {200, "[{\"id\":\"a\"}", "a processing; " CUT "*"},
    {200, "[{\"id\":\"a\"},", "a processing; " CUT "*"},
    {200, "[{\"id\":\"a\"},{\"id\":\"b\"", "a processing; " CUT "*"},
    {200, "{\"code\":0,\"data\":[{\"id\":\"a\"}]", "a processing; " CUT "*"},
    {200, "{\"code\":0,\"data\":[{\"id\":\"a\"},{\"i",
     "a processing; " CUT "*"},
    {200, "{\"id\":\"a\"", CUT "*"},
    {200, "nul", CUT "*"},
    {500, "{\"error\":{\"message\":\"bad", SERVER ": it starts*"},
    /* broken */
    {200, "[{\"id\":\"a\"}}", "a processing; ok but for 1"},
    {200, "[{\"id\":\"a\"},}", "a processing; ok but for 1"},
    {200, "[{\"id\":\"a\"}] x", "a processing; ok but for 1"},
    {200, "[{\"id\":\"a\"}][]", "a processing; ok but for 1"},
    {200, "[{'id':'a'}]", "ok but for 1"},
    {200, "[{\"id\":NaN}]", "ok but for 1"},
    {200, "{'id':'a'}", REPLY "*"},
    {200, "{\"id\":NaN}", REPLY "*"},
    /* the secret */
    {401, "{\"error\":{\"message\":\"no key " SECRET " here\"}}",
     AUTH ": no key *** here"},
    {200, "<p>" SECRET SECRET "</p>", REPLY ": it starts with <p>******</p>"},
    {400, "{\"message\":\"" SECRET "\"}", REJECTED ": ***"},
    {400, "{\"message\":\"sk-\\u003012345678\\u0039-secret\"}",
     REJECTED ": ***"},
    {400, "{\"x\":\"" SECRET "\"}",
     REJECTED ": it starts with {\"x\":\"***\"}"},
    /* what is shown is one line of UTF-8 */
    {400, "{\"message\":\"a\\u0000b\\nc\\u001b[31m\\u007f\"}",
     REJECTED ": a b c [31m "},
    {400, "{\"message\":\"\xE4\xBD\xA0\xFF\"}", REJECTED ": \xE4\xBD\xA0?"},
};

static void test_bodies(void)
{
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        check_case = rows[i].body;
        check_reply(rows[i].http, rows[i].body, strlen(rows[i].body),
                    rows[i].want);
    }
    check_case = "";
}

/* ---- limits ------------------------------------------------------------ */

static void test_max_bytes(void)
{
    static char body[MAX_REPLY + 1];
    size_t n;

    memset(body, ' ', sizeof body);
    memcpy(body, "[{\"id\":\"a\"}]", 12);
    check_reply(200, body, MAX_REPLY, "a processing; ok");
    body[11] = ' ';
    check_reply(200, body, MAX_REPLY, "a processing; " CUT "*");
    check_reply(200, body + 12, sizeof body - 12, CUT "*");
    for (n = 0; n + 2 <= sizeof body; n += 2)
        memcpy(body + n, "[,", 2);
    check_reply(200, body, MAX_REPLY, "ok but for 1");
}

/* A body without an end behind a row that is not JSON. */
static void test_endless_body(void)
{
    char blanks[100];
    struct luma_error error;
    struct reply reply;
    size_t fed = 0;

    memset(blanks, ' ', sizeof blanks);
    reply_init(&reply, MAX_TASK, MAX_REPLY, false, NULL);
    reply_reset(&reply, true);
    CHECK(reply_feed(&reply, "[NaN,", 5));
    while (fed < 2 * MAX_REPLY && reply_feed(&reply, blanks, sizeof blanks))
        fed += sizeof blanks;
    CHECK_INT(fed, MAX_REPLY / 100 * 100 - 100);
    reply_end(&reply, 200, failure_clean, &secret_options, &error);
    CHECK_INT(error.code, LUMA_OK);
    CHECK_INT(reply.unreadable, 1);
    reply_free(&reply);
}

/* One byte more than max_bytes: what came before it counts in every cut. */
static void test_too_many_bytes(void)
{
    static char body[MAX_REPLY + 1];
    const char *over = "too_large: the response is over a limit: more than "
                       "max_reply, 4000 bytes";
    char want[200];

    memset(body, ' ', sizeof body);
    memcpy(body, "[{\"id\":\"a\"}]", 12);
    snprintf(want, sizeof want, "a processing; %s", over);
    check_reply(200, body, sizeof body, want);
    body[11] = ' ';
    check_reply(200, body, sizeof body, want);
    check_reply(500, body, sizeof body, SERVER "*");
    memset(body, ' ', sizeof body);
    check_reply(200, body, sizeof body, over);
    memset(body, ']', sizeof body); /* broken long before */
    check_reply(200, body, sizeof body, REPLY "*");
}

/* A page that shows the token just where the excerpt of it ends. */
static void test_cut_secret(void)
{
    char body[300], part[300];
    struct reply reply;
    size_t at;

    reply_init(&reply, MAX_TASK, MAX_REPLY, false, NULL);
    for (at = 230; at < 260; at++) {
        struct luma_error error;
        size_t n;

        memset(body, '.', sizeof body);
        memcpy(body + at, SECRET, sizeof SECRET - 1);
        reply_reset(&reply, true);
        reply_feed(&reply, body, sizeof body);
        reply_end(&reply, 200, failure_clean, &secret_options, &error);
        for (n = 4; n < sizeof SECRET; n++) {
            snprintf(part, sizeof part, "%.*s", (int)n, SECRET);
            insist(!strstr(error.message, part), "no part of the secret");
        }
        CHECK(strstr(error.message, "....") != NULL);
    }
    reply_free(&reply);
}

/* A message as long as a page. */
static void test_long_message(void)
{
    char body[MAX_TASK];
    size_t i;

    snprintf(body, sizeof body, "{\"message\":\"");
    for (i = strlen(body); i + 5 < sizeof body; i += 3)
        memcpy(body + i, "\xE2\x82\xAC", 3);
    memcpy(body + i, "\"}", 2);
    check_reply(400, body, i + 2, REJECTED ": \xE2\x82\xAC\xE2\x82\xAC*");
}

/* ---- error values ------------------------------------------------------ */

static void test_every_code(void)
{
    struct luma_error error;
    int i;

    for (i = 0; i < LUMA_CODE_COUNT; i++) {
        memset(&error, 'x', sizeof error);
        luma_error_set(&error, (enum luma_code)i);
        check_case = luma_code_name((enum luma_code)i);
        CHECK(*check_case &&
              strspn(check_case, "abcdefghijklmnopqrstuvwxyz_") ==
                  strlen(check_case));
        CHECK_INT(error.code, i);
        CHECK_TEXT(error.message, luma_code_sentence((enum luma_code)i));
        CHECK(!error.http_status && !error.phase && !error.attempts);
        CHECK(error.retry_after < 0 && !*error.request_id);
    }
    check_case = "";
}

/* Details fill the room and no more; no character is cut. */
static void test_details(void)
{
    struct luma_error error;
    char euros[3 * 999 + 1] = "";
    int i;

    for (i = 0; i < 999; i++)
        memcpy(euros + 3 * i, "\xE2\x82\xAC", 4);

    luma_error_set(&error, LUMA_ERR_SERVER);
    luma_error_append(&error, "%d of %s", 2, "3");
    CHECK_TEXT(error.message, "the server failed: 2 of 3");
    for (i = 0; i < 100; i++)
        luma_error_append(&error, "%s", "a detail");
    CHECK_INT(strlen(error.message), sizeof error.message - 1);
    CHECK_INT(error.code, LUMA_ERR_SERVER);
    CHECK(!*error.request_id);
    for (i = 0; i < 3; i++) {
        luma_error_set(&error, LUMA_ERR_SERVER);
        luma_error_append(&error, "%.*s%s", i, "aa", euros);
        CHECK(text_is_utf8(error.message, strlen(error.message)));
        CHECK(sizeof error.message - strlen(error.message) <= 3);
        luma_error_set_after(&error, LUMA_ERR_DEADLINE);
        CHECK(text_is_utf8(error.message, strlen(error.message)));
        CHECK(strstr(error.message, "; last error: the server failed: ") !=
              NULL);
    }
}

/* The words for errno are those of strerror in the C locale. */
static void test_errno(void)
{
    static const int numbers[] = {EACCES, EDQUOT, EIO,   EMFILE, ENFILE, ENOENT,
                                  ENOSPC, ENOMEM, EPERM, EROFS,  ESTALE, EXDEV};
    struct luma_error error;
    char expected[200];
    size_t i;

    for (i = 0; i < COUNT(numbers); i++) {
        luma_error_set(&error, LUMA_ERR_FILE);
        luma_error_append_errno(&error, "cannot write", numbers[i]);
        snprintf(expected, sizeof expected, "%s: cannot write: %s",
                 luma_code_sentence(LUMA_ERR_FILE), strerror(numbers[i]));
        CHECK_TEXT(error.message, expected);
    }
    luma_error_set(&error, LUMA_ERR_FILE);
    luma_error_append_errno(&error, "cannot write", 12345);
    CHECK_TEXT(error.message, "the file could not be written: cannot write: "
                              "error 12345 of the system");
}

int main(void)
{
    alloc_spare(true);
    test_bodies();
    test_max_bytes();
    test_too_many_bytes();
    test_endless_body();
    test_cut_secret();
    test_long_message();
    test_every_code();
    test_details();
    test_errno();
    return check_done();
}
