/* SPDX-License-Identifier: MIT */
/* Tests of luma.h as a plain C program uses it, against a server of our own:
 * jobs that come to their end. leave_test.c has the others. */
#include "luma.h"

#include <unistd.h>

#include "caller.h"
#include "check.h"

enum { HANG_S = 60 };

/* ---- to the end -------------------------------------------------------- */

static void check_stats(struct luma_client *client, unsigned requests,
                        unsigned tasks)
{
    struct luma_stats stats;

    luma_client_stats(client, &stats);
    CHECK_INT(stats.requests, requests);
    CHECK_INT(stats.tasks, tasks);
    CHECK(stats.retries == 0 && stats.dropped == 0 && stats.unreadable == 0);
    CHECK(stats.queue == 0 && stats.undelivered == 0);
}

static void test_fetch(void)
{
    struct luma_options options = usual();
    struct luma_client *client;
    unsigned before = server_requests(server), i;
    struct luma_job *job;
    const char *id;
    size_t len;

    options.batch_size = 100;
    client = new_client(&options);
    CHECK(luma_client_unfinished(client) == 0 &&
          luma_client_pending(client) == 0);
    CHECK(!luma_event_peek(client) && !luma_client_wait(client, 0) &&
          !readable(client));
    job = fetch(client, 250, 0);
    CHECK_INT(luma_client_unfinished(client), 1);
    CHECK_INT(luma_job_error(job)->code, LUMA_ERR_PENDING);
    CHECK_INT(run(client, job), 250);
    CHECK_INT(luma_job_error(job)->code, LUMA_OK);
    CHECK_INT(luma_client_unfinished(client), 0);
    CHECK(!luma_event_peek(client) && !readable(client));
    CHECK_INT(count_of(job, LUMA_OUTCOME_TASK), 250);
    for (i = 0; i < 250; i++)
        insist(luma_job_state(job, i) == LUMA_STATE_COMPLETED,
               "its state is kept");
    id = luma_job_id(job, 249, &len);
    CHECK_BYTES(id, len, "id-249", 6);
    CHECK_INT(server_requests(server) - before, 3);
    check_stats(client, 3, 250);
    leave(client, job);
}

/* The server answers with two tasks at most, whatever it is asked for. */
static void test_capped(void)
{
    struct luma_options options = usual();
    struct luma_client *client;
    struct luma_job *job;

    server_set(server, SERVER_CAPS);
    options.batch_size = 20;
    client = new_client(&options);
    job = fetch(client, 50, 0);
    CHECK_INT(run(client, job), 50);
    CHECK_INT(count_of(job, LUMA_OUTCOME_TASK), 50);
    leave(client, job);
}

static void test_missing(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_job *job;

    server_set(server, SERVER_KNOWS_NONE);
    job = fetch(client, 7, 0);
    CHECK_INT(run(client, job), 0);
    CHECK_INT(luma_job_error(job)->code, LUMA_OK);
    CHECK_INT(count_of(job, LUMA_OUTCOME_MISSING), 7);
    CHECK_INT(luma_job_state(job, 0), LUMA_STATE_NONE);
    leave(client, job);
}

static void test_hung_up(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    unsigned before = server_requests(server);
    struct luma_progress progress;
    struct luma_job *job;

    server_set(server, SERVER_HANGS_UP);
    job = fetch(client, 7, 0);
    CHECK_INT(run(client, job), 0);
    CHECK_INT(luma_job_error(job)->code, LUMA_OK); /* all is settled */
    CHECK_INT(count_of(job, LUMA_OUTCOME_FAILED), 7);
    CHECK_INT(server_requests(server) - before, 3);
    luma_job_progress(job, &progress);
    CHECK(progress.requests == 3 && progress.retries == 2);
    leave(client, job);
}

static void test_deadline(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_job *job;

    server_set(server, SERVER_STALLS);
    job = fetch(client, 7, 60);
    CHECK_INT(run(client, job), 0);
    CHECK_INT(luma_job_error(job)->code, LUMA_ERR_DEADLINE);
    CHECK_INT(count_of(job, LUMA_OUTCOME_FAILED), 7);
    leave(client, job);
}

/* Time without end is no deadline that passed. */
static void test_great_deadline(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_job *job = fetch(client, 2, INT64_MAX);

    CHECK_INT(run(client, job), 2);
    CHECK_INT(luma_job_error(job)->code, LUMA_OK);
    leave(client, job);
}

/* No id, no request: but an end like any other. */
static void test_no_ids(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    unsigned before = server_requests(server);
    struct luma_job *job = fetch(client, 0, 0);

    CHECK(readable(client) && luma_client_pending(client) == 1);
    CHECK_INT(luma_client_unfinished(client), 1);
    CHECK_INT(run(client, job), 0);
    CHECK_INT(luma_job_error(job)->code, LUMA_OK);
    CHECK_INT(server_requests(server), before);
    leave(client, job);
}

