/* SPDX-License-Identifier: MIT */
/* The counters behind check.h. */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

const char *check_case = "";

static int passed, failed;

bool check_that(bool ok, const char *at, const char *what)
{
    *(ok ? &passed : &failed) += 1;
    if (!ok)
        printf("%s: %s [%s]\n", at, what, check_case);
    return ok;
}

void check_int(long long is, long long want, const char *at, const char *what)
{
    if (!check_that(is == want, at, what))
        printf("  is %lld, not %lld\n", is, want);
}

void check_bytes(const char *is, size_t len, const char *want, size_t n,
                 const char *at, const char *what)
{
    is = is ? is : "(null)";
    len = len == (size_t)-1 ? strlen(is) : len;
    if (!check_that(len == n && memcmp(is, want, n) == 0, at, what))
        printf("  is  %.*s\n  not %.*s\n", (int)len, is, (int)n, want);
}

int check_failures(void)
{
    return failed;
}

int check_end(const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    const char *tail = strstr(name, "_test");

    printf("%.*s: %d passed, %d failed\n",
           (int)(tail ? (size_t)(tail - name) : strlen(name)), name, passed,
           failed);
    return failed != 0;
}

void insist(bool ok, const char *what)
{
    if (!ok)
        check_that(false, "insist", what);
}

void must(bool done)
{
    if (!done) {
        puts("out of memory, or of something else that must be there");
        abort();
    }
}

size_t chance(uint64_t *seed, size_t below)
{
    uint64_t x = *seed ? *seed : 0x2545F4914F6CDD1Du;

    x ^= x << 13; /* xorshift64 */
    x ^= x >> 7;
    x ^= x << 17;
    *seed = x;
    return (size_t)(x >> 11) % below;
}

#ifdef LUMA_COVERAGE /* or what has run in it would not count */
void __gcov_dump(void);
#else
#define __gcov_dump()
#endif

void leave_child(int code)
{
    __gcov_dump();
    _exit(code);
}

bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}
