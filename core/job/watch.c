/* SPDX-License-Identifier: MIT */
/* Rounds and what was seen in them. */
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

struct watch *watch_new(const struct luma_watch *options, uint32_t ids)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return NULL;
    watch->options = *options;
    watch->interval = options->interval;
    watch->seen = calloc(ids ? ids : 1, sizeof *watch->seen);
    watch->words = luma_ids_new(WORDS, 0);
    if (watch->seen && watch->words)
        return watch;
    watch_free(watch);
    return NULL;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    free(watch->seen);
    luma_ids_unref(watch->words);
    free(watch);
}

/* ---- what is seen ------------------------------------------------------ */

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
static bool outlives(struct watch_seen *seen, enum watch_doubt doubt,
                     int64_t grace, int64_t now)
{
    if (seen->doubt != doubt)
        seen->since = now;
    seen->doubt = doubt;
    return now - seen->since >= grace;
}

void watch_task(struct watch *watch, uint32_t id, struct luma_doc *task,
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
            outlives(seen, HAS_NO_LINK, watch->options.link_grace, now);
    } else {
        seen->doubt = NO_DOUBT;
        task->final = task->state == LUMA_STATE_COMPLETED ||
                      task->state == LUMA_STATE_FAILED;
    }
    watch->changed = watch->changed || task->changed;
}

bool watch_doubts(struct watch *watch, uint32_t id, enum watch_doubt doubt,
                  int64_t now)
{
    return outlives(&watch->seen[id], doubt, watch->options.missing_grace, now);
}

void watch_trouble(struct watch *watch, const struct luma_error *error,
                   int64_t now)
{
    int64_t hold = now + (int64_t)(error->retry_after * 1000);
    bool obeyed = error->http_status == 429 || error->http_status == 503;

    watch->trouble = *error;
    if (obeyed && error->retry_after > 0 && hold > watch->hold)
        watch->hold = hold;
}

/* Up to a tenth earlier or later, so that many clients do not fall in step. */
static int64_t jittered(int64_t interval, double chance)
{
    return (int64_t)((double)interval * (0.9 + 0.2 * chance));
}

bool watch_rest(struct watch *watch, int64_t now, double chance)
{
    int64_t longest = watch->options.max_interval;

    watch->bad = watch->answered ? 0 : watch->bad + 1;
    if (watch->bad > WATCH_BAD_ROUNDS) {
        luma_error_append(&watch->trouble, "the round failed %u times in a row",
                          watch->bad);
        return false;
    }
    if (watch->changed)
        watch->interval = watch->options.interval;
    watch->due = now + jittered(watch->interval, chance);
    if (watch->due < watch->hold)
        watch->due = watch->hold;
    watch->interval += (watch->interval + 1) / 2;
    if (watch->interval > longest)
        watch->interval = longest;
    return true;
}

void watch_begin(struct watch *watch)
{
    watch->due = 0;
    watch->changed = watch->answered = false;
}
