/* SPDX-License-Identifier: MIT */
/* Tests of the failures in reply.h and error.h: every known error body, what
 * it is called and what is shown of it, and never the secret. */
#include <errno.h>
#include <stdlib.h>

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

/* ---- text_sanitize ------------------------------------------------------ */

/* A list of one secret, or of two. */
#define ONE(secret)   ((const char *const[]){secret, NULL})
#define TWO(one, two) ((const char *const[]){one, two, NULL})

static const struct {
    size_t capacity;
    const char *text, *want;
} clean_rows[] = {
    {99, "", ""},
    {99, "plain", "plain"},
    {99, "a\tb\r\nc\x01\x1F\x7F.", "a b  c   ."},
    {99, "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
     "\xC3\xA9\xE2\x82\xAC\xF0\x9F"
     "\x98\x80"},
    /* no UTF-8 */
    {99, "a\xFF", "a?"},
    {99, "\x80\xBF", "??"},
    {99, "\xC0\x80\xC1\xBF", "????"},
    {99, "\xC3", "?"},
    {99, "\xC3z", "?z"},
    {99, "\xE2\x82", "??"},
    {99, "\xE2\x82z", "??z"},
    {99, "\xF0\x9F\x98", "???"},
    {99, "\xF5\x80\x80\x80", "????"},
    {99, "\xFE\xFF", "??"},
    {99, "\xE0\x9F\xBF\xE0\xA0\x80", "???\xE0\xA0\x80"},
    {99, "\xED\x9F\xBF\xED\xA0\x80", "\xED\x9F\xBF???"},
    {99, "\xF0\x8F\xBF\xBF\xF0\x90\x80\x80", "????\xF0\x90\x80\x80"},
    {99, "\xF4\x8F\xBF\xBF\xF4\x90\x80\x80", "\xF4\x8F\xBF\xBF????"},
    /* C1: terminals obey it too */
    {99,
     "a\xC2\x85\xC2\x9B"
     "31m\xC2\x9F\xC2\xA0",
     "a  31m \xC2\xA0"},
    /* what ends a line or turns the text around */
    {99,
     "a\xE2\x80\xAE"
     "b\xE2\x80\xA8"
     "c\xE2\x81\xA6"
     "d\xE2\x81\xA9.",
     "a b c d ."},
    {99, "\xD8\x9C\xE2\x80\x8E\xE2\x80\x8F\xE2\x80\xAA.", "    ."},
    {99, "\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA\xD8\x9B",
     "\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA\xD8\x9B"},
    /* who asks a URL */
    {99, "at https://jane:x@a.example/b", "at https://***@a.example/b"},
    {99, "at https:\\/\\/jane:x@a.example", "at https://***@a.example"},
    {99, "https://a@b@c.example/", "https://***@c.example/"},
    {99, "https://a.example/b@c", "https://a.example/b@c"},
    {99, "https://a.example?b@c", "https://a.example?b@c"},
    {99, "https://a.example b@c", "https://a.example b@c"},
    {99, "https:/a@b", "https:/a@b"},
    {99, "https://", "https://"},
    /* the end of the room */
    {1, "abc", ""},
    {2, "abc", "a"},
    {4, "abc", "abc"},
    {3, "abc", "ab"},
    {2, "\xC3\xA9", ""},
    {3, "\xC3\xA9", "\xC3\xA9"},
    {4, "a\xE2\x82\xAC", "a"},
    {5, "a\xE2\x82\xAC", "a\xE2\x82\xAC"},
    {6, "ab\xF0\x9F\x98\x80", "ab"},
    {7, "ab\xF0\x9F\x98\x80", "ab\xF0\x9F\x98\x80"},
    /* the secret */
    {99, SECRET, "***"},
    {99, "a" SECRET "b", "a***b"},
    {99, SECRET SECRET, "******"},
    {99, "sk-" SECRET, "sk-***"},
    {99, "SK-0123456789-SECRET", "SK-0123456789-SECRET"},
    {3, SECRET, ""},
    {4, SECRET, "***"},
    {8, "abc " SECRET, "abc ***"},
    {7, "abc " SECRET, "abc "},
};

static void test_clean(void)
{
    size_t i;

    for (i = 0; i < COUNT(clean_rows); i++) {
        const char *text = clean_rows[i].text;
        char *out = malloc(clean_rows[i].capacity);

        must(out);
        check_case = text;
        text_sanitize(out, clean_rows[i].capacity, text, strlen(text),
                      ONE(SECRET));
        CHECK_TEXT(out, clean_rows[i].want);
        free(out);
    }
    check_case = "";
}

/* A part of a word says nothing about a short secret, and stars would make the
 * word unreadable. */
static void test_clean_short(void)
{
    static const struct {
        const char *text, *shown, *secret;
    } short_rows[] = {
        {"port t, not that", "port ***, not that", "t"},
        {"t", "***", "t"},
        {"Bearer tok", "Bearer ***", "tok"},
        {"{\"token\":\"tok\"}", "{\"token\":\"***\"}", "tok"},
        {"stub-4 tok-en", "stub-4 tok-en", "tok"},
        {"xsecret12x", "x***x", "secret12"},
        {"token%3Dtok a\\ntok", "token%3D*** a\\n***", "tok"},
        {"\\u003dtok", "\\u003d***", "tok"},
        {"token=tok&x", "token=***&x", "tok"},
    };
    char out[40];
    size_t i;

    for (i = 0; i < sizeof short_rows / sizeof *short_rows; i++) {
        check_case = short_rows[i].text;
        text_sanitize(out, sizeof out, short_rows[i].text,
                      strlen(short_rows[i].text), ONE(short_rows[i].secret));
        CHECK_TEXT(out, short_rows[i].shown);
    }
    check_case = "";
}

