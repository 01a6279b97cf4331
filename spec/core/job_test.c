/* SPDX-License-Identifier: MIT */
/* Tests of fetch.h: whole jobs against servers that cap, repeat, send tasks
 * that were not requested, and break off. However it goes, every id has exactly
 * one outcome. */
#include "job/fetch.h"

#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "json/reader.h"

enum { MAX_IDS = 24, MAX_IN_FLIGHT = 4, MANY_TURNS = 20000 };

#ifdef __SANITIZE_THREAD__ /* slow, and there is but one thread here */
enum { RUNS = 15000 };
#else
enum { RUNS = 150000 };
#endif

/* What a server does, one in so many times; 0: never. */
struct server {
    unsigned cap;     /* tasks an answer holds; 0: all that were asked for */
    unsigned forgets; /* a task */
    unsigned repeats; /* a task twice */
    unsigned strays;  /* tasks of other requests, and of none */
    unsigned breaks;  /* a reply off in the middle */
    unsigned gives_up;
    unsigned unreadable;
};

enum outcome { OPEN, TASK, MISSING, FAILED };

struct run {
    uint64_t seed;
    struct server server;
    uint32_t count, size; /* ids, and ids a batch */
    struct luma_ids *ids;
    struct luma_options options;
    struct job_context context;
    struct job *job;
    struct event_list events;
    struct request *in_flight[MAX_IN_FLIGHT];
    unsigned turns;
    bool known[MAX_IDS]; /* to the server */
    enum outcome outcome[MAX_IDS];
    unsigned tasks, ends;
    size_t bytes;
    enum luma_code end;
};

static struct json_reader reader;

/* ---- the server -------------------------------------------------------- */

static bool one_in(struct run *run, unsigned n)
{
    return n && chance(&run->seed, n) == 0;
}

/* A task, of the test's own memory. */
static struct luma_doc *make_task(const char *id, size_t len)
{
    char text[100];
    int n = snprintf(text, sizeof text, "{\"id\":\"%.*s\",\"state\":\"x\"}",
                     (int)len, id);
    const char *at = text;
    struct luma_doc *doc = NULL;

    alloc_spare(true);
    json_reset(&reader);
    if (json_feed(&reader, &at, text + n) == JSON_ROOT)
        doc = json_take(&reader);
    must(doc);
    doc->event.kind = LUMA_EVENT_TASK;
    alloc_spare(false);
    return doc;
}

static enum doc_verdict send_doc(struct run *run, struct request *request,
                                 const char *id, size_t len)
{
    return run->job->kind->document(request, make_task(id, len), &run->context);
}

static void answer_with(struct run *run, struct request *request,
                        uint32_t index)
{
    size_t len;
    const char *id = ids_get(run->ids, index, &len);

    if (send_doc(run, request, id, len) == DOC_DELIVERED)
        insist(run->known[index], "a task the server has");
}

static void answer_strays(struct run *run, struct request *request)
{
    uint32_t other = (uint32_t)chance(&run->seed, run->count);

    insist(send_doc(run, request, "nobody's", 8) == DOC_DROPPED,
           "a task that was not requested is not passed on");
    if (run->known[other])
        answer_with(run, request, other);
}

/* The response; false when it breaks off. */
static bool reply_to(struct run *run, struct request *request,
                     struct exchange_end *end)
{
    const struct server *s = &run->server;
    unsigned room = s->cap ? s->cap : MAX_IDS;
    uint32_t asked[MAX_IDS], count = request->settled.count, i;

    memcpy(asked, request->settled.ids, count * sizeof *asked);
    for (i = 0; i < count && room; i++) {
        if (one_in(run, s->breaks))
            return false;
        if (one_in(run, s->strays))
            answer_strays(run, request);
        if (!run->known[asked[i]] || one_in(run, s->forgets))
            continue;
        answer_with(run, request, asked[i]);
        if (one_in(run, s->repeats))
            answer_with(run, request, asked[i]);
        room--;
    }
    end->unreadable = one_in(run, s->unreadable);
    end->unreadable_code = one_in(run, 2) ? LUMA_ERR_TOO_LARGE : LUMA_ERR_REPLY;
    return !one_in(run, s->breaks);
}

/* ---- the caller -------------------------------------------------------- */

static void settle(struct run *run, uint32_t id, enum outcome outcome)
{
    insist(id < run->count, "an id of the job");
    insist(run->outcome[id] == OPEN, "an id has one outcome");
    run->outcome[id] = outcome;
}

