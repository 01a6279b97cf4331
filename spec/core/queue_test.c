/* SPDX-License-Identifier: MIT */
/* Tests of queue.h: the descriptor is readable exactly while there is something
 * to take, and nothing is lost or turned round between two threads. */
#include "base/queue.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "base/clock.h"

enum { MANY = 100000, SINGLE = 20000, SOON_MS = 5000 };

/* ---- helpers ----------------------------------------------------------- */

/* An event that knows its number. */
struct numbered {
    struct luma_event event;
    unsigned number;
};

static bool readable(const struct queue *queue)
{
    struct pollfd fd = {queue_fd(queue), POLLIN, 0};

    return poll(&fd, 1, 0) == 1 && fd.revents == POLLIN;
}

static void put(struct queue *queue, struct numbered *events, unsigned count)
{
    struct event_list list = {0};
    unsigned i;

    for (i = 0; i < count; i++) {
        events[i].number = i;
        event_list_add(&list, &events[i].event);
    }
    CHECK_INT(list.count, count);
    queue_put(queue, &list);
    CHECK(!list.first && !list.last && !list.count);
}

/* Takes until nothing is found; gives how many there were. */
static size_t take(struct queue *queue)
{
    size_t count = 0;

    while (queue_pop(queue, NULL))
        count++;
    return count;
}

