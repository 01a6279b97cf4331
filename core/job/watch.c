/* SPDX-License-Identifier: MIT */
/* Rounds, and what was seen in them. */
#include "job/watch.h"

#include <stdlib.h>

#include "job/ids.h"
#include "gateway/task.h"

enum { WORDS = 200, LONGEST_WORD = 64 /* bytes */ };

struct watch_seen {
    int64_t since; /* of the doubt */
    int16_t progress;
    uint8_t state;
    uint8_t doubt;
    uint8_t word; /* index + 1, or 0 */
    bool known;   /* state and progress are */
};

bool watch_init(struct watch *watch, const struct luma_watch_options *options,
                uint32_t ids)
{
    watch->options = *options;
    watch->interval = options->interval;
    watch->seen = calloc(ids ? ids : 1, sizeof *watch->seen);
    watch->words = luma_ids_new(WORDS, 0);
    return watch->seen && watch->words;
}

void watch_clear(struct watch *watch)
{
    free(watch->seen);
    luma_ids_unref(watch->words);
}

/* ---- tasks ------------------------------------------------------------- */

/* Words are few, whatever the number of tasks: one byte leads to them. */
static uint8_t note_word(struct watch *watch, const struct task_value *word)
{
    if (word->kind == TASK_OTHER || word->kind == TASK_FLOAT || !word->len ||
        word->len > LONGEST_WORD ||
        (watch->words->count == WORDS &&
         ids_find(watch->words, word->text, word->len) < 0) ||
        luma_ids_add(watch->words, word->text, word->len) != LUMA_OK)
        return 0;
    return (uint8_t)(ids_find(watch->words, word->text, word->len) + 1);
}

const char *watch_word(const struct watch *watch, uint32_t id, size_t *len)
{
    uint8_t word = watch->seen[id].word;

    return word ? ids_get(watch->words, word - 1u, len) : NULL;
}

/* True when the doubt is as old as `grace`; otherwise it begins, or goes on. */
static bool note_doubt_of(struct watch_seen *seen, enum doubt doubt,
                          int64_t grace, int64_t now)
{
    if (seen->doubt != doubt)
        seen->since = now;
    seen->doubt = doubt;
    return now - seen->since >= grace;
}

void watch_compare(struct watch *watch, uint32_t id, struct luma_doc *task,
                   int64_t now)
{
    struct watch_seen *seen = &watch->seen[id];
    struct task_source source = task_of_doc(task);
    int progress = (int)(task_find_progress(&source) * 100);
    struct task_value found;

    task_find_state(&source, &found);
    seen->word = note_word(watch, &found);
    task->changed = !seen->known || seen->state != task->state ||
                    seen->progress != progress;
    seen->known = true;
    seen->state = (uint8_t)task->state;
    seen->progress = (int16_t)progress;
    if (task->state == LUMA_STATE_COMPLETED &&
        !task_find_link(&source, LUMA_MEDIA_VIDEO, &found)) {
        task->final =
            note_doubt_of(seen, HAS_NO_LINK, watch->options.link_grace, now);
    } else {
        seen->doubt = NO_DOUBT;
        task->final = task->state == LUMA_STATE_COMPLETED ||
                      task->state == LUMA_STATE_FAILED;
    }
    watch->changed = watch->changed || task->changed;
}

bool watch_note_doubt(struct watch *watch, uint32_t id, enum doubt doubt,
                      int64_t now)
{
    return note_doubt_of(&watch->seen[id], doubt, watch->options.missing_grace,
                         now);
}

/* ---- rounds ------------------------------------------------------------ */

void watch_note_failure(struct watch *watch, const struct luma_error *error,
                        int64_t now)
{
    int64_t hold = now + (int64_t)(error->retry_after * 1000);
    bool followed = error->http_status == 429 || error->http_status == 503;

    watch->failure = *error;
    if (followed && error->retry_after > 0 && hold > watch->hold)
        watch->hold = hold;
}

/* Up to a tenth earlier or later, so that many clients do not fall in step. */
static int64_t jittered(int64_t interval, double random)
{
    return (int64_t)((double)interval * (0.9 + 0.2 * random));
}

