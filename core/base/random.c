/* SPDX-License-Identifier: MIT */
/* The system's entropy. */
#include "base/random.h"

#include "base/os.h"

void random_secret(void *bytes, size_t n)
{
    uint64_t seed = random_seed(bytes);
    unsigned char *at = bytes;

    if (os_random(bytes, n))
        return;
    for (; n > 0; n--)
        *at++ = (unsigned char)(random_unit(&seed) * 256);
}