static unsigned count_fds(void)
{
    unsigned count = 0;
    int fd;

    for (fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static struct queue *new_queue(void)
{
    struct queue *queue = queue_new();

    must(queue);
    return queue;
}

/* ---- lists ------------------------------------------------------------- */

static void test_lists(void)
{
    struct numbered events[3] = {0};
    struct event_list list = {0};
    size_t i;

    CHECK(!event_list_pop(&list));
    events[0].event.next = &events[2].event; /* what it says does not count */
    for (i = 0; i < COUNT(events); i++)
        event_list_add(&list, &events[i].event);
    for (i = 0; i < COUNT(events); i++) {
        CHECK_INT(list.count, 3 - (int)i);
        CHECK(event_list_pop(&list) == &events[i].event);
        CHECK(!events[i].event.next);
    }
    CHECK(!event_list_pop(&list) && !list.first && !list.last && !list.count);
    event_list_add(&list, &events[1].event);
    CHECK(event_list_pop(&list) == &events[1].event && !list.last);
}

/* ---- the descriptor ---------------------------------------------------- */

static void test_level(void)
{
    struct queue *queue = new_queue();
    struct event_list none = {0};
    struct numbered events[3] = {0};
    unsigned i;

    CHECK(!readable(queue));
    queue_put(queue, &none);
    CHECK(!readable(queue) && queue_count(queue) == 0);
    put(queue, events, 3);
    CHECK(readable(queue) && readable(queue));
    CHECK_INT(queue_count(queue), 3);
    for (i = 0; i < 3; i++)
        CHECK(queue_pop(queue, NULL) == &events[i].event);
    CHECK_INT(queue_count(queue), 0);
    CHECK(readable(queue)); /* until nothing is found */
    CHECK(!queue_pop(queue, NULL) && !readable(queue));
    CHECK_INT(take(queue), 0);
    CHECK(!readable(queue));
    queue_free(queue);
}

/* Puts and takes in any order: one signal is given, or none. */
static void test_edges(void)
{
    struct queue *queue = new_queue();
    struct numbered events[4] = {0};
    char bytes[8];
    int i;

    put(queue, events, 2);
    put(queue, events + 2, 2);
    queue_wake(queue);
    CHECK_INT(take(queue), 4);
    put(queue, events, 1);
    CHECK_INT(take(queue), 1);
    CHECK(!readable(queue));
    for (i = 0; i < 100000; i++) /* more than a pipe holds */
        queue_wake(queue);
    CHECK(readable(queue));
    CHECK_INT(read(queue_fd(queue), bytes, sizeof bytes), 8);
    CHECK(!readable(queue));
    queue_free(queue);
}

static void test_wake(void)
{
    struct queue *queue = new_queue();
    struct numbered event = {0};
    bool woken = false;

    CHECK(!queue_pop(queue, &woken) && !woken);
    queue_wake(queue);
    CHECK(readable(queue) && queue_count(queue) == 0);
    CHECK(!queue_pop(queue, &woken) && woken && !readable(queue));
    woken = false;
    CHECK(!queue_pop(queue, &woken) && !woken);
    put(queue, &event, 1);
    CHECK(queue_pop(queue, &woken) && !woken); /* it is still readable */
    CHECK(!queue_pop(queue, &woken) && woken && !readable(queue));
    queue_free(queue);
}

/* What comes while there is more to take comes last; and the last event can be
 * taken like any other. */
static void test_order(void)
{
    struct queue *queue = new_queue();
    struct numbered events[6] = {0};
    unsigned i, n = 0;

    for (i = 0; i < 3; i++) {
        put(queue, events + 2 * i, 2);
        CHECK(queue_pop(queue, NULL) == &events[n++].event);
    }
    for (; n < 6; n++) {
        CHECK_INT(queue_count(queue), 6 - n);
        CHECK(queue_pop(queue, NULL) == &events[n].event);
        CHECK(!events[n].event.next);
    }
    CHECK_INT(take(queue), 0);
    queue_free(queue);
}

static void test_descriptor_flags(void)
{
    struct queue *queue = new_queue();
    int fd = queue_fd(queue);

    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
    queue_free(queue);
    queue_free(NULL);
}

#ifdef __linux__
/* The system refuses the write, as to a counter that is full. It is not
 * forgotten. */
static void test_refused(void)
{
    struct queue *queue = new_queue();
    struct event_list none = {0};
    struct numbered event = {0};
    uint64_t full = UINT64_MAX - 1;
    int fd = queue_fd(queue);

    must(write(fd, &full, sizeof full) == sizeof full);
    put(queue, &event, 1);
    must(read(fd, &full, sizeof full) == sizeof full);
    CHECK_INT(full, UINT64_MAX - 1); /* nothing was added */
    CHECK(!readable(queue));
    queue_put(queue, &none);
    CHECK(readable(queue));
    CHECK_INT(take(queue), 1);
    CHECK(!readable(queue));
    queue_put(queue, &none);
    CHECK(!readable(queue));
    queue_free(queue);
}
#endif

/* ---- leaving ----------------------------------------------------------- */

static void test_close(void)
{
    struct queue *queue = new_queue();
    struct numbered event = {0};

    CHECK(!queue_is_closed(queue));
    CHECK(!queue_wait_closed(queue, 0));
    CHECK(!queue_wait_closed(queue, 5));
    queue_close(queue);
    queue_close(queue);
    CHECK(queue_is_closed(queue) && readable(queue));
    CHECK(queue_wait_closed(queue, 0));
    CHECK_INT(take(queue), 0);
    CHECK(readable(queue)); /* for ever */
    put(queue, &event, 1);
    CHECK_INT(take(queue), 1);
    CHECK(readable(queue));
    queue_free(queue);
}

static void *close_later(void *queue)
{
    const struct timespec pause = {0, 20000000};

    nanosleep(&pause, NULL);
    queue_close(queue);
    return NULL;
}

/* Whoever puts in later is not hurt, by a signal for one, and nothing is lost.
 */
static void test_leave(void)
{
    struct queue *queue = queue_new();
    struct numbered events[3];
    int fd = queue_fd(queue);

    put(queue, events, 2);
    queue_close_reader(queue);
    queue_close_reader(queue);
    CHECK(fcntl(fd, F_GETFD) < 0);
    CHECK_INT(take(queue), 2);
    CHECK_INT(take(queue), 0);
    put(queue, events + 2, 1);
    queue_wake(queue);
    queue_close(queue);
    CHECK(queue_is_closed(queue));
    CHECK_INT(take(queue), 1);
    queue_free(queue);
}

static void test_wait_closed(void)
{
    struct queue *queue = new_queue();
    int64_t begin = clock_ms();
    pthread_t thread;

    CHECK(!queue_wait_closed(queue, 30));
    CHECK(clock_ms() - begin >= 29);
    begin = clock_ms();
    must(pthread_create(&thread, NULL, close_later, queue) == 0);
    CHECK(queue_wait_closed(queue, SOON_MS));
    CHECK(clock_ms() - begin < SOON_MS);
    pthread_join(thread, NULL);
    queue_free(queue);
}

/* ---- two threads ------------------------------------------------------- */

struct hammer {
    struct queue *queue;
    struct numbered *events;
};

/* In lists of 1 to 7, with a wake here and there. */
static void *produce(void *arg)
{
    const struct hammer *h = arg;
    uint64_t seed = 7;
    unsigned i = 0;

    while (i < MANY) {
        struct event_list list = {0};
        size_t n = 1 + chance(&seed, 7);

        for (; n && i < MANY; n--, i++) {
            h->events[i].number = i;
            event_list_add(&list, &h->events[i].event);
        }
        queue_put(h->queue, &list);
        if (chance(&seed, 16) == 0)
            queue_wake(h->queue);
    }
    queue_close(h->queue);
    return NULL;
}

/* Takes what there is, checks its order, and gives how many it was. */
static unsigned take_in_order(const struct hammer *h, unsigned from)
{
    struct luma_event *event;
    unsigned n = 0;

    while ((event = queue_pop(h->queue, NULL)))
        insist(event == &h->events[from + n++].event, "in order");
    return n;
}

/* Sleeps in poll, so a descriptor that fails to wake shows as a hang. */
static void test_two_threads(void)
{
    struct hammer h = {new_queue(), calloc(MANY, sizeof *h.events)};
    struct pollfd fd = {queue_fd(h.queue), POLLIN, 0};
    unsigned got = 0;
    pthread_t thread;
    bool woken = true;

    must(h.events && pthread_create(&thread, NULL, produce, &h) == 0);
    while (got < MANY && woken) {
        woken = poll(&fd, 1, SOON_MS) == 1;
        got += take_in_order(&h, got);
    }
    CHECK(woken);
    CHECK_INT(got, MANY);
    pthread_join(thread, NULL);
    CHECK_INT(take_in_order(&h, got), 0);
    queue_free(h.queue);
    free(h.events);
}

/* Puts one event at a time in, the next when that has been taken. */
static void *produce_singly(void *arg)
{
    const struct hammer *h = arg;
    unsigned i;

    for (i = 0; i < SINGLE; i++) {
        struct event_list list = {0};

        event_list_add(&list, &h->events[i].event);
        queue_put(h->queue, &list);
        while (queue_count(h->queue))
            sched_yield();
    }
    return NULL;
}

/* The taker looks until nothing is found and then sleeps: each event has to
 * wake it, however close to its falling asleep. */
static void test_each_wakes(void)
{
    struct hammer h = {new_queue(), calloc(SINGLE, sizeof *h.events)};
    struct pollfd fd = {queue_fd(h.queue), POLLIN, 0};
    unsigned got = 0;
    pthread_t thread;

    must(h.events && pthread_create(&thread, NULL, produce_singly, &h) == 0);
    while (got < SINGLE) {
        got += (unsigned)take(h.queue);
        if (got < SINGLE)
            insist(poll(&fd, 1, SOON_MS) == 1, "woken");
    }
    CHECK_INT(got, SINGLE);
    pthread_join(thread, NULL);
    queue_free(h.queue);
    free(h.events);
}

static void test_two_producers(void)
{
    struct queue *queue = new_queue();
    struct hammer h[2] = {{queue, calloc(MANY, sizeof *h[0].events)},
                          {queue, calloc(MANY, sizeof *h[0].events)}};
    unsigned got[2] = {0}, i;
    pthread_t threads[2];

    must(h[0].events && h[1].events);
    for (i = 0; i < 2; i++)
        must(pthread_create(&threads[i], NULL, produce, &h[i]) == 0);
    while (got[0] + got[1] < 2 * MANY) {
        struct luma_event *event = queue_pop(queue, NULL);

        for (i = 0; event && i < 2; i++)
            if (got[i] < MANY && event == &h[i].events[got[i]].event)
                break;
        insist(i < 2, "each in its order");
        if (event)
            got[i]++;
    }
    for (i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(take(queue), 0);
    CHECK_INT(queue_count(queue), 0);
    queue_free(queue);
    free(h[0].events);
    free(h[1].events);
}

/* ---- resources --------------------------------------------------------- */

static void test_resources(void)
{
    unsigned before = count_fds(), i;

    for (i = 0; i < 1000; i++) {
        struct queue *queue = queue_new();

        insist(queue, "a queue again");
        queue_free(queue);
    }
    CHECK_INT(count_fds(), before);
    alloc_fail_at(1, true);
    CHECK(!queue_new());
    CHECK_INT(alloc_stop(), 1);
    CHECK_INT(count_fds(), before);
}

/* Neither descriptor can be had, or only the first. */
static void test_no_descriptors(void)
{
    struct rlimit few;
    unsigned before = count_fds(), n = 0, spare;
    int taken[64];

    must(getrlimit(RLIMIT_NOFILE, &few) == 0);
    few.rlim_cur = 64;
    must(setrlimit(RLIMIT_NOFILE, &few) == 0);
    while (n < COUNT(taken) && (taken[n] = dup(0)) >= 0)
        n++;
    for (spare = 0; spare < 2 && n > 2; spare++) {
        CHECK(!queue_new());
        close(taken[--n]);
    }
    while (n)
        close(taken[--n]);
    CHECK_INT(count_fds(), before);
}

int main(void)
{
    test_lists();
    test_level();
    test_edges();
    test_wake();
    test_order();
    test_descriptor_flags();
#ifdef __linux__
    test_refused();
#endif
    test_close();
    test_leave();
    test_wait_closed();
    test_two_threads();
    test_each_wakes();
    test_two_producers();
    test_resources();
    test_no_descriptors();
    return check_done();
}
