/* SPDX-License-Identifier: MIT */
/* Memory of libcurl that runs out, on any thread. The core's own calls are
 * those of alloc.h, and go on as that says. */
#ifndef LUMA_CURL_ALLOC_H
#define LUMA_CURL_ALLOC_H

#include <stdbool.h>

/* Lets libcurl take its memory from here; before luma_init. `look` gets each
 * block that libcurl gives back; NULL: nobody does. */
void curl_alloc_start(void (*look)(char *block));

/* Which calls fail, from the n-th one on. */
enum curl_alloc_end {
    CURL_ALLOC_ONCE,     /* that one */
    CURL_ALLOC_FOR_EVER, /* and all of libcurl's behind it */
    CURL_ALLOC_FOR_ALL,  /* and all of the core's (alloc_stop) */
    CURL_ALLOC_ENDS
};

/* From now on the n-th call fails. */
void curl_alloc_fail_at(unsigned n, enum curl_alloc_end end);

/* No call fails any more, also of the core's. Gives how many there were since
 * curl_alloc_fail_at: less than n when none has failed. */
unsigned curl_alloc_stop(void);

/* How many blocks libcurl has. */
long curl_alloc_blocks(void);

#endif
