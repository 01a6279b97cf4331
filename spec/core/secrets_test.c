/* SPDX-License-Identifier: MIT */
/* Tests that secrets do not stay in memory: no block that the core gives back
 * has one in it, and when a client is gone, no memory of the process has. What
 * libcurl keeps is its own: its blocks are counted, and cleared here. */
#include <dirent.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "caller.h"
#include "check.h"
#include "curl_alloc.h"
#include "folder.h"
#include "marks.h"

enum { HANG_S = 120 };

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

static atomic_uint of_core, of_curl; /* blocks with a secret in them */

/* ---- blocks ------------------------------------------------------------ */

/* Clears it as well, so that it is found once. */
static void look(char *block, size_t size)
{
    if (marks_count(block, size))
        atomic_fetch_add(&of_core, 1);
    memset(block, 0, size);
}

/* The lines of headers are the core's, which lets libcurl copy them. */
static bool is_header(const char *text)
{
    return strncmp(text, "Authorization: ", 15) == 0 ||
           strncmp(text, "X-Key: ", 7) == 0;
}

static void look_at_curl(char *block)
{
    if (marks_count(block, alloc_size(block)))
        atomic_fetch_add(is_header(block) ? &of_core : &of_curl, 1);
}

/* ---- clients ----------------------------------------------------------- */

/* What has secrets, and what comes of its jobs. */
static const struct secretive {
    const char *name;
    bool proxy;
    enum server_manner manner;
    bool cancel, file;
} cases[] = {
    {"tasks", false, SERVER_ANSWERS, false, false},
    {"tasks through a proxy", true, SERVER_ANSWERS, false, false},
    {"no answer", false, SERVER_HANGS_UP, false, false},
    {"no answer from a proxy", true, SERVER_HANGS_UP, false, false},
    {"a cancel", false, SERVER_STALLS, true, false},
    {"a close", true, SERVER_STALLS, false, false},
    {"a file", false, SERVER_ANSWERS, false, true},
    {"a file through a proxy", true, SERVER_ANSWERS, false, true},
};

struct secrets {
    char *token, *header, *proxy;
    const char *headers[2];
};

static struct luma_options options_with(struct secrets *s, bool proxy)
{
    struct luma_options options = usual();
    char tail[60], longer[400];

    snprintf(longer, sizeof longer, "%0300d", 0); /* no block of 256 bytes */
    snprintf(tail, sizeof tail, "@%s", strstr(server_url(server), "//") + 2);
    s->token = marks_make("sk-", "");
    s->header = marks_make("X-Key: ", longer);
    s->proxy = marks_make("http://jane:", tail);
    s->headers[0] = s->header;
    s->headers[1] = NULL;
    options.token = s->token;
    options.headers = s->headers;
    options.proxy = proxy ? s->proxy : NULL;
    options.plain_http = true;
    options.limits.attempts = 1;
    return options;
}

static void drop_all(struct secrets *s)
{
    marks_drop(s->token);
    marks_drop(s->header);
    marks_drop(s->proxy);
}

static struct luma_client *client_with_secrets(bool proxy,
                                               struct luma_error *error)
{
    struct secrets secrets;
    struct luma_options options = options_with(&secrets, proxy);
    struct luma_client *client = luma_client_new(&options, error);

    drop_all(&secrets);
    return client;
}

static struct luma_job *bring(struct luma_client *client)
{
    char url[80];
    struct luma_error error;
    struct luma_download_options download = {
        .url = url, .path = folder_path("clip"), .allow_private = true};
    struct luma_job *job;

    snprintf(url, sizeof url, "%s/file", server_url(server));
    job = luma_client_download(client, &download, NULL, &error);
    must(job);
    return job;
}

static void wait_for_requests(unsigned count)
{
    const struct timespec pause = {0, 1000000};
    int64_t begin = now_ms();

    while (server_requests(server) < count && now_ms() - begin < SOON_MS)
        nanosleep(&pause, NULL);
    CHECK(server_requests(server) >= count);
}

static void live(const struct secretive *c)
{
    unsigned before = server_requests(server);
    struct luma_error error;
    struct luma_client *client = client_with_secrets(c->proxy, &error);
    struct luma_job *job;

    must(client);
    server_set(server, c->manner);
    job = c->file ? bring(client) : fetch(client, 2, 0);
    if (c->manner == SERVER_STALLS)
        wait_for_requests(before + 1);
    if (c->cancel)
        luma_job_cancel(job);
    if (c->cancel || c->manner != SERVER_STALLS)
        run(client, job);
    if (c->manner == SERVER_ANSWERS)
        CHECK_INT(luma_job_error(job)->code, LUMA_OK);
    leave(client, job);
}

