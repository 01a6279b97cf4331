/* SPDX-License-Identifier: MIT */
/* Checks for the C tests: they count, and say where and what when they fail.
 * One thread only. */
#ifndef LUMA_CHECK_H
#define LUMA_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

extern const char *check_case; /* printed with a failure */

bool check_that(bool ok, const char *at, const char *what);
void check_int(long long is, long long want, const char *at, const char *what);

/* `len` is (size_t)-1 for a text that ends with '\0'. */
void check_bytes(const char *is, size_t len, const char *want, size_t n,
                 const char *at, const char *what);

/* How many checks have failed so far. */
int check_failures(void);

/* Prints `reader: 3 passed, 0 failed` for reader_test.c; main returns it. */
int check_end(const char *file);

/* For what is looked at too often to be counted. */
void insist(bool ok, const char *what);

/* Ends the test where it cannot go on. */
void must(bool done);

/* Both have the same bytes. */
bool same(const struct buf *a, const struct buf *b);

/* Ends a forked child without its exit handlers and reports. */
void leave_child(int code);

/* The next number of a repeatable series, from 0 to below - 1. */
size_t chance(uint64_t *seed, size_t below);

#define CHECK_NUMERAL_(n)           #n
#define CHECK_NUMERAL(n)            CHECK_NUMERAL_(n)
#define CHECK_AT                    __FILE__ ":" CHECK_NUMERAL(__LINE__)
#define CHECK(ok)                   check_that(ok, CHECK_AT, #ok)
#define CHECK_INT(is, n)            check_int((long long)(is), n, CHECK_AT, #is)
#define CHECK_BYTES(is, n, want, m) check_bytes(is, n, want, m, CHECK_AT, #is)
#define CHECK_TEXT(is, to)          CHECK_BYTES(is, (size_t)-1, to, strlen(to))
#define COUNT(array)                (sizeof(array) / sizeof *(array))
#define check_done()                check_end(__FILE__)

#endif
