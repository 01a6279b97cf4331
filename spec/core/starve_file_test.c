/* SPDX-License-Identifier: MIT */
/* Tests of downloads whose memory runs out, at every call, on either thread:
 * they end, say so, and leave a whole file or none. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "caller.h"
#include "check.h"
#include "sweep.h"

enum { HANG_S = 300 };

static char folder[] = "/tmp/luma-test-XXXXXX";
static char path[sizeof folder + 20];

/* The size of the file under its final name, or -1. */
static long long size_of_file(void)
{
    struct stat s;

    return stat(path, &s) == 0 ? (long long)s.st_size : -1;
}

/* Starts a download of `link` of the server, in one of two ways. */
static struct luma_job *start(struct luma_client *client, const char *link,
                              bool into_folder)
{
    char url[80];
    struct luma_error error;
    struct luma_download_options download = {
        .url = url,
        .id = "task",
        .id_len = 4,
        .path = into_folder ? NULL : path,
        .dir = folder,
        .allow_private = true,
        .wants_progress = true,
        .no_sync = true,
    };
    struct luma_job *job;

    snprintf(url, sizeof url, "%s%s", server_url(server), link);
    job = luma_client_download(client, &download, NULL, &error);
    if (!job)
        insist(error.code == LUMA_ERR_MEMORY || error.code == LUMA_ERR_THREAD,
               "luma_client_download says why");
    return job;
}

/* Takes what comes, to the end of the job. True: there is a file. */
static bool bring(struct luma_client *client, const char *link,
                  bool into_folder)
{
    struct luma_job *job = start(client, link, into_folder);
    bool good;

    if (!job)
        return false;
    run(client, job);
    good = luma_job_error(job)->code == LUMA_OK;
    insist(good == (luma_job_path(job) != NULL), "a path is of a good end");
    insist(good || luma_job_error(job)->code != LUMA_ERR_PENDING, "it ends");
    insist(size_of_file() == (good ? SERVER_FILE : -1), "all or nothing");
    insist(!luma_event_peek(client), "nothing comes behind the end");
    luma_job_release(job);
    return good;
}

static bool live_without_memory(unsigned n, unsigned for_ever, const void *link)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    bool failed;

    unlink(path);
    alloc_fail_at(n, for_ever);
    bring(client, link, for_ever);
    failed = alloc_stop() >= n;
    unlink(path);
    insist(bring(client, link, for_ever), "with memory again, it works again");
    luma_client_close(client);
    luma_client_release(client);
    return failed;
}

static void test_memory(const char *link)
{
    sweep(link, sweep_once_and_for_ever, 20, live_without_memory, link);
}

/* A client that is left while its download is on its way. */
static void test_leaving(void)
{
    struct luma_options options = usual();
    struct luma_job *job;
    int i;

    for (i = 0; i < 50; i++) {
        struct luma_client *client = new_client(&options);

        unlink(path);
        job = start(client, "/from", false);
        must(job);
        if (i % 2)
            luma_client_wait(client, i / 10);
        if (i % 3 == 0)
            luma_client_close(client);
        if (i % 5 == 0)
            luma_job_cancel(job);
        luma_client_release(client);
        insist(luma_job_error(job)->code != LUMA_ERR_PENDING, "it has ended");
        luma_job_release(job);
    }
    CHECK(i == 50);
}

int main(void)
{
    alarm(HANG_S);
    must(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/task.mp4", folder);
    server = server_start();
    server_set(server, SERVER_LINKS);
    test_memory("/from");
    test_memory("/old");
    test_leaving();
    server_stop(server);
    unlink(path);
    rmdir(folder);
    sweep_print("core");
    return check_done();
}
