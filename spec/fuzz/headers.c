/* SPDX-License-Identifier: MIT */
/* Headers of a caller cannot hide another one or reach a message, and those of
 * a response mean the same in any order. Lines up to an empty one are the
 * caller's, the others are a response's. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "file/head.h"
#include "http/headers.h"
#include "spec/core/check.h"

enum { LINES = 40 };

#define TOKENS                                   \
    "!#$%&'*+-.^_`|~0123456789"                  \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop" \
    "qrstuvwxyz"

/* ---- those of a caller ------------------------------------------------- */

static void check_line(const char *const *lines, size_t at)
{
    static const char *const own[] = {
        "Authorization:",     "Host:",      "Expect:", "Content-Length:",
        "Transfer-Encoding:", "Connection:"};
    const char *line = lines[at], *c;
    size_t name = strspn(line, TOKENS), i;

    fuzz_insist(name && line[name] == ':', "a header has a name");
    for (c = line; *c; c++)
        fuzz_insist(*c >= ' ' && *c < 0x7F, "a header is one line");
    c = line + name + 1;
    fuzz_insist(c[strspn(c, " ")], "it has a value");
    for (i = 0; i < COUNT(own); i++)
        fuzz_insist(strncasecmp(line, own[i], strlen(own[i])) != 0,
                    "it is none of luma's own");
    for (i = 0; i < at; i++)
        fuzz_insist(strncasecmp(line, lines[i], name + 1) != 0,
                    "it is there once");
}

/* A secret in a text of the input's own. What luma puts into messages is not
 * looked for: a value may have it as well. */
static void check_secret(const struct luma_options *options, const char *secret,
                         const char *before, const char *behind)
{
    const char *secrets[HEADERS_SECRETS];
    char text[2000], shown[6000];

    if (strlen(secret) < 8 || strpbrk(secret, " ?*:/@"))
        return;
    headers_list_secrets(options, secrets);
    snprintf(text, sizeof text, "%s%s%s", before, secret, behind);
    text_sanitize(shown, sizeof shown, text, strlen(text), secrets);
    fuzz_insist(!strstr(shown, secret), "no message shows a secret");
}

static void check_own(const char *const *lines, size_t count)
{
    struct luma_options options = {.token = "token", .headers = lines};
    char problem[200];
    size_t i;

    if (!headers_check(lines, problem, sizeof problem)) {
        fuzz_insist(strlen(problem) < sizeof problem, "a problem fits");
        return;
    }
    fuzz_insist(count <= LUMA_HEADERS, "there are not too many");
    for (i = 0; i < count; i++) {
        const char *value = strchr(lines[i], ':') + 1;

        check_line(lines, i);
        check_secret(&options, value + strspn(value, " "), lines[0],
                     lines[count - 1]);
    }
}

/* ---- those of a response ----------------------------------------------- */

static void check_head(const struct head *head)
{
    const char *c;

    fuzz_insist(head->range != HEAD_VALID || head->first < 0 ||
                    (head->first <= head->last &&
                     (head->total < 0 || head->last < head->total)),
                "a range lies within the file");
    fuzz_insist(head->length_presence != HEAD_VALID || head->length >= 0,
                "a length is a number");
    fuzz_insist(text_is_utf8(head->type, strlen(head->type)), "it is a text");
    for (c = head->type; *c; c++)
        fuzz_insist((unsigned char)*c >= ' ' && *c != 0x7F, "it is one line");
    for (c = head->etag; *c; c++)
        fuzz_insist((unsigned char)*c > ' ', "an ETag is one word");
}

static void check_same(const struct head *a, const struct head *b)
{
    fuzz_insist(a->range == b->range &&
                    (a->range != HEAD_VALID ||
                     (a->first == b->first && a->last == b->last &&
                      a->total == b->total)),
                "the range is the same in any order");
    fuzz_insist(
        a->length_presence == b->length_presence &&
            (a->length_presence != HEAD_VALID || a->length == b->length),
        "so is the length");
    fuzz_insist(a->etag_presence == b->etag_presence &&
                    strcmp(a->etag, b->etag) == 0,
                "so is the ETag");
    fuzz_insist(a->end == b->end && a->kind == b->kind &&
                    a->parts == b->parts && !*a->coding == !*b->coding,
                "so is the rest");
}

static void check_response(char *lines[], size_t count)
{
    struct head forwards, backwards;
    size_t i, n = 0;

    for (i = 0; i < count; i++) { /* a name, then its value behind a NUL */
        char *colon = strchr(lines[i], ':');

        if (!colon)
            continue;
        *colon = '\0';
        lines[n++] = lines[i];
    }
    head_start(&forwards, 200);
    head_start(&backwards, 200);
    for (i = 0; i < n; i++) {
        const char *last = lines[n - 1 - i];

        head_add(&forwards, lines[i], lines[i] + strlen(lines[i]) + 1);
        head_add(&backwards, last, last + strlen(last) + 1);
    }
    check_head(&forwards);
    check_same(&forwards, &backwards);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input in = {bytes, len};
    char *lines[2 * LINES + 2] = {NULL}, *all[2 * LINES + 2];
    size_t own = 0, count = 0, i;

    for (; in.left && own < LINES; own++) {
        all[count++] = lines[own] = fuzz_line(&in);
        if (!*lines[own])
            break;
    }
    lines[own] = NULL;
    check_own((const char *const *)lines, own);
    for (own = 0; in.left && own < LINES; own++)
        all[count++] = lines[own] = fuzz_line(&in);
    check_response(lines, own);
    for (i = 0; i < count; i++)
        free(all[i]);
    return 0;
}
