/* SPDX-License-Identifier: MIT */
/* Text from outside, such as response bodies and host names. Pure; any thread;
 * nothing blocks. */
#ifndef LUMA_TEXT_H
#define LUMA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the text is valid UTF-8: nothing overlong, no surrogates, nothing
 * beyond U+10FFFF. */
bool text_is_utf8(const char *text, size_t len);

enum { TEXT_SHORT_SECRET = 8 };

/* Copies a text so that a message can show it: at most `capacity` - 1 bytes of
 * valid UTF-8 on one line and in one direction, and a NUL. Asterisks replace
 * the secrets, also where JSON, a URL or HTML escapes them, and the user name
 * and password of each URL in the text. A secret of less than TEXT_SHORT_SECRET
 * bytes is replaced only where it is not a part of a word. The secrets end with
 * NULL; the pointer itself may be NULL. False: the copy is cut. */
bool text_sanitize(char *out, size_t capacity, const char *text, size_t len,
                   const char *const *secrets);

/* If a text ends within a character, takes the start of that away. */
void text_drop_cut(char *text);

/* The length of a text without its end, if it ends with the start of a secret.
 * For a text that was cut within a secret. */
size_t text_length_before(const char *text, size_t len,
                          const char *const *secrets);

#endif
