/* SPDX-License-Identifier: MIT */
/* Rounds, and what was seen in them. */
#include "job/watch.h"

#include <stdlib.h>

#include "job/ids.h"
#include "gateway/task.h"

enum { WORDS = 200, LONGEST_WORD = 64 /* bytes */ };

struct watch_seen {
    int64_t since; /* of the grace */
    int16_t progress;
    uint8_t state;
    uint8_t grace;
    uint8_t word; /* index + 1, or 0 */
    bool known;   /* state and progress are */
};

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

/* True when this grace has lasted `ms`; otherwise it begins, or goes on. */
static bool note_grace(struct watch_seen *seen, enum grace grace, int64_t ms,
                       int64_t now)
{
    if (seen->grace != grace)
        seen->since = now;
    seen->grace = grace;
    return now - seen->since >= ms;
}

void watch_compare(struct fetch *fetch, uint32_t id, struct luma_doc *task,
                   int64_t now)
{
    struct watch *watch = (struct watch *)fetch;
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
            note_grace(seen, GRACE_LINK, watch->options.link_grace, now);
    } else {
        seen->grace = GRACE_NONE;
        task->final = task->state == LUMA_STATE_COMPLETED ||
                      task->state == LUMA_STATE_FAILED;
    }
    watch->changed = watch->changed || task->changed;
}

bool watch_note_missing(struct fetch *fetch, uint32_t id, enum grace grace,
                        int64_t now)
{
    struct watch *watch = (struct watch *)fetch;

    return note_grace(&watch->seen[id], grace, watch->options.missing_grace,
                      now);
}

/* ---- rounds ------------------------------------------------------------ */

void watch_note_failure(struct watch *watch, const struct luma_error *error,
                        int64_t now)
{
    double asked = error->retry_after; /* may be any number */
    int64_t hold = now + (asked < RETRY_AFTER_CAP
                              ? (int64_t)(asked * 1000)
                              : RETRY_AFTER_CAP * (int64_t)1000);

    job_note_failure(&watch->fetch.job, error);
    if (hold > watch->hold)
        watch->hold = hold;
}

/* Up to a tenth earlier or later, so that many clients do not fall in step. */
static int64_t jittered(int64_t interval, double random)
{
    return (int64_t)((double)interval * (0.9 + 0.2 * random));
}

bool watch_end_round(struct watch *watch, int64_t now, double random)
{
    struct job *job = &watch->fetch.job;
    int64_t longest = watch->options.max_interval;

    watch->failed_rounds = watch->answered ? 0 : watch->failed_rounds + 1;
    if (watch->failed_rounds > WATCH_FAILED_ROUNDS) {
        luma_error_append(&job->end.error, "the round failed %u times in a row",
                          watch->failed_rounds);
        job->phase = JOB_FAILED;
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

/* Where nothing was ever understood, a page with a good status says that this
 * is no gateway. */
static bool is_no_gateway(const struct watch *watch,
                          const struct exchange_end *end)
{
    return !watch->trusted && end->page && end->error.code == LUMA_ERR_REPLY;
}

/* Such a page may come from something between the gateway and us, and be gone
 * soon, whatever its status. */
static bool is_passing(const struct watch *watch,
                       const struct exchange_end *end)
{
    return watch->trusted && end->foreign &&
           end->error.http_status / 100 != 2 &&
           end->error.code != LUMA_ERR_MEMORY;
}

/* Another round may put it right. */
static bool survives(struct fetch *fetch, const struct exchange_end *end,
                     int64_t now)
{
    struct watch *watch = (struct watch *)fetch;

    if (is_no_gateway(watch, end) ||
        (!end->error.retryable && !is_passing(watch, end)))
        return false;
    watch_note_failure(watch, &end->error, now);
    return true;
}

static int64_t due(const struct job *job)
{
    int64_t round = ((const struct watch *)job)->due;

    return round ? round : fetch_due(job);
}

static struct request *next(struct job *job, const struct job_context *c)
{
    struct watch *watch = (struct watch *)job;

    if (watch->due) {
        watch_begin_round(watch);
        if (!ledger_restart(&watch->fetch.ledger)) {
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
    struct watch *watch = (struct watch *)request->job;
    enum request_verdict verdict = fetch_ended(request, end, c);

    if (verdict == REQUEST_SETTLED) {
        watch->answered = watch->trusted = true;
        job_forget_failure(&watch->fetch.job);
    }
    return verdict;
}

/* Ends the round, if this was its last request. */
static void end_round(struct job *job, int64_t now, double random)
{
    struct watch *watch = (struct watch *)job;

    if (job->phase != JOB_RUNS || watch->due || watch->fetch.in_flight ||
        ledger_has_more(&watch->fetch.ledger))
        return;
    watch_end_round(watch, now, random);
}

/* NULL also if the word has more than 64 bytes, or came after 200 others. */
static const char *word(const struct job *job, uint32_t id, size_t *len)
{
    const struct watch *watch = (const struct watch *)job;
    uint8_t index = watch->seen[id].word;

    return index ? ids_get(watch->words, index - 1u, len) : NULL;
}

static void clear(struct job *job)
{
    struct watch *watch = (struct watch *)job;

    fetch_close(job);
    free(watch->seen);
    luma_ids_unref(watch->words);
}

static const struct fetch_rules rules = {watch_compare, watch_note_missing,
                                         survives};

static const struct job_kind watch_kind = {
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
    .idle = end_round,
    .close = fetch_close,
    .word = word,
    .clear = clear,
};

struct watch *watch_new(const struct luma_watch_options *options,
                        struct luma_ids *ids, int64_t deadline, int64_t now)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return NULL;
    watch->fetch.rules = &rules;
    watch->options = *options;
    watch->interval = options->interval;
    watch->seen = calloc(ids->count ? ids->count : 1, sizeof *watch->seen);
    watch->words = luma_ids_new(WORDS, 0);
    if (fetch_init(&watch->fetch, &watch_kind, ids, deadline, now) &&
        watch->seen && watch->words)
        return watch;
    job_unref(&watch->fetch.job);
    return NULL;
}