/* Each document fills what may wait: the next comes when it is taken. */
static void test_narrow(void)
{
    struct luma_options options = usual();
    struct luma_client *client;
    int64_t begin = now_ms();
    struct luma_job *job;

    options.batch_size = options.max_undelivered = options.connections = 1;
    client = new_client(&options);
    job = fetch(client, 10, 0);
    CHECK_INT(run(client, job), 10);
    CHECK(now_ms() - begin < SOON_MS);
    leave(client, job);
}

/* ---- one by one -------------------------------------------------------- */

/* Moves all tasks to the job's own line, takes the rest. */
static unsigned keep_all(struct luma_client *client, const struct luma_job *job)
{
    unsigned kept = 0;

    while (luma_job_error(job)->code == LUMA_ERR_PENDING &&
           luma_client_wait(client, SOON_MS)) {
        if (luma_event_peek(client)->kind != LUMA_EVENT_TASK) {
            luma_event_pop(client, true);
            continue;
        }
        luma_event_defer(client);
        kept++;
    }
    return kept;
}

static void test_keep(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_job *job = fetch(client, 5, 0);
    const struct luma_doc *doc;
    struct luma_stats stats;
    unsigned i;

    CHECK_INT(keep_all(client, job), 5);
    CHECK(!luma_event_peek(client) && !readable(client) &&
          !luma_client_pending(client));
    luma_client_stats(client, &stats);
    CHECK(stats.undelivered > 0);
    for (i = 0; (doc = luma_job_peek(job)); i++) {
        CHECK(doc == luma_job_peek(job));
        CHECK_INT(doc->id, i);
        CHECK_INT(doc->state, LUMA_STATE_COMPLETED);
        luma_job_pop(job, i != 2);
    }
    CHECK_INT(i, 5);
    CHECK_INT(count_of(job, LUMA_OUTCOME_FAILED), 1);
    CHECK_INT(luma_job_outcome(job, 2), LUMA_OUTCOME_FAILED);
    check_stats(client, 1, 5);
    leave(client, job);
}

/* What a decode hook does not like is a failure. */
static void test_not_done(void)
{
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_job *job = fetch(client, 2, 0);

    CHECK(luma_client_wait(client, SOON_MS) &&
          luma_event_peek(client)->kind == LUMA_EVENT_TASK);
    luma_event_pop(client, false);
    CHECK_INT(run(client, job), 1);
    CHECK_INT(count_of(job, LUMA_OUTCOME_FAILED), 1);
    CHECK_INT(count_of(job, LUMA_OUTCOME_TASK), 1);
    leave(client, job);
}

/* ---- options ----------------------------------------------------------- */

#define LINES(one, two) ((const char *const[]){one, two, NULL})

