/* SPDX-License-Identifier: MIT */
/* Tests of multi.h and of the standard descriptors of descriptor.h,
 * while other threads of the host use and open descriptors of their own. */
#include "loop/multi.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "base/descriptor.h"
#include "base/process.h"
#include "http/library.h"
#include "http/exchange.h"

enum { PAIRS = 6, MULTIS = 300, HELD = 120, SWAPS = 20000 };

static atomic_bool over;

/* ---- libcurl's own pair ------------------------------------------------ */

/* A byte comes and goes, as in the pair that wakes libcurl. */
static void *pass_bytes(void *arg)
{
    const int *pair = arg;
    char byte = 'x';

    while (!atomic_load(&over))
        must(write(pair[1], &byte, 1) == 1 && read(pair[0], &byte, 1) == 1);
    return NULL;
}

static bool is_inherited(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags >= 0 && !(flags & FD_CLOEXEC);
}

static void test_busy_host(void)
{
    pthread_t threads[PAIRS];
    int pairs[PAIRS][2], low[4], i, changed = 0;

    for (i = 0; i < 4; i++)
        low[i] = dup(STDIN_FILENO);
    for (i = 0; i < PAIRS; i++) {
        must((i % 2 ? pipe(pairs[i])
                    : socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i])) == 0);
        must(pthread_create(&threads[i], NULL, pass_bytes, pairs[i]) == 0);
    }
    for (i = 0; i < 4; i++)
        close(low[i]);
    for (i = 0; i < MULTIS; i++)
        curl_multi_cleanup(multi_new(4));
    atomic_store(&over, true);
    for (i = 0; i < PAIRS; i++) {
        pthread_join(threads[i], NULL);
        changed += !is_inherited(pairs[i][0]) + !is_inherited(pairs[i][1]);
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    CHECK_INT(changed, 0);
}

/* How many descriptors a child would inherit. */
static int count_inherited(void)
{
    int fd, count = 0;

    for (fd = 0; fd < 2 * HELD; fd++)
        count += is_inherited(fd);
    return count;
}

/* The table has holes, with many numbers between them. */
static void test_holes(void)
{
    int held[HELD], i, before;
    CURLM *multi;

    for (i = 0; i < HELD; i++)
        held[i] = dup(STDIN_FILENO);
    close(held[2]);
    close(held[HELD / 2]);
    before = count_inherited();
    multi = multi_new(4);
    must(multi != NULL);
    CHECK_INT(count_inherited(), before);
    curl_multi_cleanup(multi);
    for (i = 0; i < HELD; i++)
        if (i != 2 && i != HELD / 2)
            close(held[i]);
}

/* ---- standard descriptors ---------------------------------------------- */

#ifndef __SANITIZE_THREAD__
static void *fill(void *arg)
{
    while (!atomic_load(&over))
        descriptor_fill_standard();
    return arg;
}

static bool is_same(int fd, const struct stat *file)
{
    struct stat now;

    return fstat(fd, &now) == 0 && now.st_ino == file->st_ino &&
           now.st_dev == file->st_dev;
}

/* The host closes 0 and 1 and puts a file of its own on 1, which stays. Not
 * under TSan, which calls the race a fault that is looked for here. */
static void test_host_takes_one(void)
{
    int in = fcntl(0, F_DUPFD_CLOEXEC, 3), out = fcntl(1, F_DUPFD_CLOEXEC, 3);
    int own = open("/dev/zero", O_RDWR | O_CLOEXEC), i, lost = 0;
    pthread_t thread;
    struct stat file;

    must(in > 2 && out > 2 && own > 2 && fstat(own, &file) == 0);
    atomic_store(&over, false);
    must(pthread_create(&thread, NULL, fill, NULL) == 0);
    for (i = 0; i < SWAPS; i++) {
        volatile int wait;

        close(0);
        close(1);
        for (wait = i % 50; wait > 0; wait--)
            ;
        while (dup2(own, 1) < 0 && errno == EBUSY)
            ; /* the number is being opened at this moment */
        for (wait = 200; wait > 0; wait--)
            ;
        lost += !is_same(1, &file);
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    dup2(in, 0);
    dup2(out, 1);
    CHECK_INT(lost, 0);
    close(in);
    close(out);
    close(own);
}
#endif

/* A socket that got number 0 or 1 is moved, and the number cannot be used. */
static void test_moving(void)
{
    int number, pair[2], moved, keep;
    char byte = 'x';

    for (number = 0; number <= 1; number++) {
        keep = fcntl(number, F_DUPFD_CLOEXEC, 3);
        must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        dup2(pair[0], number);
        close(pair[0]);
        moved = descriptor_move_up(number);
        CHECK(moved > 2 && !is_inherited(moved) && !is_inherited(number));
        CHECK(number == STDIN_FILENO ? read(number, &byte, 1) == -1
                                     : write(number, &byte, 1) == -1);
        CHECK(write(moved, &byte, 1) == 1 && read(pair[1], &byte, 1) == 1);
        CHECK_INT(descriptor_move_up(pair[1]), pair[1]);
        dup2(keep, number);
        close(keep);
        close(moved);
        close(pair[1]);
    }
}

/* The host closes 1 while a name is looked up: the connection's socket comes
 * after that. */
static void test_new_socket(void)
{
    struct curl_sockaddr address = {.family = AF_INET, .socktype = SOCK_STREAM};
    struct connections connections = {0};
    struct exchange x = {.connections = &connections, .socket_error = -1};
    int keep = fcntl(1, F_DUPFD_CLOEXEC, 3), fd;

    close(1);
    fd = exchange_open_socket(&x, CURLSOCKTYPE_IPCXN, &address);
    CHECK(fd > 2 && x.socket_error == 0);
    CHECK(!is_inherited(fd) && !is_inherited(1));
    CHECK_INT(write(1, "x", 1), -1);
    dup2(keep, 1);
    close(keep);
    CHECK_INT(connections_close(&connections, fd), 0);
    CHECK_INT(connections.count, 0);
    connections_free(&connections);
}

static void check_ports(int fd, bool has, int near_port, int far_port)
{
    int near = 0, far = 0;

    CHECK_INT(socket_ports(fd, &near, &far), has);
    CHECK(!has || (near == near_port && far == far_port));
}

/* Only a connection has ports, and only one of IP. */
static void test_ports(void)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6,
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0), pair[2];

    must(fd >= 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    check_ports(fd, false, 0, 0);
    check_ports(pair[0], true, -1, -1);
    close(fd);
    close(pair[0]);
    close(pair[1]);
    fd = socket(AF_INET6, SOCK_DGRAM, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
        connect(fd, (struct sockaddr *)&at, len) == 0)
        check_ports(fd, true, ntohs(at.sin6_port), ntohs(at.sin6_port));
    close(fd);
}

/* Nothing is sent into what is no socket. */
static void test_no_socket(void)
{
    int fds[2];

    must(pipe(fds) == 0);
    CHECK(!descriptor_hide_other_end(fds[1]));
    CHECK(!descriptor_holds_bytes(fds[0]));
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    must(process_init(library_init) == NULL);
    test_busy_host();
    test_holes();
#ifndef __SANITIZE_THREAD__
    test_host_takes_one();
#endif
    test_moving();
    test_new_socket();
    test_ports();
    test_no_socket();
    return check_done();
}
