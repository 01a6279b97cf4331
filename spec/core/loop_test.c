/* SPDX-License-Identifier: MIT */
/* Tests of loop.h where libcurl has to be helped: a host whose first address is
 * dead, one that moves, one with a private and a public address, and a wait
 * that fails for want of memory. This program looks names up, connects, and
 * waits, in place of the libraries. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "caller.h"
#include "check.h"
#include "folder.h"

#define PUBLIC   "9.9.9.9"
#define SWALLOWS "127.0.0.2"
#define REFUSES  "127.0.0.3" /* nobody listens there */

enum { FILLERS = 8, DEAD_MS = 1000, STARVED_MS = 500, HANG_S = 60 };

/* ---- in place of the libraries ----------------------------------------- */

typedef int resolver(const char *, const char *, const struct addrinfo *,
                     struct addrinfo **);
typedef CURLMcode waiter(CURLM *, struct curl_waitfd *, unsigned, int, int *);

static atomic_bool starved, moved, swallows;
static atomic_uint waits;

static const struct {
    const char *name, *first, *second;
} hosts[] = {
    {"two.test", SWALLOWS, "127.0.0.1"},
    {"private-public.test", "127.0.0.1", PUBLIC},
    {"public-private.test", PUBLIC, "127.0.0.1"},
    {"private.test", "127.0.0.1", SWALLOWS},
};

/* These hosts have two addresses, "moves.test" has one after another; the other
 * names are looked up. libcurl has to find this function. */
__attribute__((visibility("default"))) int
getaddrinfo(const char *restrict node, const char *restrict service,
            const struct addrinfo *restrict hints,
            struct addrinfo **restrict found)
{
    resolver *real = NULL;
    struct addrinfo *second = NULL;
    size_t i = 0;

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node && strstr(node, ".test") && hints && hints->ai_family == AF_INET6)
        return EAI_NONAME; /* newer versions of libcurl ask for each family */
    if (node && strcmp(node, "moves.test") == 0)
        node = atomic_load(&moved) ? "127.0.0.1" : REFUSES;
    while (node && i < COUNT(hosts) && strcmp(node, hosts[i].name) != 0)
        i++;
    if (!node || i == COUNT(hosts))
        return real(node, service, hints, found);
    must(real(hosts[i].first, service, hints, found) == 0 &&
         real(hosts[i].second, service, hints, &second) == 0);
    must(!(*found)->ai_next);
    (*found)->ai_next = second;
    return 0;
}

/* The public address is here, too: nothing leaves this machine. */
__attribute__((visibility("default"))) int
connect(int fd, const struct sockaddr *to, socklen_t len)
{
    struct sockaddr_in here;
    char text[INET_ADDRSTRLEN] = "";

    if (to->sa_family != AF_INET)
        return (int)syscall(SYS_connect, fd, to, len);
    memcpy(&here, to, sizeof here);
    inet_ntop(AF_INET, &here.sin_addr, text, sizeof text);
    if (strcmp(text, PUBLIC) == 0)
        must(inet_pton(AF_INET, atomic_load(&swallows) ? SWALLOWS : REFUSES,
                       &here.sin_addr) == 1);
    return (int)syscall(SYS_connect, fd, &here, sizeof here);
}

CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd extra[],
                          unsigned extra_count, int ms, int *count)
{
    waiter *real = NULL;

    atomic_fetch_add(&waits, 1);
    if (atomic_load(&starved))
        return CURLM_OUT_OF_MEMORY;
    *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_poll");
    return real(multi, extra, extra_count, ms, count);
}

/* ---- two addresses ----------------------------------------------------- */

static int port_of(const char *url)
{
    int port = 0;

    must(sscanf(url, "http://127.0.0.1:%d", &port) == 1);
    return port;
}

/* Nobody accepts there, and its line is full: it swallows what comes. */
static void fill_line(int port, int fds[FILLERS])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    int i;

    must(inet_pton(AF_INET, SWALLOWS, &address.sin_addr) == 1);
    fds[0] = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(fds[0], (struct sockaddr *)&address, sizeof address) == 0 &&
         listen(fds[0], 0) == 0);
    for (i = 1; i < FILLERS; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        must(fcntl(fds[i], F_SETFL, O_NONBLOCK) == 0);
        connect(fds[i], (struct sockaddr *)&address, sizeof address);
    }
}

static void empty_line(const int fds[FILLERS])
{
    int i;

    for (i = 0; i < FILLERS; i++)
        close(fds[i]);
}

