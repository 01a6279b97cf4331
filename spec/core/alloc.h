/* SPDX-License-Identifier: MIT */
/* Memory that runs out: malloc, calloc and realloc of the core and of the test
 * itself (linked with --wrap) fail where the test says. Memory that is given
 * back: the test can look at it. Any thread. */
#ifndef LUMA_ALLOC_H
#define LUMA_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the n-th call fails, and with `for_ever` all behind it. */
void alloc_fail_at(unsigned n, bool for_ever);

/* No call fails any more. Gives how many there were since alloc_fail_at: less
 * than n when none has failed. */
unsigned alloc_stop(void);

/* The calls of this thread neither count nor fail, or do so again. */
void alloc_spare(bool spared);

/* From now on `look` gets each block that is freed, or left by realloc. New
 * ones have only zeros. Blocks of a thread that is spared are cleared instead.
 * NULL: nothing of this any more. */
void alloc_watch(void (*look)(char *block, size_t size));

/* The bytes of a block that malloc gave; of NULL, none. */
size_t alloc_size(void *block);

#endif
