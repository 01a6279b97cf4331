/* SPDX-License-Identifier: MIT */
/* Tests of a client while libcurl's memory runs out, at every call: each id has
 * one outcome, the error is the true one, nothing is lost for good, and with
 * memory again the client works. */
#include <stdlib.h>
#include <unistd.h>

#include "alloc.h"
#include "caller.h"
#include "check.h"
#include "curl_alloc.h"
#include "folder.h"
#include "sweep.h"

enum { HANG_S = 600, END_MS = 5000, IDS = 5, BATCH = 2 };

struct scenario {
    const char *name;
    struct luma_job *(*start)(struct luma_client *client,
                              const struct scenario *s,
                              struct luma_error *error);
    enum server_manner manner;
    size_t ids;      /* that have a task in the end */
    const char *url; /* of a file; or NULL */
    bool named;      /* the gateway has a name, which is looked up */
    bool proxied;
    bool retries;        /* else an error is that of its only attempt */
    enum luma_code end;  /* of the job, with memory */
    enum luma_code also; /* what it may say without memory */
};

/* ---- jobs ---------------------------------------------------------------- */

static struct luma_job *no_ids(struct luma_error *error)
{
    luma_error_set(error, LUMA_ERR_MEMORY);
    return NULL;
}

static struct luma_job *start_fetch(struct luma_client *client,
                                    const struct scenario *s,
                                    struct luma_error *error)
{
    struct luma_ids *ids = make_ids((unsigned)s->ids);

    return ids ? luma_client_fetch(client, ids, NULL, error) : no_ids(error);
}

static const struct luma_watch_options often = {1, 1, 1000, 1000};

static struct luma_job *start_watch(struct luma_client *client,
                                    const struct scenario *s,
                                    struct luma_error *error)
{
    struct luma_ids *ids = make_ids((unsigned)s->ids);

    return ids ? luma_client_watch(client, ids, &often, NULL, error)
               : no_ids(error);
}

static struct luma_job *start_request(struct luma_client *client,
                                      const struct scenario *s,
                                      struct luma_error *error)
{
    static const char body[] = "{\"ids\":[\"a\",\"b\"]}";
    const struct luma_request_options request = {
        .method = "PUT",
        .path = "/luma/tasks?a=b",
        .body = body,
        .len = sizeof body - 1,
    };

    (void)s;
    return luma_client_request(client, &request, NULL, error);
}

/* The options of a file at `url`. */
static struct luma_download_options file_at(const char *url)
{
    return (struct luma_download_options){
        .url = url,
        .id = "task",
        .id_len = 4,
        .path = folder_path("task.mp4"),
        .allow_private = true,
        .no_sync = true,
    };
}

static struct luma_job *start_download(struct luma_client *client,
                                       const struct scenario *s,
                                       struct luma_error *error)
{
    struct luma_download_options download = file_at(s->url);

    return luma_client_download(client, &download, NULL, error);
}

static struct luma_job *start_generate(struct luma_client *client,
                                       const struct scenario *s,
                                       struct luma_error *error)
{
    const struct luma_generate_options generation = {
        .body = "{}", .len = 2, .watch = often, .target = file_at(NULL)};

    (void)s;
    return luma_client_generate(client, &generation, NULL, error);
}

static const struct scenario scenarios[] = {
    {.name = "fetch", .start = start_fetch, .ids = IDS},
    {.name = "retry",
     .start = start_fetch,
     .manner = SERVER_HANGS_UP_ONCE,
     .ids = IDS,
     .retries = true},
    {.name = "name", .start = start_fetch, .ids = IDS, .named = true},
    {.name = "proxy", .start = start_fetch, .ids = IDS, .proxied = true},
    {.name = "redirect",
     .start = start_fetch,
     .manner = SERVER_REDIRECTS,
     .ids = IDS,
     .end = LUMA_ERR_REDIRECT},
    {.name = "watch", .start = start_watch, .manner = SERVER_LINKS, .ids = IDS},
    {.name = "request", .start = start_request, .ids = 1},
    {.name = "download", .start = start_download, .url = "/file"},
    {.name = "followed", .start = start_download, .url = "/from"},
    {.name = "refreshed",
     .start = start_download,
     .manner = SERVER_LINKS,
     .url = "/old"},
    {.name = "resumed",
     .start = start_download,
     .url = "/half",
     .retries = true},
    {.name = "generate",
     .start = start_generate,
     .manner = SERVER_LINKS,
     .ids = 1,
     .url = "",
     .also = LUMA_ERR_UNKNOWN_OUTCOME},
};

