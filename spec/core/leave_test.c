/* SPDX-License-Identifier: MIT */
/* Tests of leaving early: jobs and clients that are cancelled, closed and freed
 * while work is on its way, and what is left of them: nothing. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "caller.h"
#include "check.h"
#include "json/document.h"

enum { HANG_S = 60 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
enum {
    SANITIZED = __has_feature(address_sanitizer) ||
                __has_feature(thread_sanitizer)
};
#else
enum { SANITIZED = 0 };
#endif

/* ---- leaving early ----------------------------------------------------- */

static void wait_for_requests(unsigned count)
{
    const struct timespec pause = {0, 1000000};
    int64_t begin = now_ms();

    while (server_requests(server) < count && now_ms() - begin < SOON_MS)
        nanosleep(&pause, NULL);
    CHECK(server_requests(server) >= count);
}

/* A client with a job whose request is on its way, and stays there. */
static struct luma_job *stall(struct luma_client **client)
{
    struct luma_options options = usual();
    unsigned before = server_requests(server);
    struct luma_job *job;

    server_set(server, SERVER_STALLS);
    *client = new_client(&options);
    job = fetch(*client, 7, 0);
    wait_for_requests(before + 1);
    return job;
}

static void test_cancel(void)
{
    struct luma_client *client;
    struct luma_job *job = stall(&client);

    struct luma_progress progress;
    struct luma_stats stats;

    luma_job_cancel(job);
    luma_job_cancel(job);
    CHECK_INT(run(client, job), 0);
    luma_client_stats(client, &stats);
    luma_job_progress(job, &progress);
    CHECK(stats.requests == 1 && progress.requests == 1); /* it was sent */
    CHECK_INT(luma_job_error(job)->code, LUMA_ERR_CANCELLED);
    CHECK_INT(count_of(job, LUMA_OUTCOME_CANCELLED), 7);
    luma_job_cancel(job);
    CHECK(!luma_client_wait(client, 20));
    leave(client, job);
}

/* The job is gone at once; the client works on and shows nothing of it. */
static void test_release(void)
{
    struct luma_client *client;
    struct luma_job *job = stall(&client), *other;

    luma_job_release(job);
    luma_job_release(NULL);
    server_set(server, SERVER_ANSWERS);
    other = fetch(client, 3, 0);
    CHECK_INT(run(client, other), 3);
    while (luma_client_unfinished(client) && luma_client_wait(client, SOON_MS))
        CHECK(false);
    CHECK_INT(luma_client_unfinished(client), 0);
    leave(client, other);
}

/* After the end there is nothing to see, and nothing breaks. */
static void check_closed(struct luma_client *client, struct luma_job *job)
{
    struct luma_stats stats;
    struct luma_error error;

    CHECK_INT(luma_client_fd(client), -1);
    CHECK(!luma_event_peek(client) && !luma_client_wait(client, SOON_MS));
    CHECK_INT(luma_client_unfinished(client), 0);
    luma_client_stats(client, &stats);
    CHECK(!luma_client_fetch(client, make_ids(2), NULL, &error));
    CHECK_INT(error.code, LUMA_ERR_CANCELLED);
    luma_job_cancel(job);
    CHECK_INT(luma_job_error(job)->code, LUMA_ERR_CANCELLED);
    CHECK_INT(count_of(job, LUMA_OUTCOME_CANCELLED), luma_job_count(job));
    CHECK(luma_client_is_ours(client));
}

static void test_close(void)
{
    struct luma_client *client;
    struct luma_job *job = stall(&client);
    int64_t begin = now_ms();

    luma_client_close(client);
    CHECK(SANITIZED || now_ms() - begin < 1000);
    check_closed(client, job);
    begin = now_ms();
    luma_client_close(client);
    CHECK(SANITIZED || now_ms() - begin < 1000);
    leave(client, job);
    luma_client_release(NULL);
}