static void test_clean_bytes(void)
{
    char out[20];

    text_sanitize(out, sizeof out, "a\0b", 3, NULL);
    CHECK_TEXT(out, "a b");
    text_sanitize(out, sizeof out, "abc", 2, ONE("abc"));
    CHECK(strcmp(out, "abc") != 0);
    text_sanitize(out, sizeof out, "abc", 3, ONE(""));
    CHECK_TEXT(out, "abc");
    text_sanitize(out, sizeof out, "secret-12 secret-1", 18,
                  TWO("secret-1", "secret-12"));
    CHECK_TEXT(out, "*** ***");
}

#define KEY "sk-a/b+c="

static const struct {
    const char *text, *want;
} escaped_rows[] = {
    {"no " KEY "!", "no ***!"},
    {"sk-a\\/b+c=", "***"},
    {"sk-a\\u002fb\\u002Bc=.", "***."},
    {"sk-a%2Fb%2bc%3D&x", "***&x"},
    {"\\u0073k-a/b+c=", "***"},
    {"sk-a&#47;b&#x2B;c&#x3d;;", "***;"},
    {"sk-a&#047;b&#43;c=", "***"},
    {"sk-sk-a%2Fb+c=", "sk-***"},
    {"sk-a%2Gb+c=", "sk-a%2Gb+c="},
    {"sk-a%2Eb+c=", "sk-a%2Eb+c="},
    {"sk-a&#47b+c=", "sk-a&#47b+c="},
    {"sk-a&#0000000047;b", "sk-a&#0000000047;b"},
    {"100% &# \\u \\", "100% &# \\u \\"},
};

static void test_escaped_secret(void)
{
    char out[99];
    size_t i, n, len, kept;

    for (i = 0; i < COUNT(escaped_rows); i++) {
        const char *text = check_case = escaped_rows[i].text;

        len = strlen(text);
        text_sanitize(out, sizeof out, text, len, ONE(KEY));
        CHECK_TEXT(out, escaped_rows[i].want);
        if (!strstr(escaped_rows[i].want, "***"))
            continue;
        for (n = 0; n < len;
             n++) { /* cut anywhere: at most one byte is shown */
            kept = text_length_before(text, n, ONE(KEY));
            text_sanitize(out, sizeof out, text, kept, ONE(KEY));
            insist(!strstr(out, "k-a"), "no part of the secret is shown");
        }
    }
    check_case = "";
    CHECK_INT(text_length_before("100%", 4, ONE(KEY)), 4);
    CHECK_INT(text_length_before("a sk-a%2", 8, ONE(KEY)), 2);
    CHECK_INT(text_length_before("a sk-a\\u00", 10, ONE(KEY)), 2);
    CHECK_INT(text_length_before("a sk-a\\", 7, ONE(KEY)), 2);
    CHECK_INT(text_length_before("a sk-b", 6, ONE(KEY)), 6);
    CHECK_INT(text_length_before("sk-a", 4, NULL), 4);
}

/* A secret with bytes that begin an escape is hidden as it is, and escaped. */
static void test_secret_like_escapes(void)
{
    static const char secret[] = "p\\\\q%41&#r";
    static const char *const texts[] = {
        "p\\\\q%41&#r",
        "p\\\\\\\\q%41&#r",
        "p%5C%5cq%2541%26%23r",
        "p\\u005c\\\\q%41\\u0026#r",
        "p&#92;&#92;q&#37;41&#38;#r",
    };
    char out[40];
    size_t i, n;

    for (i = 0; i < COUNT(texts); i++) {
        const char *text = check_case = texts[i];

        text_sanitize(out, sizeof out, text, strlen(text), ONE(secret));
        CHECK_TEXT(out, "***");
        for (n = 1; n < strlen(text); n++)
            insist(text_length_before(text, n, ONE(secret)) == 0,
                   "where it is cut, it is not shown");
    }
    check_case = "";
}

/* A text that escapes in one way, and a secret that looks like an escape of
 * another. */
static void test_secret_like_other_escapes(void)
{
    static const struct {
        const char *secret, *text;
    } cases[] = {
        {"abcdef%25/ghijk", "abcdef%25\\/ghijk"},
        {"abcdef%25\"ghijk", "abcdef%25\\\"ghijk"},
        {"abcdef%25=ghijk", "abcdef%25\\u003dghijk"},
        {"abcdef%25=ghijk", "abcdef%2525%3Dghijk"},
        {"abcdef&#38;/ghijk", "abcdef&#38;\\/ghijk"},
    };
    char out[40];
    size_t i;

    for (i = 0; i < COUNT(cases); i++) {
        check_case = cases[i].text;
        text_sanitize(out, sizeof out, check_case, strlen(check_case),
                      ONE(cases[i].secret));
        CHECK_TEXT(out, "***");
    }
    check_case = "";
}

/* ---- error values ------------------------------------------------------ */

static void test_every_status(void)
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

/* Details fill the room and no more. */
static void test_details(void)
{
    struct luma_error error;
    int i;

    luma_error_set(&error, LUMA_ERR_SERVER);
    luma_error_append(&error, "%d of %s", 2, "3");
    CHECK_TEXT(error.message, "the server failed: 2 of 3");
    for (i = 0; i < 100; i++)
        luma_error_append(&error, "%s", "a detail");
    CHECK_INT(strlen(error.message), sizeof error.message - 1);
    CHECK_INT(error.code, LUMA_ERR_SERVER);
    CHECK(!*error.request_id);
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
    test_clean();
    test_clean_short();
    test_clean_bytes();
    test_escaped_secret();
    test_secret_like_escapes();
    test_secret_like_other_escapes();
    test_every_status();
    test_details();
    test_errno();
    return check_done();
}