bool watch_end_round(struct watch *watch, int64_t now, double random)
{
    int64_t longest = watch->options.max_interval;

    watch->failed_rounds = watch->answered ? 0 : watch->failed_rounds + 1;
    if (watch->failed_rounds > WATCH_FAILED_ROUNDS) {
        luma_error_append(&watch->failure, "the round failed %u times in a row",
                          watch->failed_rounds);
        return false;
    }
    if (watch->changed)
        watch->interval = watch->options.interval;
    watch->due = now + jittered(watch->interval, random);
    if (watch->due < watch->hold)
        watch->due = watch->hold;
    watch->interval += (watch->interval + 1) / 2;
    if (watch->interval > longest)
        watch->interval = longest;
    return true;
}

void watch_begin_round(struct watch *watch)
{
    watch->due = 0;
    watch->changed = watch->answered = false;
}

/* ---- the kind ---------------------------------------------------------- */

struct watch_job {
    struct fetch fetch; /* first */
    struct watch watch;
};

static struct watch *watch_of(struct fetch *fetch)
{
    return &((struct watch_job *)fetch)->watch;
}

static void compare(struct fetch *fetch, uint32_t id, struct luma_doc *task,
                    int64_t now)
{
    watch_compare(watch_of(fetch), id, task, now);
}

static bool note_doubt(struct fetch *fetch, uint32_t id, enum doubt doubt,
                       int64_t now)
{
    return watch_note_doubt(watch_of(fetch), id, doubt, now);
}

/* Another round may put it right. A page that is not in the gateway's own words
 * may come from something between the gateway and us, and be gone soon. */
static bool survives(struct fetch *fetch, const struct exchange_end *end,
                     int64_t now)
{
    struct watch *watch = watch_of(fetch);

    if (!end->error.retryable &&
        !(watch->trusted && end->foreign && end->error.code != LUMA_ERR_MEMORY))
        return false;
    watch_note_failure(watch, &end->error, now);
    return true;
}

static int64_t due(const struct job *job)
{
    int64_t round = ((const struct watch_job *)job)->watch.due;

    return round ? round : fetch_due(job);
}

static struct request *next(struct job *job, const struct job_context *c)
{
    struct watch_job *w = (struct watch_job *)job;

    if (w->watch.due) {
        watch_begin_round(&w->watch);
        if (!ledger_restart(&w->fetch.ledger)) {
            job_fail_memory(job);
            return NULL;
        }
    }
    return fetch_next(job, c);
}

static enum request_verdict ended(struct request *request,
                                  struct exchange_end *end,
                                  const struct job_context *c)
{
    struct watch *watch = watch_of((struct fetch *)request->job);
    enum request_verdict verdict = fetch_ended(request, end, c);

    if (verdict == REQUEST_SETTLED)
        watch->answered = watch->trusted = true;
    return verdict;
}

/* Ends the round, if this was its last request. */
static void rest(struct job *job, int64_t now, double random)
{
    struct watch_job *w = (struct watch_job *)job;

    if (job->phase != JOB_RUNS || w->watch.due || w->fetch.in_flight ||
        ledger_has_more(&w->fetch.ledger))
        return;
    if (!watch_end_round(&w->watch, now, random))
        job_fail(job, &w->watch.failure);
}

static const char *word(const struct job *job, uint32_t id, size_t *len)
{
    return watch_word(&((const struct watch_job *)job)->watch, id, len);
}

static void clear(struct job *job)
{
    fetch_close(job);
    watch_clear(watch_of((struct fetch *)job));
}

static const struct fetch_rules rules = {compare, note_doubt, survives};

static const struct job_kind watch_kind = {
    .name = "watch",
    .loop = LOOP_GATEWAY,
    .keeps_open_ids = true,
    .begin = fetch_begin,
    .due = due,
    .next = next,
    .prepare = fetch_prepare,
    .document = fetch_document,
    .ended = ended,
    .failed = fetch_failed,
    .drop = fetch_drop,
    .rest = rest,
    .close = fetch_close,
    .word = word,
    .clear = clear,
};

struct job *watch_new(const struct luma_watch_options *options,
                      struct luma_ids *ids, int64_t deadline, int64_t now)
{
    struct watch_job *w = calloc(1, sizeof *w);
    bool good;

    if (!w)
        return NULL;
    w->fetch.rules = &rules;
    good = watch_init(&w->watch, options, ids->count);
    if (fetch_init(&w->fetch, &watch_kind, ids, deadline, now) && good)
        return &w->fetch.job;
    job_unref(&w->fetch.job);
    return NULL;
}