static void hear_answer(struct run *run, const struct luma_settled *answer)
{
    uint32_t i;

    for (i = 0; i < answer->count; i++)
        settle(run, answer->ids[i],
               answer->error.code == LUMA_OK ? MISSING : FAILED);
}

/* Takes all events there are. */
static void hear(struct run *run)
{
    struct luma_event *event;

    while ((event = event_list_pop(&run->events))) {
        insist(!run->ends, "nothing comes behind the end");
        insist(event->job == (struct luma_job *)run, "whose it is");
        if (event->kind == LUMA_EVENT_TASK) {
            settle(run, ((struct luma_doc *)event)->id, TASK);
            run->tasks++;
            run->bytes += ((struct luma_doc *)event)->size;
        } else if (event->kind == LUMA_EVENT_SETTLED) {
            hear_answer(run, (struct luma_settled *)event);
        } else {
            run->end = ((struct luma_end *)event)->error.code;
            run->ends++;
        }
        event_dispose(event);
    }
}

/* ---- the thread -------------------------------------------------------- */

static struct ledger *ledger_of(const struct run *run)
{
    return &((struct fetch *)run->job)->ledger;
}

static void check_sent(const struct run *run, const struct request *request)
{
    const struct luma_settled *answer = &request->settled;
    uint32_t i;

    insist(answer->count > 0 && answer->count <= run->size,
           "a batch has from 1 to `size` ids");
    for (i = 0; i < answer->count; i++)
        insist(run->outcome[answer->ids[i]] == OPEN,
               "no id is requested after it has its outcome");
}

/* Makes a request if there is room and need for one. False: no memory. */
static bool send_one(struct run *run)
{
    const struct job_kind *kind = run->job->kind;
    unsigned i = 0;

    while (i < MAX_IN_FLIGHT && run->in_flight[i])
        i++;
    if (i == MAX_IN_FLIGHT || kind->due(run->job) > 1000)
        return true;
    run->options.batch_size = run->size;
    run->in_flight[i] = kind->next(run->job, &run->context);
    return run->in_flight[i] != NULL;
}

/* The request in this place has failed for good, or is settled. */
static void end_request(struct run *run, unsigned place,
                        struct exchange_end *end)
{
    struct request *request = run->in_flight[place];
    const struct job_kind *kind = run->job->kind;

    if (kind->ended(request, end, &run->context) == REQUEST_FAILED) {
        if (request->attempts < 3 && !one_in(run, run->server.gives_up))
            return; /* it is retried */
        kind->failed(request, end, &run->context);
    }
    run->in_flight[place] = NULL;
}

/* The request in this place is sent and answered. */
static void exchange(struct run *run, unsigned place)
{
    struct request *request = run->in_flight[place];
    struct exchange_end end = {.sends = 1, .listed = true};
    struct luma_error error;

    /* what was settled while it waited is sent again, and does no harm */
    batch_drop_settled((struct batch *)request, ledger_of(run));
    hear(run);
    if (request->settled.count)
        check_sent(run, request);
    request->attempts++;
    if (!run->job->kind->prepare(request, &run->context, &error)) {
        run->job->kind->failed(request, &(struct exchange_end){.error = error},
                               &run->context);
        run->in_flight[place] = NULL;
        return;
    }
    luma_error_set(&end.error,
                   reply_to(run, request, &end) ? LUMA_OK : LUMA_ERR_TRUNCATED);
    end_request(run, place, &end);
}

static void drop_in_flight(struct run *run)
{
    unsigned i;

    for (i = 0; i < MAX_IN_FLIGHT; i++) {
        if (run->in_flight[i])
            run->job->kind->drop(run->in_flight[i]);
        run->in_flight[i] = NULL;
    }
}

/* Runs to the end, or is cancelled one in `cancel` times. */
static void run_job(struct run *run, unsigned cancel)
{
    enum luma_code code = LUMA_OK;

    while (run->job->phase == JOB_RUNS && code == LUMA_OK) {
        unsigned place = (unsigned)chance(&run->seed, MAX_IN_FLIGHT);

        if (one_in(run, cancel))
            code = LUMA_ERR_CANCELLED;
        else if (chance(&run->seed, 2) && !send_one(run))
            code = LUMA_ERR_MEMORY;
        else if (run->in_flight[place])
            exchange(run, place);
        hear(run);
        if (++run->turns > MANY_TURNS)
            code = LUMA_ERR_STALL_TIMEOUT;
    }
    drop_in_flight(run);
    if (code == LUMA_OK && run->job->phase == JOB_FAILED)
        code = run->job->end.error.code;
    job_end(run->job, code, &run->events);
    hear(run);
    insist(run->ends == 1, "it ends once");
    insist(run->turns <= MANY_TURNS, "it comes to an end");
    insist(run->end == code, "with what ended it");
}

