/* SPDX-License-Identifier: MIT */
/* Whatever a server answers: each id has one outcome, each job ends, nothing is
 * sent too often or to the wrong host, and what has no end is never taken for
 * complete.
 *
 * An input: the kind of job, the cuts, the options, then answers, which 0x1E
 * separates. The first byte of each says what follows it; 0x1F stands for the
 * number of bytes behind its head. */
#include "fuzz.h"

#include <stdlib.h>
#include <unistd.h>

#include "framing.h"
#include "gateway/task.h"
#include "network.h"
#include "spec/core/check.h"
#include "spec/core/dump.h"
#include "spec/core/folder.h"
#include "verdict.h"

enum { DEADLINE = 20000, HANG = 300 };

static struct run run;
static unsigned threads; /* without those of a client */

/* ---- the input --------------------------------------------------------- */

/* What is behind the first empty line. */
static size_t body_length(const uint8_t *at, size_t len)
{
    size_t i;

    for (i = 0; i + 1 < len; i++)
        if (at[i] == '\n' &&
            (at[i + 1] == '\n' ||
             (i + 2 < len && at[i + 1] == '\r' && at[i + 2] == '\n')))
            return len - i - (at[i + 1] == '\n' ? 2 : 3);
    return 0;
}

static enum peer_end end_of(uint8_t how, const struct buf *bytes)
{
    struct frame frame;
    bool whole;

    frame_judge(&frame, bytes->data, bytes->len, false, run.kind == HEAD);
    whole = frame.kind == FRAME_WHOLE;
    buf_free(&frame.body);
    if (how >= 250 || (whole && how % 8 > 4))
        return PEER_WAITS; /* for ever, where it is not whole */
    return how % 8 == 4 ? PEER_RESETS : PEER_CLOSES;
}

static void add_answer(const uint8_t *at, size_t len)
{
    struct peer_answer *a = &run.answers[run.answer_count++];
    size_t body = body_length(at, len), i;

    a->bytes = (struct buf){0};
    must(buf_reserve(&a->bytes, 1) != NULL);
    for (i = 1; i < len; i++)
        if (at[i] == 0x1F)
            say(&a->bytes, "%zu", body);
        else
            must(buf_append(&a->bytes, &at[i], 1));
    a->end = end_of(len ? at[0] : 0, &a->bytes);
}

static void read_input(struct fuzz_input in)
{
    run = (struct run){.kind = (enum run_kind)fuzz_number(&in, KINDS)};
    network_cut(fuzz_number(&in, 256));
    run.options = (struct luma_options){
        .base_url = peer_url(),
        .token = TOKEN,
        .plain_http = true,
        .batch_size = 1 + fuzz_number(&in, 3),
        .limits = {.attempts = 1 + fuzz_number(&in, 4),
                   .stall_timeout = 2 * DEADLINE},
    };
    run.allow_private = fuzz_number(&in, 8) > 0;
    run.retry = fuzz_number(&in, 2) > 0;
    while (in.left && run.answer_count < ANSWERS) {
        const uint8_t *end = memchr(in.at, 0x1E, in.left);
        size_t len = end ? (size_t)(end - in.at) : in.left;

        add_answer(in.at, len);
        in.at += len + (end != NULL);
        in.left -= len + (end != NULL);
    }
}

/* ---- the job ----------------------------------------------------------- */

static struct luma_ids *make_ids(void)
{
    struct luma_ids *ids = luma_ids_new(IDS, IDS);
    int i;

    must(ids);
    for (i = 0; i < IDS; i++)
        must(luma_ids_add(ids, &"abc"[i], 1) == LUMA_OK);
    return ids;
}

static struct luma_job *start_download(const struct luma_job_options *options,
                                       struct luma_error *error)
{
    struct luma_download_options download = {
        .path = folder_path("clip"),
        .no_sync = true,
        .allow_private = run.allow_private,
        .max_bytes = 100000,
        .id = run.kind == TASK_LINK ? "a" : NULL,
        .id_len = 1,
    };
    char url[80];

    snprintf(url, sizeof url, "%s/file", peer_url());
    download.url = run.kind == LINK ? url : NULL;
    return luma_client_download(run.client, &download, options, error);
}

