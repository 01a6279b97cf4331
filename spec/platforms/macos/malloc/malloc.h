/* SPDX-License-Identifier: MIT */
/* What the C tests need of it. */
#ifndef MACOS_MALLOC_H
#define MACOS_MALLOC_H

#include <stddef.h>

size_t malloc_usable_size(void *block);

#define malloc_size malloc_usable_size

#endif
