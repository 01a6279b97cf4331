/* SPDX-License-Identifier: MIT */
/* What libcurl calls is found here first. Its clock is its own. */
#undef _FORTIFY_SOURCE /* its recv is inline */
#include "network.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"
#include "spec/core/check.h"

#define IN_PLACE __attribute__((visibility("default")))

enum { LARGE = 1024 /* so much room has only libcurl */ };

static _Atomic uint64_t cuts;

void network_cut(uint64_t seed)
{
    atomic_store(&cuts, seed);
}

/* ---- sockets ----------------------------------------------------------- */

IN_PLACE int connect(int fd, const struct sockaddr *to, socklen_t len)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    struct sockaddr_in6 peer6 = {.sin6_family = AF_INET6};

    (void)len;
    peer.sin_port = peer6.sin6_port = htons((uint16_t)peer_port());
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &peer6.sin6_addr);
    if (to->sa_family == AF_INET6)
        return (int)syscall(SYS_connect, fd, &peer6, sizeof peer6);
    return (int)syscall(SYS_connect, fd, &peer, sizeof peer);
}

/* From 1 to some bytes, mostly few. */
static size_t piece(void)
{
    uint64_t seed = atomic_load(&cuts);
    size_t n = chance(&seed, 8) ? 1 + chance(&seed, 40) : LARGE;

    atomic_store(&cuts, seed);
    return n;
}

IN_PLACE ssize_t recv(int fd, void *to, size_t n, int flags)
{
    if (n >= LARGE && !(flags & MSG_PEEK) && atomic_load(&cuts))
        n = piece();
    return syscall(SYS_recvfrom, fd, to, n, flags, NULL, NULL);
}

IN_PLACE int getaddrinfo(const char *name, const char *service,
                         const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *,
                struct addrinfo **);
    struct in6_addr any;
    bool is_address = name && (inet_pton(AF_INET, name, &any) == 1 ||
                               inet_pton(AF_INET6, name, &any) == 1);

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(is_address ? name : "127.0.0.1", service, hints, found);
}

/* ---- threads ----------------------------------------------------------- */

unsigned network_threads(void)
{
    struct stat s;

    must(stat("/proc/self/task", &s) == 0);
    return (unsigned)s.st_nlink - 2;
}

void network_wait(unsigned threads)
{
    int naps;

    for (naps = 0; naps < 1000 && network_threads() > threads; naps++)
        poll(NULL, 0, 1);
}

/* ---- time -------------------------------------------------------------- */

int __real_clock_gettime(clockid_t id, struct timespec *time);
int __wrap_clock_gettime(clockid_t id, struct timespec *time);
CURLMcode __real_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds,
                                 unsigned count, int ms, int *ready);
CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds,
                                 unsigned count, int ms, int *ready);

int __wrap_clock_gettime(clockid_t id, struct timespec *time)
{
    int result = __real_clock_gettime(id, time);
    int64_t ns = ((int64_t)time->tv_sec % 1000000) * 1000000000 + time->tv_nsec;

    if (id != CLOCK_MONOTONIC)
        return result;
    ns *= NETWORK_SPEED;
    time->tv_sec = (time_t)(ns / 1000000000);
    time->tv_nsec = (long)(ns % 1000000000);
    return result;
}

CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds,
                                 unsigned count, int ms, int *ready)
{
    ms = ms > 0 ? (ms + NETWORK_SPEED - 1) / NETWORK_SPEED : ms;
    return __real_curl_multi_poll(multi, fds, count, ms, ready);
}
