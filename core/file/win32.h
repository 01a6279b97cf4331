/* SPDX-License-Identifier: MIT */
/* What path_windows.c and disk_windows.c share: texts as the functions of
 * Windows take them, and errors. Any thread; nothing blocks. */
#ifndef LUMA_WIN32_H
#define LUMA_WIN32_H

#include <stdbool.h>
#include <stddef.h>

/* A text in UTF-8, or else in the ANSI code page, in UTF-16; the caller's to
 * free(). NULL: out of memory. */
wchar_t *win32_wide(const char *text);

/* Texts joined in a row; the caller's to free(). NULL: out of memory, or one of
 * them is NULL. */
wchar_t *win32_join(const wchar_t *a, const wchar_t *b, const wchar_t *c);

/* The error number for an error code of Windows. */
int win32_errno(unsigned long error);

/* Returns `good`. If it is false, errno is set from GetLastError. */
bool win32_check(bool good);

#endif