/* ---- what comes of them ------------------------------------------------- */

struct told {
    const struct scenario *scenario;
    bool starved;
    unsigned way;
    unsigned outcomes[IDS]; /* of each id */
    unsigned ends;
};

/* What libcurl calls otherwise, although memory was the reason. If there is
 * some again, luma cannot know; most of it is tried again. */
static bool is_misnamed(const struct told *told, const struct luma_error *error)
{
    switch (error->code) {
    case LUMA_ERR_TOO_LARGE: /* see failure_set_headers */
        return strstr(error->message, "or memory ran out");
    case LUMA_ERR_RESOLVE:
        return told->way != CURL_ALLOC_FOR_ALL;
    case LUMA_ERR_CONNECT: /* 7.88 takes another port of the proxy */
        return told->way == CURL_ALLOC_ONCE && told->scenario->proxied;
    default:
        return false;
    }
}

static bool is_true(const struct told *told, const struct luma_error *error)
{
    const struct scenario *s = told->scenario;

    if (error->code == LUMA_OK || error->code == s->end)
        return true;
    return told->starved &&
           (error->code == LUMA_ERR_MEMORY || error->code == LUMA_ERR_THREAD ||
            error->code == s->also || is_misnamed(told, error));
}

static void judge(const struct told *told, const struct luma_error *error)
{
    bool good = is_true(told, error);

    insist(good, "the error is the true one");
    if (!good)
        printf("  is %s\n", error->message);
}

static void note(struct told *told, const struct luma_event *event)
{
    const struct luma_doc *doc = (const struct luma_doc *)event;
    const struct luma_settled *settled = (const struct luma_settled *)event;
    uint32_t i;

    if (event->kind == LUMA_EVENT_TASK && doc->final) {
        told->outcomes[doc->id]++;
    } else if (event->kind == LUMA_EVENT_SETTLED) {
        judge(told, &settled->error);
        for (i = 0; i < settled->count; i++)
            told->outcomes[settled->ids[i]]++;
    } else if (event->kind == LUMA_EVENT_END) {
        judge(told, &((const struct luma_end *)event)->error);
        told->ends++;
    }
}

static void listen_to(struct luma_client *client, struct luma_job *job,
                      struct told *told)
{
    int64_t begin = now_ms();
    const struct luma_event *event;

    while (luma_job_error(job)->code == LUMA_ERR_PENDING &&
           now_ms() - begin < SOON_MS) {
        luma_client_wait(client, 1000);
        event = luma_event_peek(client);
        if (!event)
            continue;
        note(told, event);
        luma_event_pop(client, true);
    }
    insist(told->ends == 1, "it ends once");
    insist(!luma_event_peek(client), "nothing comes behind the end");
}

static void check_outcomes(const struct luma_job *job, const struct told *told)
{
    const struct scenario *s = told->scenario;
    struct luma_progress p;
    size_t i;

    luma_job_progress(job, &p);
    for (i = 0; i < s->ids; i++)
        insist(told->outcomes[i] <= 1, "an id has one outcome");
    if (luma_job_error(job)->code == LUMA_OK)
        insist(p.outcome[LUMA_OUTCOME_OPEN] == 0, "each id has an outcome");
    insist(p.outcome[LUMA_OUTCOME_MISSING] == 0, "no id is called missing");
    if (!told->starved)
        insist(p.outcome[s->end ? LUMA_OUTCOME_FAILED : LUMA_OUTCOME_TASK] ==
                   s->ids,
               "with memory again, all ids are there");
}

