/* SPDX-License-Identifier: MIT */
/* libcurl does not tell which descriptors it opens for itself, so they are
 * found by what they do. Other descriptors are never changed: other threads of
 * the host may open theirs at the same moment. */
#include "loop/multi.h"

#include <stdbool.h>

#include "base/descriptor.h"

/* ---- the pair that wakes ----------------------------------------------- */

/* Numbers that were free just before libcurl has opened its pair: it gets the
 * first two of them, and more only if other threads open something as well. */
enum { CANDIDATES = 16 };

/* A thread of the host may fill and empty a pair of its own by chance as the
 * test does, but not so often in a row. */
enum { ROUNDS = 16, TRIES = 3 };

/* Keeps the numbers in which a byte waits after curl_multi_wakeup, but not
 * before it, and not after libcurl has read it. */
static int keep_waking(CURLM *multi, int numbers[CANDIDATES], int count)
{
    bool full[CANDIDATES];
    int i, kept = 0;

    for (i = 0; i < count; i++)
        full[i] = descriptor_holds_bytes(numbers[i]);
    curl_multi_wakeup(multi);
    for (i = 0; i < count; i++)
        full[i] = full[i] || !descriptor_holds_bytes(numbers[i]);
    curl_multi_poll(multi, NULL, 0, 0, NULL); /* takes the byte out */
    for (i = 0; i < count; i++)
        if (!full[i] && !descriptor_holds_bytes(numbers[i]))
            numbers[kept++] = numbers[i];
    return kept;
}

/* libcurl wakes itself by a pair of sockets or, in some versions, by a pipe. Of
 * the numbers that were free, these two become close-on-exec, where they are
 * not so from the beginning. Some systems do not say that bytes wait in the
 * other end of a socket. False: they were not found. */
static bool close_on_exec(CURLM *multi, int numbers[CANDIDATES], int count)
{
    int i, round, kept = 0;

    for (i = 0; i < count; i++)
        if (descriptor_is_inherited(numbers[i]))
            numbers[kept++] = numbers[i];
    for (round = 0; round < ROUNDS && kept > 0; round++)
        kept = keep_waking(multi, numbers, kept);
    for (i = 0; i < kept; i++)
        descriptor_hide(numbers[i]);
    return kept > 1 || (kept && descriptor_hide_other_end(numbers[0]));
}

/* A number may become free between the look and libcurl, and the pair is not
 * found then: so there is another try. */
static CURLM *init(void)
{
    int numbers[CANDIDATES], count, tries;
    CURLM *multi = NULL;

    for (tries = 0; tries < TRIES; tries++) {
        if (multi)
            curl_multi_cleanup(multi);
        count = descriptor_next(numbers, CANDIDATES);
        multi = curl_multi_init();
        if (!multi || !count || close_on_exec(multi, numbers, count))
            break;
    }
    return multi;
}

CURLM *multi_new(size_t connections)
{
    CURLM *multi;

    descriptor_fill_standard();
    multi = init();
    if (multi)
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections);
    return multi;
}

/* ---- names that are looked up ------------------------------------------ */

/* libcurl reads nothing from the other end of the pair while names are looked
 * up, and closes it on this thread only. */
void multi_hide_resolver(CURLM *multi)
{
    fd_set in, out, odd;
    int most = -1, fd;

    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&odd);
    curl_multi_fdset(multi, &in, &out, &odd, &most);
    for (fd = 0; fd <= most; fd++)
        if (FD_ISSET(fd, &in) && descriptor_is_inherited(fd)) {
            descriptor_hide(fd);
            descriptor_hide_other_end(fd);
        }
}