static const struct {
    const char *message; /* begins so; NULL: the options are right */
    struct luma_options options;
} option_rows[] = {
    {NULL, {.token = "x"}},
    {NULL, {.token = "~!@#$%^&*()_+-=\""}},
    {NULL, {.token = "x", .base_url = "http://localhost:1/a/b//"}},
    {NULL, {.token = "x", .base_url = "http://127.9.9.9"}},
    {NULL, {.token = "x", .base_url = "http://[::1]:1"}},
    {NULL, {.token = "x", .base_url = "http://a.b", .plain_http = true}},
    {NULL, {.token = "x", .base_url = "HTTPS://A.B"}},
    {NULL, {.token = "x", .user_agent = "a b/1 (c)"}},
    {NULL, {.token = "x", .limits.attempts = 5, .batch_size = 10000}},
    {"token: ", {0}},
    {"token: ", {.token = ""}},
    {"token: ", {.token = "a b"}},
    {"token: ", {.token = "a\nb"}},
    {"token: ", {.token = "a\r\nX: b"}},
    {"token: ", {.token = "a\t"}},
    {"token: ", {.token = "\x7F"}},
    {"token: ", {.token = "caf\xC3\xA9"}},
    {"user_agent: ", {.token = "x", .user_agent = ""}},
    {"user_agent: ", {.token = "x", .user_agent = "a\nb"}},
    {NULL, {.token = "x", .headers = LINES("X-A: b", "X-B:  c d")}},
    {"headers: a name", {.token = "x", .headers = LINES("X-A", "")}},
    {"headers: a name", {.token = "x", .headers = LINES(": b", "")}},
    {"headers: a name", {.token = "x", .headers = LINES("X A: b", "")}},
    {"headers: 'X-A' must", {.token = "x", .headers = LINES("X-A:", "X-B: c")}},
    {"headers: 'X-A' must",
     {.token = "x", .headers = LINES("X-A: b\r\nC: d", "")}},
    {"headers: 'Host' is set", {.token = "x", .headers = LINES("Host: b", "")}},
    {"headers: 'x-a' is there twice",
     {.token = "x", .headers = LINES("X-A: b", "x-a: c")}},
    {"proxy: ", {.token = "x", .proxy = ""}},
    {"proxy: ", {.token = "x", .proxy = "http://a b"}},
    {"ca_file: ", {.token = "x", .ca_file = "/nowhere/at/all.pem"}},
    {"ca_file: ", {.token = "x", .ca_file = ""}},
    {"base_url: ", {.token = "x", .base_url = ""}},
    {"base_url: ", {.token = "x", .base_url = "https://"}},
    {"base_url: ", {.token = "x", .base_url = "a.b"}},
    {"base_url: ", {.token = "x", .base_url = "ftp://a.b"}},
    {"base_url: ", {.token = "x", .base_url = "file:///etc/passwd"}},
    {"base_url: ", {.token = "x", .base_url = "https://a b"}},
    {"base_url: ", {.token = "x", .base_url = "https://a.b\r\n"}},
    {"base_url: ", {.token = "x", .base_url = "https://u@a.b"}},
    {"base_url: ", {.token = "x", .base_url = "https://u:p@a.b"}},
    {"base_url: ", {.token = "x", .base_url = "https://a.b/?x=1"}},
    {"base_url: ", {.token = "x", .base_url = "https://a.b/?"}},
    {"base_url: ", {.token = "x", .base_url = "https://a.b/#x"}},
    {"base_url: ", {.token = "x", .base_url = "https://a.b#"}},
    {"base_url: plain http", {.token = "x", .base_url = "http://a.b"}},
    {"base_url: plain http", {.token = "x", .base_url = "http://127.0.0.1.b"}},
    {"base_url: plain http", {.token = "x", .base_url = "http://localhost.b"}},
    {"base_url: plain http", {.token = "x", .base_url = "http://128.0.0.1"}},
    {"base_url: ", {.token = "x", .base_url = "http://127.0.0.1@a.b"}},
    {"batch_size: ", {.token = "x", .batch_size = 10001}},
    {"batch_size: ", {.token = "x", .batch_size = (size_t)-1}},
    {"connections: ", {.token = "x", .connections = 257}},
    {"attempts: ", {.token = "x", .limits.attempts = 6}},
    {"max_reply: ", {.token = "x", .max_reply = SIZE_MAX}},
    {"max_task: ", {.token = "x", .max_task = (16u << 20) + 1}},
    {"max_undelivered: ", {.token = "x", .max_undelivered = (size_t)-1}},
    {"timeout.connect: ", {.token = "x", .limits.connect_timeout = -1}},
    {"timeout.attempt: ", {.token = "x", .limits.attempt_timeout = INT64_MIN}},
    {"timeout.stall: ", {.token = "x", .limits.stall_timeout = 86400001}},
};

static void test_options(void)
{
    size_t i;

    for (i = 0; i < COUNT(option_rows); i++) {
        const struct luma_options *options = &option_rows[i].options;
        const char *message = option_rows[i].message;
        struct luma_error error;
        struct luma_client *client = luma_client_new(options, &error);

        check_case = options->base_url ? options->base_url : message;
        check_case = check_case ? check_case : options->token;
        CHECK(!client == !!message);
        if (!client && CHECK(message != NULL)) {
            CHECK_INT(error.code, LUMA_ERR_ARGUMENT);
            CHECK(error.field != NULL &&
                  !strncmp(message, error.field, strlen(error.field)));
            CHECK_BYTES(error.message, strlen(message), message,
                        strlen(message));
        }
        luma_client_release(client);
    }
    check_case = "";
}

/* What a binding may forget. */
static void test_no_place(void)
{
    static const struct {
        struct luma_download_options download;
        const char *field;
    } rows[] = {
        {{.url = "https://a.example/"}, "path"},
        {{.url = "https://a.example/", .dir = "", .id = "a", .id_len = 1},
         "path"},
        {{.url = "https://a.example/", .dir = "/"}, "dir"},
        {{.url = "https://a.example/", .dir = "/", .id = ""}, "dir"},
    };
    struct luma_options options = usual();
    struct luma_client *client = new_client(&options);
    struct luma_error error;
    size_t i;

    for (i = 0; i < COUNT(rows); i++) {
        CHECK(!luma_client_download(client, &rows[i].download, NULL, &error));
        CHECK_INT(error.code, LUMA_ERR_ARGUMENT);
        CHECK_TEXT(error.field, rows[i].field);
    }
    leave(client, NULL);
}

int main(void)
{
    alarm(HANG_S);
    CHECK(!luma_init());
    server = server_start();
    test_fetch();
    test_capped();
    test_missing();
    test_hung_up();
    test_deadline();
    test_great_deadline();
    test_no_ids();
    test_narrow();
    test_keep();
    test_not_done();
    test_options();
    test_no_place();
    server_stop(server);
    return check_done();
}
