/* SPDX-License-Identifier: MIT */
/* Texts from outside, such as response bodies and host names: is one UTF-8, and
 * what a message may show of it. Pure; any thread; nothing blocks. */
#ifndef LUMA_TEXT_H
#define LUMA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The text is UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
 */
bool text_is_utf8(const char *text, size_t len);

/* Copies a text so that a message can show it: at most `capacity` - 1 bytes of
 * valid UTF-8 on one line, and a NUL. Asterisks replace `secret` (NULL: none)
 * and the user name and password of each URL in the text. False: the copy is
 * cut. */
bool text_sanitize(char *out, size_t capacity, const char *text, size_t len,
                   const char *secret);

/* The length of a cut text without the start of `secret` (NULL: none) that the
 * text ends in. */
size_t text_length_before(const char *text, size_t len, const char *secret);

#endif