/* ---- threads and memory ------------------------------------------------ */

/* Waits until only so many are left. */
static void wait_for_threads(int most)
{
    const struct timespec pause = {0, 1000000};
    int64_t begin = now_ms();
    int count = SANITIZED ? 0 : most + 1; /* they have threads of their own */

    while (count > most && now_ms() - begin < SOON_MS) {
        DIR *dir = opendir("/proc/self/task");

        must(dir);
        for (count = -2; readdir(dir); count++)
            ;
        closedir(dir);
        nanosleep(&pause, NULL);
    }
    CHECK(SANITIZED || count == most);
}

/* ---- tests ------------------------------------------------------------- */

/* What is not found proves nothing if nothing can be found. */
static void test_the_test(void)
{
    char *text = marks_make("a", "b");

    CHECK_INT(marks_count(text, strlen(text)), MARKS_MADE);
    text = realloc(text, 1000);
    must(text);
    CHECK_INT(atomic_exchange(&of_core, 0), 1);
    CHECK_INT(marks_count(text, 1000), MARKS_MADE);
    free(text);
    CHECK_INT(atomic_exchange(&of_core, 0), 1);
}

static void test_lives(void)
{
    size_t i;

    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_case = cases[i].name;
        live(&cases[i]);
        wait_for_threads(2);
        CHECK_INT(atomic_exchange(&of_core, 0), 0);
    }
    check_case = "";
}

static void test_refusals(void)
{
    static const char *const tails[] = {"@[::bad", "@host/@", "@ho st"};
    size_t i;

    for (i = 0; i < sizeof tails / sizeof *tails; i++) {
        char *proxy = marks_make("http://jane:", tails[i]),
             *token = marks_make("", "");
        struct luma_options options = usual();
        struct luma_error error;

        options.token = token;
        options.proxy = proxy;
        CHECK(!luma_client_new(&options, &error));
        CHECK_INT(error.code, LUMA_ERR_ARGUMENT);
        CHECK_INT(marks_count((const char *)&error, sizeof error), 0);
        marks_drop(token);
        marks_drop(proxy);
    }
    CHECK_INT(atomic_exchange(&of_core, 0), 0);
}

static void fetch_two(struct luma_client *client)
{
    struct luma_error error;
    struct luma_ids *ids = make_ids(2);
    struct luma_job *job = ids ? luma_client_fetch(client, ids, NULL, &error)
                               : NULL;

    if (job)
        run(client, job);
    luma_job_release(job);
}

/* False once no call fails any more. */
static bool live_without_memory(unsigned n)
{
    struct secrets secrets;
    struct luma_options options = options_with(&secrets, true);
    struct luma_error error;
    struct luma_client *client;
    bool failed;

    alloc_fail_at(n, false);
    client = luma_client_new(&options, &error);
    if (client)
        fetch_two(client);
    failed = alloc_stop() >= n;
    drop_all(&secrets);
    if (client)
        luma_client_close(client);
    luma_client_release(client);
    return failed;
}

static void test_no_memory(void)
{
    unsigned n = 1;

    while (live_without_memory(n))
        n++;
    CHECK(n > 20);
    wait_for_threads(2);
    CHECK_INT(atomic_exchange(&of_core, 0), 0);
}

/* Clients and server are gone, and with them the caller's own secrets. A tool
 * that looks after the memory has its own there, and it cannot be read. */
static void test_memory(void)
{
    const char *preload = getenv("LD_PRELOAD");
    char *text;

    if (SANITIZED || (preload && strstr(preload, "vgpreload")))
        return;
    wait_for_threads(1);
    text = marks_make("", "");
    CHECK_INT(marks_count_memory(), MARKS_MADE);
    marks_drop(text);
    CHECK_INT(marks_count_memory(), 0);
}

int main(void)
{
    alarm(HANG_S);
    curl_alloc_start(look_at_curl);
    folder_start();
    server = server_start();
    alloc_watch(look);
    test_the_test();
    test_lives();
    test_refusals();
    test_no_memory();
    server_stop(server);
    test_memory();
    alloc_watch(NULL);
    folder_end();
    printf("secrets: libcurl gave %u blocks with a secret back\n",
           atomic_load(&of_curl));
    return check_done();
}
