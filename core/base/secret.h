/* SPDX-License-Identifier: MIT */
/* Secrets that nobody needs any more. Any thread; nothing blocks. */
#ifndef LUMA_SECRET_H
#define LUMA_SECRET_H

#include <stddef.h>
#include <string.h>

/* Overwrites bytes that are freed or left behind next. A compiler may leave a
 * plain memset out there; this one it cannot, because something that it does
 * not see may read the bytes. */
static inline void secret_clear(void *bytes, size_t n)
{
    memset(bytes, 0, n);
    __asm__ volatile("" : : "r"(bytes) : "memory");
}

/* The same for a text, which may be NULL. */
static inline void secret_clear_text(const char *text)
{
    if (text)
        secret_clear((char *)text, strlen(text));
}

#endif