/* False: no memory. */
static bool start(struct run *run, uint32_t count)
{
    char id[16];
    uint32_t i;

    run->context = (struct job_context){&run->options, &run->events, 1000};
    run->count = count;
    run->ids = luma_ids_new(count, 8);
    for (i = 0; run->ids && i < count; i++) {
        int n = snprintf(id, sizeof id, "%x", i * 0x9E3779B9u);

        if (luma_ids_add(run->ids, id, (size_t)n) != LUMA_OK)
            return false;
    }
    if (run->ids)
        run->job = fetch_new(run->ids, 0, 1000);
    if (run->job)
        job_ref(run->job)->end.event.job = (struct luma_job *)run;
    return run->job != NULL;
}

static void finish(struct run *run)
{
    if (run->job) {
        insist(atomic_load(&run->job->undelivered) == run->bytes,
               "undelivered bytes are those of the tasks");
        job_unref(run->job);
    }
    luma_ids_unref(run->ids);
}

static void check_outcomes(const struct run *run, bool all)
{
    uint32_t i;

    for (i = 0; i < run->count; i++) {
        insist(run->outcome[i] != OPEN || !all, "every id has an outcome");
        insist(run->outcome[i] != TASK || run->known[i], "tasks are known");
    }
}

/* ---- runs -------------------------------------------------------------- */

static char case_name[80];

/* A run in all that may be different from others. */
static struct run new_run(uint64_t seed)
{
    struct run run = {.seed = seed};
    uint32_t i, unknown = (uint32_t)chance(&run.seed, 5);

    snprintf(case_name, sizeof case_name, "seed %llu",
             (unsigned long long)seed);
    check_case = case_name;
    run.size = 1 + (uint32_t)chance(&run.seed, 8);
    for (i = 0; i < MAX_IDS; i++)
        run.known[i] = !one_in(&run, unknown);
    run.server.cap = (unsigned)chance(&run.seed, 5);
    return run;
}

static uint64_t seed_of(unsigned run)
{
    return (run + 1) * 0x9E3779B97F4A7C15u;
}

static uint32_t some_ids(struct run *run)
{
    return 1 + (uint32_t)chance(&run->seed, MAX_IDS);
}

/* Whatever a server does. */
static void test_hostile_servers(void)
{
    unsigned i;

    for (i = 0; i < RUNS && !check_failures(); i++) {
        struct run run = new_run(seed_of(i));
        struct server *s = &run.server;
        unsigned cancel = one_in(&run, 4) ? 20 : 0;

        s->forgets = (unsigned)chance(&run.seed, 6);
        s->repeats = (unsigned)chance(&run.seed, 4);
        s->strays = (unsigned)chance(&run.seed, 4);
        s->breaks = (unsigned)chance(&run.seed, 12);
        s->breaks += s->breaks == 1;
        s->gives_up = (unsigned)chance(&run.seed, 4);
        s->unreadable = (unsigned)chance(&run.seed, 10);
        must(start(&run, some_ids(&run)));
        run_job(&run, cancel);
        check_outcomes(&run, run.end != LUMA_ERR_CANCELLED);
        finish(&run);
    }
}

/* A server that only caps its answers loses nothing. */
static void test_capping_servers(void)
{
    unsigned i;

    for (i = 0; i < RUNS / 5 && !check_failures(); i++) {
        struct run run = new_run(seed_of(i + RUNS));
        uint32_t k;

        run.server.repeats = (unsigned)chance(&run.seed, 4);
        must(start(&run, some_ids(&run)));
        run_job(&run, 0);
        for (k = 0; k < run.count; k++)
            insist(run.outcome[k] == (run.known[k] ? TASK : MISSING),
                   "tasks are what the server has");
        finish(&run);
    }
}

/* ---- single steps ------------------------------------------------------ */

/* The next request, which has `count` ids, is answered without a task, and with
 * `unreadable` rows. */
