/* SPDX-License-Identifier: MIT */
/* Checks for the C tests: they count, and say where and what when they fail. */
#ifndef LUMA_CHECK_H
#define LUMA_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int check_passed, check_failed;
static const char *check_case = ""; /* printed with a failure */

static inline bool check_that(bool ok, const char *at, const char *what)
{
    *(ok ? &check_passed : &check_failed) += 1;
    if (!ok)
        printf("%s: %s [%s]\n", at, what, check_case);
    return ok;
}

static inline void check_int(long long is, long long want, const char *at,
                             const char *what)
{
    if (!check_that(is == want, at, what))
        printf("  is %lld, not %lld\n", is, want);
}

/* `len` is (size_t)-1 for a text that ends with '\0'. */
static inline void check_bytes(const char *is, size_t len, const char *want,
                               size_t n, const char *at, const char *what)
{
    is = is ? is : "(null)";
    len = len == (size_t)-1 ? strlen(is) : len;
    if (!check_that(len == n && memcmp(is, want, n) == 0, at, what))
        printf("  is  %.*s\n  not %.*s\n", (int)len, is, (int)n, want);
}

/* Prints `json: 3 passed, 0 failed` for json_test.c; main returns it. */
static inline int check_end(const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    const char *tail = strstr(name, "_test");

    printf("%.*s: %d passed, %d failed\n",
           (int)(tail ? (size_t)(tail - name) : strlen(name)), name,
           check_passed, check_failed);
    return check_failed != 0;
}

#define CHECK_NUMERAL_(n)           #n
#define CHECK_NUMERAL(n)            CHECK_NUMERAL_(n)
#define CHECK_AT                    __FILE__ ":" CHECK_NUMERAL(__LINE__)
#define CHECK(ok)                   check_that(ok, CHECK_AT, #ok)
#define CHECK_INT(is, n)            check_int((long long)(is), n, CHECK_AT, #is)
#define CHECK_BYTES(is, n, want, m) check_bytes(is, n, want, m, CHECK_AT, #is)
#define CHECK_TEXT(is, to)          CHECK_BYTES(is, (size_t)-1, to, strlen(to))
#define check_done()                check_end(__FILE__)

#endif
