/* SPDX-License-Identifier: MIT */
/* The wrapped allocators, which every test is linked with. The linker turns the
 * other files' calls of malloc into calls of __wrap_malloc, and __real_malloc
 * is malloc. On macOS the compiler does that: there `malloc` is a macro. */
#include "alloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#ifdef __APPLE__
#include <malloc/malloc.h>
#else
#include <malloc.h>
#endif
#ifdef _WIN32
#include <windows.h>
#endif

void __wrap_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

#ifdef malloc
#define TEXT(name)           #name
#define JOINED(prefix, name) TEXT(prefix) name
#define IS(name)             __asm__(JOINED(__USER_LABEL_PREFIX__, name))
#else
#define IS(name)
#endif

extern void __real_free(void *block) IS("free");
extern void *__real_malloc(size_t size) IS("malloc");
extern void *__real_calloc(size_t count, size_t size) IS("calloc");
extern void *__real_realloc(void *old, size_t size) IS("realloc");

static atomic_uint first; /* the call that fails; 0: none */
static atomic_bool all;   /* and all behind it */
static atomic_uint calls; /* since alloc_fail_at */
static void (*_Atomic watcher)(char *block, size_t size);

#ifdef _WIN32
/* gcc's own thread-local variables would call malloc here. */
static DWORD slot;

__attribute__((constructor)) static void make_slot(void)
{
    slot = TlsAlloc();
}

static void set_spared(bool spared)
{
    TlsSetValue(slot, spared ? &slot : NULL);
}

static bool is_spared(void)
{
    return TlsGetValue(slot) != NULL;
}
#else
static _Thread_local bool spares;

static void set_spared(bool spared)
{
    spares = spared;
}

static bool is_spared(void)
{
    return spares;
}
#endif

void alloc_fail_at(unsigned n, bool for_ever)
{
    atomic_store(&first, 0);
    atomic_store(&all, for_ever);
    atomic_store(&calls, 0);
    atomic_store(&first, n);
}

unsigned alloc_stop(void)
{
    atomic_store(&first, 0);
    return atomic_load(&calls);
}

void alloc_spare(bool spared)
{
    set_spared(spared);
}

static bool fails(void)
{
    unsigned at = atomic_load(&first), call;

    if (!at || is_spared())
        return false;
    call = atomic_fetch_add(&calls, 1) + 1;
    if (call < at || (call > at && !atomic_load(&all)))
        return false;
    errno = ENOMEM;
    return true;
}

void alloc_watch(void (*look)(char *block, size_t size))
{
    atomic_store(&watcher, look);
}

size_t alloc_size(void *block)
{
#ifdef _WIN32
    return block ? _msize(block) : 0;
#elif defined __APPLE__
    return malloc_size(block);
#else
    return malloc_usable_size(block);
#endif
}

void __wrap_free(void *block)
{
    void (*look)(char *, size_t) = atomic_load(&watcher);

    if (look && block && is_spared())
        memset(block, 0, alloc_size(block));
    else if (look && block)
        look(block, alloc_size(block));
    __real_free(block);
}

/* As malloc; if somebody watches, without bytes of former owners. */
static void *allocate(size_t size)
{
    void *block = __real_malloc(size);

    if (block && atomic_load(&watcher))
        memset(block, 0, alloc_size(block));
    return block;
}

/* As realloc, but always to another place. */
static void *move(void *old, size_t size)
{
    size_t used = old ? alloc_size(old) : 0;
    void *block = allocate(size);

    if (block && old)
        memcpy(block, old, used < size ? used : size);
    if (block)
        __wrap_free(old);
    return block;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : allocate(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (fails())
        return NULL;
    return atomic_load(&watcher) ? allocate(count * size)
                                 : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    return atomic_load(&watcher) ? move(old, size) : __real_realloc(old, size);
}
