/* SPDX-License-Identifier: MIT */
/* libcurl's five functions. They end in functions of alloc.h, where the core's
 * calls fail: so they are spared there. */
#include "curl_alloc.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"

static atomic_uint first; /* the call that fails; 0: none */
static atomic_int end;    /* a curl_alloc_end */
static atomic_uint calls; /* since curl_alloc_fail_at */
static atomic_long blocks;
static void (*watcher)(char *block);

void curl_alloc_fail_at(unsigned n, enum curl_alloc_end how)
{
    atomic_store(&first, 0);
    atomic_store(&end, (int)how);
    atomic_store(&calls, 0);
    atomic_store(&first, n);
}

unsigned curl_alloc_stop(void)
{
    atomic_store(&first, 0);
    alloc_stop();
    return atomic_load(&calls);
}

long curl_alloc_blocks(void)
{
    return atomic_load(&blocks);
}

static bool fails(void)
{
    unsigned at = atomic_load(&first), call;
    int how = atomic_load(&end);

    if (!at)
        return false;
    call = atomic_fetch_add(&calls, 1) + 1;
    if (call == at && how == CURL_ALLOC_FOR_ALL)
        alloc_fail_at(1, true);
    return call == at || (call > at && how != CURL_ALLOC_ONCE);
}

/* ---- what libcurl calls ------------------------------------------------- */

static void *change(void *old, size_t size)
{
    void *block;

    if (fails())
        return NULL;
    alloc_spare(true);
    block = realloc(old, size);
    alloc_spare(false);
    must(block);
    if (!old)
        atomic_fetch_add(&blocks, 1);
    return block;
}

static void *make(size_t size)
{
    return change(NULL, size ? size : 1);
}

static void *make_zeros(size_t count, size_t size)
{
    void *block = make(count * size);

    return block ? memset(block, 0, count * size) : NULL;
}

static char *copy(const char *text)
{
    char *made = make(strlen(text) + 1);

    return made ? strcpy(made, text) : NULL;
}

static void drop(void *block)
{
    if (block)
        atomic_fetch_sub(&blocks, 1);
    if (block && watcher)
        watcher(block);
    alloc_spare(true);
    free(block);
    alloc_spare(false);
}

void curl_alloc_start(void (*look)(char *block))
{
    watcher = look;
    must(curl_global_init_mem(CURL_GLOBAL_DEFAULT, make, drop, change, copy,
                              make_zeros) == CURLE_OK);
}