/* The connect timeout leaves time for the second one. */
static void test_second_address(void)
{
    struct luma_options options = usual();
    struct luma_client *client;
    struct luma_job *job;
    int fds[FILLERS], port = port_of(server_url(server));
    char url[64];

    fill_line(port, fds);
    snprintf(url, sizeof url, "http://two.test:%d", port);
    options.base_url = url;
    options.plain_http = true;
    options.limits.attempts = 1;
    options.limits.connect_timeout = DEAD_MS;
    client = new_client(&options);
    job = fetch(client, 3, 0);
    run(client, job);
    CHECK_INT(luma_job_error(job)->code, LUMA_OK);
    CHECK_INT(count_of(job, LUMA_OUTCOME_TASK), 3);
    leave(client, job);
    empty_line(fds);
}

/* ---- private and public addresses --------------------------------------- */

static void check_link(struct luma_client *client, const char *host,
                       enum luma_code code)
{
    const struct luma_job_options once = {.limits.attempts = 1};
    char url[80];
    struct luma_download_options download = {.url = url,
                                             .path = folder_path("clip")};
    struct luma_error error;
    struct luma_job *job;

    check_case = host;
    snprintf(url, sizeof url, "http://%s:%d/file", host,
             port_of(server_url(server)));
    job = luma_client_download(client, &download, &once, &error);
    must(job);
    run(client, job);
    CHECK_TEXT(luma_code_name(luma_job_error(job)->code), luma_code_name(code));
    CHECK_INT(luma_job_error(job)->retryable, code != LUMA_ERR_ADDRESS);
    luma_job_release(job);
    check_case = "";
}

/* What became of the public address counts, and may be well again. */
static void test_private_address(void)
{
    struct luma_options options = usual();
    unsigned before = server_requests(server);
    struct luma_client *client;
    int fds[FILLERS], way;

    folder_start();
    fill_line(port_of(server_url(server)), fds);
    options.plain_http = true;
    options.limits.connect_timeout = DEAD_MS;
    client = new_client(&options);
    for (way = 0; way < 2; way++) {
        enum luma_code code = way ? LUMA_ERR_CONNECT_TIMEOUT : LUMA_ERR_CONNECT;

        atomic_store(&swallows, way);
        check_link(client, "private-public.test", code);
        check_link(client, "public-private.test", code);
        check_link(client, "private.test", LUMA_ERR_ADDRESS);
    }
    CHECK_INT(server_requests(server), before);
    leave(client, NULL);
    empty_line(fds);
    CHECK(folder_end());
}

/* ---- another address --------------------------------------------------- */

/* Nobody listens at its first address; what libcurl has learned is old then. */
static void test_moved_host(void)
{
    struct luma_options options = usual();
    struct luma_client *client;
    struct luma_job *job;
    char url[64];

    snprintf(url, sizeof url, "http://moves.test:%d",
             port_of(server_url(server)));
    options.base_url = url;
    options.plain_http = true;
    options.limits.attempts = 1;
    client = new_client(&options);
    job = fetch(client, 3, 0);
    run(client, job);
    CHECK_INT(count_of(job, LUMA_OUTCOME_FAILED), 3);
    luma_job_release(job);
    atomic_store(&moved, true);
    job = fetch(client, 3, 0);
    run(client, job);
    CHECK_INT(count_of(job, LUMA_OUTCOME_TASK), 3);
    leave(client, job);
}

/* ---- no memory for the wait -------------------------------------------- */

static void test_starved_wait(void)
{
    const struct timespec pause = {0, STARVED_MS * 1000000L};
    struct luma_options options = usual();
    unsigned before = server_requests(server), after;
    struct luma_client *client = new_client(&options);
    struct luma_job *job;
    int64_t begin;

    server_set(server, SERVER_STALLS);
    atomic_store(&starved, true);
    job = fetch(client, 3, 0);
    begin = now_ms();
    while (server_requests(server) == before && now_ms() - begin < SOON_MS)
        poll(NULL, 0, 1);
    CHECK_INT(server_requests(server), before + 1);
    after = atomic_load(&waits);
    nanosleep(&pause, NULL);
    after = atomic_load(&waits) - after;
    CHECK(after > 0 && after < 100); /* promised: 10; as a busy loop: 10,000s */
    luma_job_cancel(job);
    CHECK_INT(run(client, job), 0);
    leave(client, job);
    job = fetch(client = new_client(&options), 3, 0);
    run(client, job);
    CHECK_INT(count_of(job, LUMA_OUTCOME_TASK), 3);
    leave(client, job);
    atomic_store(&starved, false);
}

int main(void)
{
    alarm(HANG_S);
    server = server_start();
    test_second_address();
    test_private_address();
    test_moved_host();
    test_starved_wait();
    server_stop(server);
    return check_done();
}
