/* SPDX-License-Identifier: MIT */
/* The caller's own headers of requests to the gateway: lines "Name: value" in
 * an array that NULL ends. Pure; any thread; nothing blocks. */
#ifndef LUMA_HEADERS_H
#define LUMA_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/* Checks the lines (NULL: none). False: `problem` says what is wrong. It shows
 * no value, which may be secret. */
bool headers_check(const char *const *lines, char *problem, size_t capacity);

/* Lists what no message may show, for text_sanitize: the token, and the values
 * of the headers but for short ones, which may be a part of any text. */
enum { HEADERS_SECRETS = LUMA_HEADERS + 2 };
void headers_list_secrets(const struct luma_options *options,
                          const char *secrets[HEADERS_SECRETS]);

/* A copy of the lines in one block, the caller's to free(). NULL: out of
 * memory. */
const char *const *headers_copy(const char *const *lines);

/* Overwrites a copy, which may be NULL, and frees it. */
void headers_free(const char *const *lines);

#endif