static void check_file(const struct luma_job *job, const struct told *told)
{
    long long size = folder_size("task.mp4");
    struct luma_progress p;
    bool good;

    luma_job_progress(job, &p);
    good = luma_job_error(job)->code == LUMA_OK &&
           p.outcome[LUMA_OUTCOME_FAILED] == 0;
    insist(good == (luma_job_path(job) != NULL), "a path is of a good end");
    insist(size == (good ? SERVER_FILE : -1), "all or nothing");
    insist(good || told->starved, "with memory again, the file is there");
}

/* ---- lives --------------------------------------------------------------- */

static void play(struct luma_client *client, const struct scenario *s,
                 bool starved, unsigned way)
{
    struct told told = {.scenario = s, .starved = starved, .way = way};
    unsigned before = server_generations(server);
    struct luma_error error;
    struct luma_job *job;

    server_set(server, s->manner);
    job = s->start(client, s, &error);
    if (job) {
        listen_to(client, job, &told);
        check_outcomes(job, &told);
        if (s->url)
            check_file(job, &told);
        luma_job_release(job);
    } else {
        insist(starved, "with memory again, there is a job");
        judge(&told, &error);
    }
    insist(server_generations(server) - before <= 1, "it is sent once");
    unlink(folder_path("task.mp4"));
}

static struct luma_client *make(const struct scenario *s,
                                struct luma_error *error)
{
    struct luma_options options = usual();
    const char *port = strrchr(options.base_url, ':');
    char base_url[60], proxy[60];

    snprintf(base_url, sizeof base_url, "http://localhost%s", port);
    snprintf(proxy, sizeof proxy, "http://jane:s3cret@127.0.0.1%s", port);
    options.batch_size = BATCH;
    options.plain_http = s->proxied;
    options.proxy = s->proxied ? proxy : NULL;
    options.base_url = s->named     ? base_url
                       : s->proxied ? "http://gateway.example/v1"
                                    : options.base_url;
    options.limits.attempts = s->retries ? 3 : 1;
    options.limits.connect_timeout = options.limits.stall_timeout = 5000;
    return luma_client_new(&options, error);
}

/* A part is there, as an earlier process may have left it. */
static void break_off(const struct scenario *s)
{
    const struct luma_job_options once = {.limits.attempts = 1};
    const struct luma_download_options download = file_at(s->url);
    struct luma_error error;
    struct luma_client *client = make(s, &error);
    struct luma_job *job;

    must(client);
    job = luma_client_download(client, &download, &once, &error);
    must(job);
    run(client, job);
    insist(folder_size("task.mp4.luma.part") == SERVER_FILE / 2, "a part");
    leave(client, job);
}

/* Its threads may still end. */
static void await_blocks(long count)
{
    int64_t begin = now_ms();

    while (curl_alloc_blocks() != count && now_ms() - begin < END_MS)
        usleep(100);
    insist(curl_alloc_blocks() == count, "libcurl has no block more");
}

static bool live(unsigned n, unsigned way, const void *user)
{
    const struct scenario *s = user;
    const struct told starved = {.scenario = s, .starved = true, .way = way};
    struct luma_error error;
    struct luma_client *client;
    long blocks = curl_alloc_blocks();
    unsigned calls;

    if (s->url && strcmp(s->url, "/half") == 0)
        break_off(s);
    curl_alloc_fail_at(n, (enum curl_alloc_end)way);
    client = make(s, &error);
    if (client) {
        play(client, s, true, way);
        calls = curl_alloc_stop();
    } else {
        calls = curl_alloc_stop();
        judge(&starved, &error);
        client = make(s, &error);
        must(client);
    }
    play(client, s, false, way);
    insist(!readable(client), "the descriptor is quiet");
    luma_client_close(client);
    luma_client_release(client);
    await_blocks(blocks);
    return calls >= n;
}

int main(void)
{
    static const char *const ways[] = {"", ", and all behind of libcurl's",
                                       ", and all behind", NULL};
    size_t i;

    alarm(HANG_S);
    sweep_every(31);
    curl_alloc_start(NULL);
    folder_start();
    server = server_start();
    for (i = 0; i < COUNT(scenarios); i++)
        sweep(scenarios[i].name, ways, 20, live, &scenarios[i]);
    server_stop(server);
    CHECK(folder_end());
    sweep_print("libcurl");
    return check_done();
}
