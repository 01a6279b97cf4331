/* SPDX-License-Identifier: MIT */
/* Tests of watch.h: what counts as a change, what is not believed at once, and
 * when the next round begins. */
#include "job/watch.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "id_list.h"
#include "json/reader.h"
#include "gateway/task.h"

static const struct luma_watch_options options = {5000, 15000, 60000, 30000};
static struct json_reader reader;

/* A task as a reply would have it. */
static struct luma_doc *task(const char *text)
{
    const char *at = text;
    struct luma_doc *doc = NULL;
    struct task_source source;

    alloc_spare(true);
    json_reset(&reader);
    if (json_feed(&reader, &at, text + strlen(text)) == JSON_ROOT)
        doc = json_take(&reader);
    must(doc);
    source = task_of_doc(doc);
    doc->state = task_find_state(&source, NULL);
    alloc_spare(false);
    return doc;
}

/* A watch of two ids, to be given to free_watch. */
static struct watch *new_watch(void)
{
    struct luma_ids *ids = ids_of("a b");
    struct watch *watch = watch_new(&options, ids, 0, 0);

    must(watch);
    luma_ids_unref(ids);
    return watch;
}

static void free_watch(struct watch *watch)
{
    job_unref(&watch->fetch.job);
}

/* What the watch makes of it: 'c' it has changed, 'f' it is final. */
static const char *seen(struct watch *watch, const char *text, int64_t now)
{
    static const char *const words[] = {"", "c", "f", "cf"};
    struct luma_doc *doc = task(text);
    int word;

    watch_compare(&watch->fetch, 1, doc, now);
    word = doc->changed + 2 * doc->final;
    free(doc);
    return words[word];
}

#define ROW(status, progress) \
    "{\"task_id\":\"x\",\"status\":\"" status "\",\"progress\":" progress "}"
#define DONE(video) "{\"id\":\"x\",\"state\":\"completed\"" video "}"

static void test_changes(void)
{
    struct watch *w = new_watch();

    CHECK_TEXT(seen(w, ROW("QUEUED", "\"0%\""), 0), "c");
    CHECK_TEXT(seen(w, ROW("QUEUED", "\"0%\""), 1), "");
    CHECK_TEXT(seen(w, ROW("SUBMITTED", "0"), 2), ""); /* the same state */
    CHECK_TEXT(seen(w, ROW("IN_PROGRESS", "\"0%\""), 3), "c");
    CHECK_TEXT(seen(w, ROW("IN_PROGRESS", "\"12.5%\""), 4), "c");
    CHECK_TEXT(seen(w, ROW("IN_PROGRESS", "12.5"), 5), "");
    CHECK_TEXT(seen(w, ROW("IN_PROGRESS", "null"), 6), "c");
    CHECK_TEXT(seen(w, ROW("IN_PROGRESS", "\"soon\""), 7), "");
    CHECK_TEXT(seen(w, ROW("FAILURE", "null"), 8), "cf");
    free_watch(w);
}

static void test_links(void)
{
    struct watch *w = new_watch();

    CHECK_TEXT(seen(w, DONE(""), 100), "c");
    CHECK_TEXT(seen(w, DONE(",\"video\":{\"url\":\"\"}"), 30099), "");
    CHECK_TEXT(seen(w, DONE(",\"video\":null"), 30100), "f");
    free_watch(w);
    w = new_watch();
    CHECK_TEXT(seen(w, DONE(",\"video_raw\":{\"url\":\"/u\"}"), 0), "cf");
    CHECK_TEXT(seen(w, DONE(",\"artifact\":{\"video\":{\"url\":\"/u\"}}"), 0),
               "f");
    CHECK_TEXT(seen(w,
                    "{\"task_id\":\"x\",\"status\":\"SUCCESS\",\"data\":{"
                    "\"video\":{\"download_url\":\"/u\"}}}",
                    0),
               "f");
    free_watch(w);
}

static void test_missing(void)
{
    struct watch *w = new_watch();

    CHECK(!watch_note_missing(&w->fetch, 1, GRACE_MISSING, 1000));
    CHECK(!watch_note_missing(&w->fetch, 1, GRACE_MISSING, 60999));
    CHECK(watch_note_missing(&w->fetch, 1, GRACE_MISSING, 61000));
    CHECK(!watch_note_missing(&w->fetch, 0, GRACE_MISSING,
                              61000)); /* each id by itself */
    seen(w, ROW("QUEUED", "0"), 61000);
    CHECK(!watch_note_missing(&w->fetch, 1, GRACE_MISSING,
                              70000)); /* from the beginning again */
    CHECK(watch_note_missing(&w->fetch, 1, GRACE_MISSING, 130000));
    free_watch(w);
}

/* The waits before so many rounds, changed or not, in seconds. */
static void test_rounds(void)
{
    static const double quiet[] = {5, 7.5, 11.25, 15, 15};
    struct watch *w = new_watch();
    size_t i;

    for (i = 0; i < COUNT(quiet); i++) {
        watch_begin_round(w);
        CHECK(w->due == 0);
        w->answered = true;
        CHECK(watch_end_round(w, 1000, 0.5));
        CHECK_INT(w->due, 1000 + (int64_t)(quiet[i] * 1000));
    }
    watch_begin_round(w);
    w->answered = w->changed = true;
    CHECK(watch_end_round(w, 0, 0) && w->due == 4500); /* jitter, a tenth */
    watch_begin_round(w);
    w->answered = true;
    CHECK(watch_end_round(w, 0, 0.5) && w->due == 7500);
    free_watch(w);
}

static void test_failures(void)
{
    struct watch *w = new_watch();
    struct luma_error error;
    int i;

    luma_error_set(&error, LUMA_ERR_SERVER);
    for (i = 0; i < WATCH_FAILED_ROUNDS; i++) {
        watch_begin_round(w);
        watch_note_failure(w, &error, 0);
        CHECK(watch_end_round(w, 0, 0.5));
    }
    watch_begin_round(w);
    error.retry_after = 45;
    watch_note_failure(w, &error, 0);
    w->answered = true; /* another request was */
    CHECK(watch_end_round(w, 0, 0.5) && w->due == 45000);
    watch_begin_round(w);
    for (i = 0; i < WATCH_FAILED_ROUNDS; i++)
        CHECK(watch_end_round(w, 100000, 0.5));
    CHECK(!watch_end_round(w, 100000, 0.5));
    CHECK(strstr(w->fetch.job.end.error.message, "6 times in a row") != NULL);
    CHECK(w->fetch.job.phase == JOB_FAILED);
    CHECK(w->fetch.job.end.error.code == LUMA_ERR_SERVER);
    free_watch(w);
}

/* Whatever the gateway asks for, the next round is within a minute. */
static void test_hold(void)
{
    static const double asked[] = {59, 60, 61, 3600, 253402300799.0, 1e300};
    struct luma_error error;
    size_t i;

    luma_error_set(&error, LUMA_ERR_RATE_LIMIT);
    for (i = 0; i < COUNT(asked); i++) {
        struct watch *w = new_watch();

        error.retry_after = asked[i];
        watch_begin_round(w);
        watch_note_failure(w, &error, 1000);
        CHECK(watch_end_round(w, 1000, 0.5));
        CHECK_INT(w->due, i ? 61000 : 60000);
        free_watch(w);
    }
}

int main(void)
{
    json_init(&reader, 1 << 16, false, NULL);
    test_changes();
    test_links();
    test_missing();
    test_rounds();
    test_failures();
    test_hold();
    json_free(&reader);
    return check_done();
}