static struct luma_job *start_generate(const struct luma_job_options *options,
                                       struct luma_error *error)
{
    struct luma_generate_options generation = {
        .body = "{}",
        .len = 2,
        .watch = {1000, 2000, 5000, 5000},
        .target = {.path = folder_path("clip"),
                   .no_sync = true,
                   .allow_private = run.allow_private},
    };

    return luma_client_generate(run.client, &generation, options, error);
}

static void start(void)
{
    static const struct luma_watch_options watch = {1000, 2000, 5000, 5000};
    static const char *const methods[] = {
        [GET] = "GET", [POST] = "POST", [HEAD] = "HEAD"};
    struct luma_job_options options = {.deadline = DEADLINE};
    struct luma_request_options request = {.path = "/v1/things",
                                           .retry = run.retry};
    struct luma_error error;

    if (run.kind == FETCH)
        run.job = luma_client_fetch(run.client, make_ids(), &options, &error);
    else if (run.kind == WATCH)
        run.job =
            luma_client_watch(run.client, make_ids(), &watch, &options, &error);
    else if (run.kind == GENERATE)
        run.job = start_generate(&options, &error);
    else if (run.kind >= LINK)
        run.job = start_download(&options, &error);
    else {
        request.method = methods[run.kind];
        run.job = luma_client_request(run.client, &request, &options, &error);
    }
    must(run.job);
}

static void take_task(const struct luma_doc *doc)
{
    struct task_source source = task_of_doc(doc);
    struct task_value value = {.len = 0};
    const char *id;
    size_t len;
    bool found;

    fuzz_insist(doc->id < luma_job_count(run.job), "a task is of the job");
    run.tasks[doc->id] += doc->final;
    run.value = true;
    run.scalar = run.scalar || doc->root->kind < LUMA_JSON_ARRAY;
    id = luma_job_id(run.job, doc->id, &len);
    found = run.kind == GENERATE ? task_find_submitted(doc, &value)
                                 : task_find_id(&source, &value);
    fuzz_insist(!len ||
                    (found && value.len == len && !memcmp(value.text, id, len)),
                "a task has the id that it is for");
}

static void take_settled(const struct luma_settled *settled)
{
    uint32_t i;

    for (i = 0; i < settled->count; i++) {
        fuzz_insist(settled->ids[i] < IDS, "an id is of the job");
        run.settled[settled->ids[i]]++;
    }
    run.scalar = run.scalar || (settled->value &&
                                settled->value->root->kind < LUMA_JSON_ARRAY);
    run.missing = run.missing ||
                  (settled->count && settled->error.code == LUMA_OK);
}

static void take_events(void)
{
    const struct luma_event *event;

    while ((event = luma_event_peek(run.client))) {
        if (event->kind == LUMA_EVENT_TASK)
            take_task((const struct luma_doc *)event);
        else if (event->kind == LUMA_EVENT_SETTLED)
            take_settled((const struct luma_settled *)event);
        luma_event_pop(run.client, true);
    }
}

static void finish(void)
{
    int naps;

    for (naps = 0; luma_job_error(run.job)->code == LUMA_ERR_PENDING; naps++) {
        fuzz_insist(naps < HANG, "a job ends");
        luma_client_wait(run.client, 10);
        take_events();
    }
    fuzz_insist(!luma_event_peek(run.client), "nothing comes behind the end");
}

/* ---- all of it --------------------------------------------------------- */

static void end_process(void)
{
    folder_end();
}

static void begin_process(void)
{
    folder_start();
    atexit(end_process);
    peer_start();
    threads = network_threads();
}

static void clean_up(void)
{
    size_t i;

    luma_job_release(run.job);
    luma_client_close(run.client);
    luma_client_release(run.client);
    network_wait(threads);
    peer_set(NULL, 0);
    for (i = 0; i < run.answer_count; i++)
        buf_free(&run.answers[i].bytes);
    unlink(folder_path("clip"));
    unlink(folder_path("clip.luma.part"));
    unlink(folder_path("clip.luma.state.part"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct luma_error error;

    if (!*folder)
        begin_process();
    read_input((struct fuzz_input){bytes, len});
    if (!run.answer_count)
        return 0;
    peer_set(run.answers, run.answer_count);
    run.client = luma_client_new(&run.options, &error);
    must(run.client);
    start();
    finish();
    verdict_check(&run);
    clean_up();
    return 0;
}
