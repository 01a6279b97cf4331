/* SPDX-License-Identifier: MIT */
/* The system's entropy. */
#include "base/random.h"

#include <string.h>
#if defined __linux__ || defined __APPLE__
#include <sys/random.h>
#endif

static bool fill(void *bytes, size_t n)
{
#if defined __linux__
    return getrandom(bytes, n, GRND_NONBLOCK) == (ssize_t)n;
#elif defined __APPLE__
    return getentropy(bytes, n) == 0;
#else
    (void)bytes, (void)n;
    return false;
#endif
}

void random_secret(void *bytes, size_t n)
{
    uint64_t seed = random_seed(bytes);
    unsigned char *at = bytes;

    if (fill(bytes, n))
        return;
    for (; n > 0; n--)
        *at++ = (unsigned char)(random_unit(&seed) * 256);
}