/* A loop that polls the descriptor is woken, also where no thread ran. */
static void test_close_wakes(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct pollfd fd = {luma_client_fd(client), POLLIN, 0};

    CHECK_INT(poll(&fd, 1, 0), 0);
    luma_client_close(client);
    CHECK(!luma_event_peek(client) && !luma_client_wait(client, 0));
    CHECK_INT(poll(&fd, 1, 0), 1);
    leave(client, NULL);
}

/* A callback of the host may fork between two events. */
static void test_forked(void)
{
    struct luma_client *client;
    struct luma_job *job = stall(&client);
    int status = 0;
    pid_t pid;

    luma_job_cancel(job);
    CHECK(luma_client_wait(client, SOON_MS));
    pid = fork();
    if (pid == 0)
        leave_child(luma_client_is_ours(client) || luma_event_peek(client));
    must(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
    CHECK(luma_event_peek(client) != NULL);
    leave(client, job);
}

/* A client that is freed first leaves its jobs in peace. */
static void test_orphan(void)
{
    struct luma_client *client;
    struct luma_job *job = stall(&client);
    int fd = luma_client_fd(client);
    int64_t begin = now_ms();

    luma_client_release(client);
    CHECK(SANITIZED || now_ms() - begin < 1000);
    CHECK(fcntl(fd, F_GETFD) < 0); /* by this thread, not by the other later */
    CHECK_INT(luma_job_error(job)->code, LUMA_ERR_CANCELLED);
    CHECK_INT(count_of(job, LUMA_OUTCOME_CANCELLED), 7);
    luma_job_cancel(job);
    luma_job_release(job);
    server_set(server, SERVER_ANSWERS);
}

/* What arrived stays with a job that keeps it; the rest is cancelled. */
static void check_close_keeps(bool keeps)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_job *job = fetch(client, 5, 0);
    int64_t begin = now_ms();
    const struct luma_doc *doc;
    unsigned docs = 0;

    luma_job_keep(job, keeps);
    while (luma_client_pending(client) < 6 && now_ms() - begin < SOON_MS)
        poll(NULL, 0, 1);
    CHECK(luma_client_wait(client, 0));
    luma_client_close(client);
    CHECK_INT(count_of(job, keeps ? LUMA_OUTCOME_TASK : LUMA_OUTCOME_CANCELLED),
              5);
    CHECK_INT(luma_job_error(job)->code, keeps ? LUMA_OK : LUMA_ERR_CANCELLED);
    luma_client_release(client); /* the names stay as long as the job */
    for (; (doc = luma_job_peek(job)); docs++) {
        CHECK(doc_find_member(doc, doc->root, "state"));
        luma_job_pop(job, true);
    }
    CHECK_INT(docs, keeps ? 5 : 0);
    luma_job_release(job);
}

static void test_close_keeps(void)
{
    check_close_keeps(true);
    check_close_keeps(false);
}

/* ---- resources --------------------------------------------------------- */

static unsigned count_fds(void)
{
    unsigned count = 0;
    int fd;

    for (fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* 0 where it cannot be known. */
static unsigned count_threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    unsigned count = 0;

    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

static void cycle(unsigned i)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_job *job = fetch(client, 3, 0);

    if (i % 2)
        insist(run(client, job) == 3, "it works each time");
    leave(client, job);
}

static unsigned threads; /* before there was a client */

/* Threads that have nothing more to do end by themselves. */
static void wait_for_ends(unsigned fds)
{
    int64_t begin = now_ms();

    while ((count_threads() > threads || count_fds() > fds) &&
           now_ms() - begin < SOON_MS)
        poll(NULL, 0, 1);
    CHECK(count_threads() <= threads);
    CHECK(count_fds() <= fds);
}

static void test_cycles(void)
{
    unsigned fds, i;

    cycle(1);
    wait_for_ends(UINT_MAX);
    fds = count_fds();
    for (i = 0; i < 100; i++)
        cycle(i);
    wait_for_ends(fds);
}

int main(void)
{
    alarm(HANG_S);
    server = server_start();
    threads = count_threads();
    test_cancel();
    test_release();
    test_close();
    test_close_wakes();
    test_forked();
    test_orphan();
    test_close_keeps();
    test_cycles();
    server_stop(server);
    return check_done();
}
