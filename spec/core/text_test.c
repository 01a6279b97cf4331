/* SPDX-License-Identifier: MIT */
/* Tests of text.h: what a text from outside may show, and never a secret. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "heard.h"

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

static void test_drop_cut(void)
{
    static const struct {
        const char *text, *want;
    } cut_rows[] = {
        {"", ""},
        {"ab", "ab"},
        {"a\xC3\xA9", "a\xC3\xA9"},
        {"a\xC3", "a"},
        {"\xE2\x82\xAC", "\xE2\x82\xAC"},
        {"a\xE2\x82", "a"},
        {"\xE2", ""},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"a\xF0\x9F\x98", "a"},
        {"a\xF0\x9F", "a"},
        {"a\xF0", "a"},
        {"\x80\x80\x80\x80", "\x80\x80\x80\x80"},
    };
    char text[9];
    size_t i;

    for (i = 0; i < COUNT(cut_rows); i++) {
        strcpy(text, cut_rows[i].text);
        text_drop_cut(text);
        CHECK_TEXT(text, cut_rows[i].want);
    }
}

int main(void)
{
    test_drop_cut();
    test_clean();
    test_clean_short();
    test_clean_bytes();
    test_escaped_secret();
    test_secret_like_escapes();
    test_secret_like_other_escapes();
    return check_done();
}
