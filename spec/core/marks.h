/* SPDX-License-Identifier: MIT */
/* A secret that can be looked for in memory, since the program itself does not
 * hold it: it is made of marks, and what is found of it is a whole mark. Any
 * thread. */
#ifndef LUMA_MARKS_H
#define LUMA_MARKS_H

#include <stddef.h>

enum { MARKS_MADE = 4 };

/* The secret, with something around it; for marks_drop. */
char *marks_make(const char *before, const char *after);

/* Overwrites the text, and frees it. */
void marks_drop(char *text);

unsigned marks_count(const char *bytes, size_t size);

/* Those in all memory of the process that can be written; 0 where the system
 * does not say which that is. Any other thread must be at rest. */
unsigned marks_count_memory(void);

#endif
