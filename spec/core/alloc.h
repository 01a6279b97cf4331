/* SPDX-License-Identifier: MIT */
/* Memory that runs out: malloc, calloc and realloc of the core and of the test
 * itself (linked with --wrap) fail where the test says. Any thread. */
#ifndef LUMA_ALLOC_H
#define LUMA_ALLOC_H

#include <stdbool.h>

/* From now on the n-th call fails, and with `for_ever` all behind it. */
void alloc_fail_at(unsigned n, bool for_ever);

/* No call fails any more. Gives how many there were since alloc_fail_at: less
 * than n when none has failed. */
unsigned alloc_stop(void);

/* The calls of this thread neither count nor fail, or do so again. */
void alloc_spare(bool spared);

#endif
