/* SPDX-License-Identifier: MIT */
/* Tests of each kind of job while the core's memory runs out, at every call
 * from its start to its end, on either thread: it ends and says why, and with
 * memory again the same client does it. */
#include <unistd.h>

#include "alloc.h"
#include "caller.h"
#include "check.h"
#include "folder.h"
#include "sweep.h"

enum { HANG_S = 300 };

typedef struct luma_job *start_job(struct luma_client *client,
                                   struct luma_error *error);

/* ---- jobs ---------------------------------------------------------------- */

static const struct luma_watch_options often = {1, 1, 1000, 1000};

/* Two ids, and one that no request can have. */
static struct luma_ids *three_ids(struct luma_error *error)
{
    struct luma_ids *ids = make_ids(2);

    luma_error_set(error, LUMA_ERR_MEMORY);
    if (ids && luma_ids_add(ids, "\xff", 1) == LUMA_OK)
        return ids;
    luma_ids_unref(ids);
    return NULL;
}

static struct luma_job *start_fetch(struct luma_client *client,
                                    struct luma_error *error)
{
    struct luma_ids *ids = three_ids(error);

    return ids ? luma_client_fetch(client, ids, NULL, error) : NULL;
}

static struct luma_job *start_watch(struct luma_client *client,
                                    struct luma_error *error)
{
    struct luma_ids *ids = three_ids(error);

    return ids ? luma_client_watch(client, ids, &often, NULL, error) : NULL;
}

static struct luma_job *start_request(struct luma_client *client,
                                      struct luma_error *error)
{
    static const struct luma_request_options request = {
        .method = "PUT", .path = "/luma/tasks", .body = "[\"a\"]", .len = 5};

    return luma_client_request(client, &request, NULL, error);
}

static struct luma_job *start_generate(struct luma_client *client,
                                       struct luma_error *error)
{
    const struct luma_generate_options generation = {
        .body = "{}",
        .len = 2,
        .watch = often,
        .target = {.path = folder_path("made.mp4"),
                   .allow_private = true,
                   .no_sync = true}};

    return luma_client_generate(client, &generation, NULL, error);
}

static struct luma_job *start_download(struct luma_client *client,
                                       struct luma_error *error)
{
    char url[80];
    const struct luma_download_options download = {
        .url = url,
        .path = folder_path("made.mp4"),
        .allow_private = true,
        .no_sync = true};

    snprintf(url, sizeof url, "%s/from", server_url(server));
    return luma_client_download(client, &download, NULL, error);
}

struct kind {
    const char *name;
    start_job *start;
    enum server_manner manner;
    enum luma_code also; /* what it may say without memory */
};

static const struct kind kinds[] = {
    {"fetch", start_fetch, SERVER_ANSWERS, LUMA_ERR_MEMORY},
    {"watch", start_watch, SERVER_LINKS, LUMA_ERR_MEMORY},
    {"request", start_request, SERVER_ANSWERS, LUMA_ERR_MEMORY},
    {"download", start_download, SERVER_ANSWERS, LUMA_ERR_MEMORY},
    {"generate", start_generate, SERVER_LINKS, LUMA_ERR_UNKNOWN_OUTCOME},
    {"no id", start_generate, SERVER_KNOWS_NONE, LUMA_ERR_UNKNOWN_OUTCOME},
};

/* ---- lives --------------------------------------------------------------- */

static struct luma_client *make(struct luma_error *error)
{
    static const char *const headers[] = {"X-One: 1", "X-Two: 2", NULL};
    struct luma_options options = usual();

    options.headers = headers;
    options.wants_attempts = true;
    options.limits.attempts = 1;
    options.batch_size = 1; /* so that many are in flight */
    return luma_client_new(&options, error);
}

/* How the job ends, or why it does not start. */
static struct luma_error play(struct luma_client *client,
                              const struct kind *kind)
{
    struct luma_error error;
    struct luma_job *job = kind->start(client, &error);

    if (!job)
        return error;
    run(client, job);
    error = *luma_job_error(job);
    insist(!luma_event_peek(client), "nothing comes behind the end");
    if (error.code == LUMA_OK)
        insist(count_of(job, LUMA_OUTCOME_OPEN) == 0, "each id has an outcome");
    luma_job_release(job);
    unlink(folder_path("made.mp4"));
    return error;
}

static bool is_of_memory(const struct luma_error *error,
                         const struct kind *kind)
{
    return error->code == LUMA_ERR_MEMORY || error->code == LUMA_ERR_THREAD ||
           error->code == kind->also ||
           strstr(error->message, "no memory left");
}

static bool live_without_memory(unsigned n, unsigned for_ever, const void *user)
{
    const struct kind *kind = user;
    struct luma_error error;
    struct luma_client *client;
    bool failed;

    alloc_fail_at(n, for_ever);
    client = make(&error);
    if (client)
        error = play(client, kind);
    failed = alloc_stop() >= n;
    insist(error.code == LUMA_OK || (failed && is_of_memory(&error, kind)),
           "memory is the only reason");
    if (!client)
        client = make(&error);
    must(client);
    insist(play(client, kind).code == LUMA_OK, "with memory, it works");
    luma_client_close(client);
    luma_client_release(client);
    return failed;
}

int main(void)
{
    size_t i;

    alarm(HANG_S);
    folder_start();
    server = server_start();
    for (i = 0; i < COUNT(kinds); i++) {
        server_set(server, kinds[i].manner);
        sweep(kinds[i].name, sweep_once_and_for_ever, 20, live_without_memory,
              &kinds[i]);
    }
    server_stop(server);
    CHECK(folder_end());
    sweep_print("core");
    return check_done();
}
