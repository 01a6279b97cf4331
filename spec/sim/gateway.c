/* SPDX-License-Identifier: MIT */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "spec/core/check.h"
#include "gateway/task.h"
#include "json/reader.h"
#include "world.h"

enum { TASK_SIZE = 160, SLOWEST = 3000, LAST_TASK = 60000 };

static struct {
    unsigned failing;         /* per cent of the requests */
    int64_t out_from, out_to; /* nothing works in this time */
    unsigned leaving_out, unreadable, strange;
    int64_t done_by; /* ms: all tasks are completed then */
    unsigned submissions;
} mood;

static struct json_reader reader;

/* ---- how it ends ------------------------------------------------------- */

struct failure {
    enum luma_code code;
    long status;
    unsigned sends;
};

static const struct failure failures[] = {
    {LUMA_ERR_CONNECT, 0, 0},      {LUMA_ERR_NETWORK, 0, 1},
    {LUMA_ERR_TRUNCATED, 200, 1},  {LUMA_ERR_STALL_TIMEOUT, 0, 1},
    {LUMA_ERR_SERVER, 500, 1},     {LUMA_ERR_SERVER, 503, 1},
    {LUMA_ERR_RATE_LIMIT, 429, 1}, {LUMA_ERR_REPLY, 200, 1},
    {LUMA_ERR_AUTH, 401, 1},       {LUMA_ERR_REJECTED, 422, 1},
    {LUMA_ERR_SERVER, 425, 1},     {LUMA_ERR_ATTEMPT_TIMEOUT, 0, 1},
};

static bool is_out(void)
{
    return world_now() >= mood.out_from && world_now() < mood.out_to;
}

/* Most failures are temporary ones. */
static void fail(struct exchange_end *end)
{
    size_t n = COUNT(failures);
    const struct failure *f =
        &failures[is_out() ? world_chance(2) : world_chance((uint32_t)n)];

    if (f->status == 401 && !world_happens(10))
        f = &failures[0];
    luma_error_set(&end->error, f->code);
    end->outcome = EXCHANGE_FAILED;
    end->error.http_status = f->status;
    end->retry_class = retry_class_of(f->code, f->status);
    end->sends = f->sends;
    if ((f->status == 429 || f->status == 503) && world_happens(50)) {
        end->retry_after.kind = RETRY_AFTER_SECONDS;
        end->retry_after.seconds = world_chance(90);
    }
}

static void succeed(struct exchange_end *end)
{
    luma_error_set(&end->error, LUMA_OK);
    end->outcome = EXCHANGE_DONE;
    end->listed = !world_happens(mood.strange / 4);
    end->sends = 1 + world_happens(2);
}

/* ---- tasks ------------------------------------------------------------- */

static void add(struct flight *flight, const char *text)
{
    char **texts =
        realloc(flight->texts, (flight->count + 1) * sizeof *flight->texts);

    must(texts);
    flight->texts = texts;
    flight->texts[flight->count] = strdup(text);
    must(flight->texts[flight->count++]);
}

/* Some ids are unknown for ever: those that begin with n. */
static void add_task(struct flight *flight, const char *id, size_t len)
{
    char text[TASK_SIZE];
    bool done = world_now() >= mood.done_by || world_happens(20);

    if (*id == 'n' || world_happens(mood.leaving_out))
        return;
    if (world_happens(mood.unreadable)) {
        flight->end.unreadable++;
        flight->end.unreadable_code = world_happens(50) ? LUMA_ERR_REPLY
                                                        : LUMA_ERR_TOO_LARGE;
        return;
    }
    snprintf(text, sizeof text,
             done ? "{\"id\":\"%.*s\",\"state\":\"completed\","
                    "\"video\":{\"url\":\"https://v/x\"}}"
                  : "{\"id\":\"%.*s\",\"state\":\"processing\"}",
             (int)len, id);
    add(flight, text);
    if (world_happens(mood.strange))
        add(flight, world_happens(50) ? text : "{\"id\":\"stranger\"}");
}

static void swap_some(struct flight *flight)
{
    size_t i;

    for (i = 1; i < flight->count; i++) {
        size_t j = world_chance((uint32_t)i + 1);
        char *text = flight->texts[i];

        flight->texts[i] = flight->texts[j];
        flight->texts[j] = text;
    }
}

static void add_tasks(struct flight *flight)
{
    const struct luma_settled *settled = &flight->request->settled;
    uint32_t i;

    for (i = 0; i < settled->count; i++) {
        size_t len;
        const char *id =
            ids_get(flight->request->job->ids, settled->ids[i], &len);

        add_task(flight, id, len);
    }
    if (world_happens(30))
        swap_some(flight);
}

/* What a submission or another request is answered with. */
static void add_value(struct flight *flight)
{
    static const char *const values[] = {
        "{\"id\":\"made\",\"state\":\"queued\"}", "{\"id\":\"made\"}", "[]",
        "{\"code\":\"success\",\"data\":\"made\"}", "12"};

    if (flight->end.sends)
        mood.submissions++;
    if (flight->end.outcome == EXCHANGE_DONE || world_happens(20))
        add(flight, values[world_chance(COUNT(values))]);
}

/* ---- the exchange ------------------------------------------------------ */

void gateway_begin(void)
{
    static const unsigned some[] = {0, 0, 2, 10, 40, 100};

    json_init(&reader, TASK_SIZE, false, NULL);
    memset(&mood, 0, sizeof mood);
    mood.failing = some[world_chance(COUNT(some))];
    mood.leaving_out = some[world_chance(5)];
    mood.unreadable = some[world_chance(4)];
    mood.strange = some[world_chance(5)];
    mood.done_by = world_now() + world_time(LAST_TASK);
    if (world_happens(20)) {
        mood.out_from = world_now() + world_time(10000);
        mood.out_to = mood.out_from + world_time(60000);
    }
}

void gateway_end(void)
{
    json_free(&reader);
}

struct flight *gateway_send(struct request *request)
{
    struct flight *flight = calloc(1, sizeof *flight);

    must(flight);
    flight->request = request;
    flight->at = world_now() + world_time(SLOWEST);
    if (is_out() || world_happens(mood.failing))
        fail(&flight->end);
    else
        succeed(&flight->end);
    if (request->target == REQUEST_ENDPOINT)
        add_value(flight);
    else if (flight->end.outcome == EXCHANGE_DONE ||
             flight->end.error.code == LUMA_ERR_TRUNCATED)
        add_tasks(flight);
    flight->coming = flight->end.outcome == EXCHANGE_DONE
                         ? flight->count
                         : world_chance((uint32_t)flight->count + 1);
    return flight;
}

struct luma_doc *gateway_task(struct flight *flight)
{
    const char *text = flight->texts[flight->sent++];
    const char *at = text;
    struct luma_doc *doc = NULL;
    struct task_source source;

    json_reset(&reader);
    if (json_feed(&reader, &at, text + strlen(text)) == JSON_ROOT ||
        json_end(&reader) == JSON_ROOT)
        doc = json_take(&reader);
    must(doc);
    source = task_of_doc(doc);
    doc->state = task_find_state(&source, NULL);
    flight->at += world_happens(50) ? 0 : world_time(300);
    return doc;
}

void gateway_free(struct flight *flight)
{
    while (flight->count)
        free(flight->texts[--flight->count]);
    free(flight->texts);
    free(flight);
}

unsigned gateway_submissions(void)
{
    return mood.submissions;
}