static void answer_nothing(struct run *run, uint32_t count, uint32_t unreadable)
{
    struct exchange_end end = {.sends = 1, .listed = true};

    must(send_one(run));
    CHECK_INT(run->in_flight[0]->settled.count, count);
    luma_error_set(&end.error, LUMA_OK);
    end.unreadable = unreadable;
    end.unreadable_code = LUMA_ERR_REPLY;
    end_request(run, 0, &end);
    CHECK(!run->in_flight[0]);
    hear(run);
}

/* One request for four ids, the first of which is answered; one of the others
 * is to blame for what cannot be read, and one is not known. */
static void test_unreadable(void)
{
    struct run run = {.size = 4, .known = {true}};
    struct exchange_end end = {.unreadable = 2,
                               .unreadable_code = LUMA_ERR_REPLY};

    must(start(&run, 4) && send_one(&run));
    answer_with(&run, run.in_flight[0], 0);
    luma_error_set(&end.error, LUMA_OK);
    end_request(&run, 0, &end); /* the others are requested again */
    hear(&run);
    CHECK(run.outcome[0] == TASK && run.outcome[1] == OPEN);
    answer_nothing(&run, 1, 1); /* in halves */
    answer_nothing(&run, 2, 1);
    CHECK(run.outcome[1] == FAILED && run.outcome[2] == OPEN);
    answer_nothing(&run, 1, 0);
    answer_nothing(&run, 1, 1);
    CHECK(run.outcome[2] == MISSING && run.outcome[3] == FAILED);
    CHECK(run.job->phase == JOB_DONE);
    job_end(run.job, LUMA_ERR_CANCELLED, &run.events);
    hear(&run);
    CHECK_INT(run.end, LUMA_OK);
    finish(&run);
}

/* A task of another request that is in flight still counts. */
static void test_late_task(void)
{
    struct run run = {.size = 1, .known = {true, true}};

    must(start(&run, 2) && send_one(&run) && send_one(&run));
    answer_with(&run, run.in_flight[0], 1);
    hear(&run);
    CHECK(run.outcome[1] == TASK);
    exchange(&run, 1); /* none of its ids is open any more */
    hear(&run);
    CHECK(run.outcome[0] == OPEN && run.job->phase == JOB_RUNS);
    exchange(&run, 0);
    hear(&run);
    CHECK(run.outcome[0] == TASK && run.job->phase == JOB_DONE);
    job_end(run.job, LUMA_OK, &run.events);
    hear(&run);
    finish(&run);
}

static void test_nothing_to_do(void)
{
    struct run run = {.size = 1};

    run.ids = luma_ids_new(1, 1);
    must(run.ids);
    run.job = fetch_new(run.ids, 50, 1000);
    must(run.job);
    job_ref(run.job)->end.event.job = (struct luma_job *)&run;
    CHECK(run.job->phase == JOB_DONE);
    CHECK_INT(run.job->deadline, 1050);
    job_end(run.job, LUMA_ERR_DEADLINE, &run.events);
    hear(&run);
    CHECK_INT(run.end, LUMA_OK);
    finish(&run);
}

/* A job that is never run is freed with its event. */
static void test_dropped(void)
{
    struct run run = {.size = 2};

    must(start(&run, 3));
    event_dispose(&run.job->end.event);
    finish(&run);
}

/* ---- memory that runs out ---------------------------------------------- */

/* False once no call fails any more. */
static bool run_without_memory(uint64_t seed, unsigned n, bool for_ever)
{
    struct run run = new_run(seed);
    bool failed;

    run.server = (struct server){.cap = 2, .repeats = 3, .strays = 3};
    snprintf(case_name, sizeof case_name, "seed %llu, call %u fails%s",
             (unsigned long long)seed, n, for_ever ? " and all behind" : "");
    alloc_fail_at(n, for_ever);
    if (start(&run, MAX_IDS))
        run_job(&run, 0);
    failed = alloc_stop() >= n;
    if (run.job)
        check_outcomes(&run, run.end == LUMA_OK);
    finish(&run);
    return failed;
}

static void test_memory(void)
{
    unsigned i, n;

    for (i = 0; i < 100; i++)
        for (n = 1; run_without_memory(seed_of(i / 2), n, i % 2); n++)
            ;
    CHECK(n > 8);
}

int main(void)
{
    json_init(&reader, 1000, false, NULL);
    test_unreadable();
    test_late_task();
    test_nothing_to_do();
    test_dropped();
    test_hostile_servers();
    test_capping_servers();
    test_memory();
    CHECK(check_failures() == 0);
    json_free(&reader);
    return check_done();
}
