/* SPDX-License-Identifier: MIT */
/* The promises, one after the other. */
#include "verdict.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "framing.h"
#include "fuzz.h"
#include "spec/core/check.h"
#include "spec/core/folder.h"

static void check_outcomes(const struct run *run)
{
    static const unsigned events[LUMA_OUTCOMES] = {
        [LUMA_OUTCOME_TASK] = 1,
        [LUMA_OUTCOME_MISSING] = 1,
        [LUMA_OUTCOME_FAILED] = 1,
    };
    bool early = luma_job_error(run->job)->code != LUMA_OK;
    size_t i;

    for (i = 0; i < luma_job_count(run->job); i++) {
        enum luma_outcome outcome = luma_job_outcome(run->job, i);
        unsigned told = run->tasks[i] + run->settled[i];

        fuzz_insist(told <= events[outcome], "an outcome is told once");
        fuzz_insist(told || early, "each outcome is told, or the job's end");
        fuzz_insist(
            outcome != LUMA_OUTCOME_OPEN ||
                (early && (run->kind == WATCH || run->kind == GENERATE)),
            "each id has an outcome");
    }
}

static void judge(struct frame *frame, const struct run *run, size_t number)
{
    const struct peer_answer *a =
        &run->answers[number < run->answer_count ? number
                                                 : run->answer_count - 1];
    const char *text = peer_request(number);

    frame_judge(frame, a->bytes.data, a->bytes.len, a->end == PEER_CLOSES,
                text && strncmp(text, "HEAD ", 5) == 0);
}

/* Some response was good and complete, or may have been. */
static bool was_any_whole(const struct run *run)
{
    size_t i;

    for (i = 0; i < peer_requests(); i++) {
        struct frame frame;

        judge(&frame, run, i);
        buf_free(&frame.body);
        if (frame.kind == FRAME_ODD ||
            (frame.kind == FRAME_WHOLE && frame.status / 100 == 2))
            return true;
    }
    return false;
}

/* What starts like a number or a string is one only if it is nothing else. */
static void check_scalar(const struct run *run)
{
    struct luma_error error;
    struct luma_doc *doc;
    struct frame frame;

    judge(&frame, run, run->kind == GENERATE ? 0 : peer_requests() - 1);
    if (frame.kind == FRAME_WHOLE && frame.body.len && !frame.coded) {
        doc = luma_read_json(frame.body.data, frame.body.len, &error);
        fuzz_insist(doc != NULL, "a value is all of a response");
        free(doc);
    }
    buf_free(&frame.body);
}

/* The content of the file, with a NUL behind it. Empty: there is none. */
static void read_file(struct buf *content)
{
    FILE *file = fopen(folder_path("clip"), "rb");
    char *room = buf_reserve(content, 100001);

    must(room != NULL);
    if (file)
        content->len = fread(room, 1, 100001, file);
    if (file)
        fclose(file);
}

static void check_file(const struct run *run)
{
    struct buf content = {0};
    struct frame frame;
    size_t before;

    read_file(&content);
    judge(&frame, run, peer_requests() - 1);
    if (frame.kind == FRAME_ODD)
        goto end;
    fuzz_insist(frame.kind == FRAME_WHOLE, "a file is complete");
    fuzz_insist(frame.status == 200 || frame.status == 206, "it is a file");
    before = frame.first > 0 ? (size_t)frame.first : 0;
    fuzz_insist(
        content.len == before + frame.body.len &&
            (!frame.body.len || memcmp(content.data + before, frame.body.data,
                                       frame.body.len) == 0),
        "it is what was sent");
    fuzz_insist(frame.total < 0 || (size_t)frame.total == content.len,
                "it is all of the file");
end:
    buf_free(&content);
    buf_free(&frame.body);
}

/* The gateway's token is for its host, and a generation goes out once. */
static void check_requests(const struct run *run)
{
    size_t count = peer_requests(), i, generations = 0;
    const char *host = peer_url() + strlen("http://");

    for (i = 0; i < count; i++) {
        const char *text = peer_request(i), *to, *token;

        if (!text)
            continue;
        to = strstr(text, "\r\nHost: ");
        token = strstr(text, "\r\nAuthorization: Bearer " TOKEN "\r\n");
        fuzz_insist(to != NULL, "a request has a host");
        fuzz_insist(!token || !strncmp(to + 8, host, strlen(host)),
                    "the token is for the gateway");
        generations += !strncmp(text, "POST /luma/generations ", 23);
    }
    fuzz_insist(generations <= 1, "a generation is sent once");
    fuzz_insist(run->kind != POST || run->retry || count <= 1,
                "a POST is sent once");
    fuzz_insist(run->allow_private || run->kind != LINK || !count,
                "a private address is not asked");
    fuzz_insist((run->kind != GET && run->kind != HEAD && run->kind != POST) ||
                    count < 2 * run->options.limits.attempts,
                "attempts are a limit");
    fuzz_insist(run->kind != FETCH ||
                    count <= 16 * run->options.limits.attempts,
                "those of a fetch as well, for each of its parts");
}

void verdict_check(const struct run *run)
{
    bool good = luma_job_error(run->job)->code == LUMA_OK;
    bool is_file = luma_job_path(run->job) != NULL;
    struct stat s;

    check_requests(run);
    fuzz_insist(!strstr(luma_job_error(run->job)->message, TOKEN),
                "no message shows the token");
    if (run->kind < LINK)
        check_outcomes(run);
    else
        fuzz_insist(good == is_file, "a good end has a file");
    fuzz_insist(is_file == (stat(folder_path("clip"), &s) == 0),
                "a file is there, or not");
    if (run->missing || (run->value && run->kind > FETCH && run->kind < WATCH))
        fuzz_insist(was_any_whole(run),
                    "what is missing or a value is certain");
    if (is_file)
        check_file(run);
    if (run->scalar && peer_requests())
        check_scalar(run);
}
