/* SPDX-License-Identifier: MIT */
/* A libcurl that is no use to luma. FAKE_CURL in the environment says why: it
 * is "old", "unsafe", "plain" or "broken". Nothing of it is called but what is
 * here. */
#include <stdlib.h>
#include <string.h>

#ifndef NAMES /* the spec gives all that luma needs to be loaded */
#define NAMES NAME(curl_free) NAME(curl_url)
#endif

#define NAME(name)   \
    void name(void); \
    void name(void)  \
    {                \
        abort();     \
    }
NAMES

enum { TLS = 1 << 2, THREADSAFE = 1 << 30 };

/* How curl's header begins it, which would declare all the others as well. */
struct version_info {
    int age;
    const char *version;
    unsigned number;
    const char *host;
    int features;
};

const struct version_info *curl_version_info(int now);
int curl_global_init(long flags);

static int is(const char *what)
{
    const char *kind = getenv("FAKE_CURL");

    return kind && strcmp(kind, what) == 0;
}

const struct version_info *curl_version_info(int now)
{
    static const struct version_info old = {6, "7.81.0", 0x075100, "", 0},
                                     unsafe = {9, "7.99.1", 0x076301, "", 0},
                                     plain = {9, "7.99.3", 0x076303, "",
                                              THREADSAFE},
                                     broken = {9, "7.99.2", 0x076302, "",
                                               TLS | THREADSAFE};

    (void)now;
    return is("old")      ? &old
           : is("unsafe") ? &unsafe
           : is("plain")  ? &plain
                          : &broken;
}

int curl_global_init(long flags)
{
    (void)flags;
    return 2; /* CURLE_FAILED_INIT */
}
