/* SPDX-License-Identifier: MIT */
/* One outcome for each id, and which are requested next. */
#include "job/ledger.h"

#include <stdlib.h>

enum { HOPELESS = 64 }; /* responses */

bool ledger_init(struct ledger *ledger, const struct luma_ids *ids)
{
    *ledger = (struct ledger){.ids = ids, .open = ids->count};
    ledger->states = calloc(ids->count ? ids->count : 1, 1);
    return ledger->states != NULL;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->states);
    free(ledger->alike);
    buf_free(&ledger->retry_ids.ids);
    buf_free(&ledger->suspects.ids);
    *ledger = (struct ledger){0};
}

static const uint32_t *id_at(const struct id_queue *queue, size_t i)
{
    return (const uint32_t *)queue->ids.data + i;
}

static size_t queue_count(const struct id_queue *queue)
{
    return queue->ids.len / sizeof(uint32_t);
}

static bool is_settled(const struct ledger *ledger, uint32_t id)
{
    return ledger->states[id & ~GROUP_START];
}

/* The first place from `from` on with an id that is not settled. */
static size_t first_open(const struct ledger *ledger,
                         const struct id_queue *queue)
{
    size_t i = queue->from;

    while (i < queue_count(queue) && is_settled(ledger, *id_at(queue, i)))
        i++;
    return i;
}

static uint32_t first_new(const struct ledger *ledger)
{
    uint32_t i = ledger->next_new;

    while (i < ledger->ids->count && ledger->states[i])
        i++;
    return i;
}

bool ledger_has_more(const struct ledger *ledger)
{
    const struct id_queue *retry = &ledger->retry_ids;
    const struct id_queue *suspects = &ledger->suspects;

    return first_new(ledger) < ledger->ids->count ||
           first_open(ledger, retry) < queue_count(retry) ||
           first_open(ledger, suspects) < queue_count(suspects);
}

void ledger_advance(struct ledger *ledger)
{
    ledger->next_new = first_new(ledger);
    ledger->retry_ids.from = first_open(ledger, &ledger->retry_ids);
    ledger->suspects.from = first_open(ledger, &ledger->suspects);
}

static uint32_t take_new(struct ledger *ledger, uint32_t *ids, uint32_t max)
{
    uint32_t n = 0;

    for (; n < max && ledger->next_new < ledger->ids->count; ledger->next_new++)
        if (!ledger->states[ledger->next_new])
            ids[n++] = ledger->next_new;
    return n;
}

static uint32_t take_waiting(struct ledger *ledger, struct id_queue *queue,
                             uint32_t *ids, uint32_t max)
{
    uint32_t n = 0;

    for (; n < max && queue->from < queue_count(queue); queue->from++) {
        uint32_t id = *id_at(queue, queue->from);

        if (n && id & GROUP_START)
            break;
        if (!is_settled(ledger, id))
            ids[n++] = id & ~GROUP_START;
    }
    return n;
}

/* New ids come first, so that those which were left out gather. */
uint32_t ledger_next(struct ledger *ledger, uint32_t *ids, uint32_t max,
                     bool *suspects)
{
    uint32_t n = take_new(ledger, ids, max);

    if (!n)
        n = take_waiting(ledger, &ledger->retry_ids, ids, max);
    *suspects = !n;
    return n ? n : take_waiting(ledger, &ledger->suspects, ids, max);
}

int64_t ledger_find(const struct ledger *ledger, const char *id, size_t len)
{
    int64_t found = ids_find(ledger->ids, id, len);

    return found >= 0 && ledger->states[found] == ID_OPEN ? found : -1;
}

/* ---- ids that look alike ----------------------------------------------- */

/* False: out of memory. */
static bool make_alike(struct ledger *ledger)
{
    const struct luma_ids *ids = ledger->ids;
    uint32_t i, mask = ids->capacity - 1;

    ledger->alike = calloc(ids->capacity, sizeof *ledger->alike);
    for (i = 0; ledger->alike && i < ids->count; i++) {
        size_t len;
        const char *id = ids_get(ids, i, &len);
        uint32_t slot = ids_hash_look(ids, id, len) & mask;

        while (ledger->alike[slot])
            slot = (slot + 1) & mask;
        ledger->alike[slot] = i + 1;
    }
    return ledger->alike != NULL;
}

/* Without memory nothing is alike: then the id is asked for once more. */
int64_t ledger_find_alike(struct ledger *ledger, const char *id, size_t len)
{
    uint32_t mask = ledger->ids->capacity - 1,
             slot = ids_hash_look(ledger->ids, id, len) & mask;
    int64_t found = -1;

    if (!ledger->alike && !make_alike(ledger))
        return -1;
    for (; ledger->alike[slot]; slot = (slot + 1) & mask) {
        uint32_t index = ledger->alike[slot] - 1;
        size_t known;
        const char *text = ids_get(ledger->ids, index, &known);

        if (ledger->states[index] || !ids_look_alike(text, known, id, len))
            continue;
        if (found >= 0)
            return -1; /* there are several */
        found = index;
    }
    return found;
}

/* ---- outcomes ---------------------------------------------------------- */

void ledger_settle(struct ledger *ledger, uint32_t index)
{
    ledger->states[index] = ID_SETTLED;
    ledger->open--;
}

void ledger_skip_round(struct ledger *ledger, uint32_t index)
{
    ledger->states[index] = ID_SKIPPED;
}

/* Gives the place of the ids that are used up to others, when they are half of
 * the list: a gateway that caps its answers does not make it grow. */
static void drop_used(struct ledger *ledger, struct id_queue *queue)
{
    size_t used;

    queue->from = first_open(ledger, queue);
    used = queue->from * sizeof(uint32_t);
    if (used == 0 || used < queue->ids.len / 2)
        return;
    queue->ids.len -= used;
    memmove(queue->ids.data, queue->ids.data + used, queue->ids.len);
    queue->from = 0;
}

bool ledger_restart(struct ledger *ledger)
{
    uint32_t i;

    drop_used(ledger, &ledger->retry_ids);
    for (i = 0; i < ledger->ids->count; i++) {
        if (ledger->states[i] != ID_SKIPPED)
            continue;
        ledger->states[i] = ID_OPEN;
        if (!buf_append(&ledger->retry_ids.ids, &i, sizeof i))
            return false;
    }
    return true;
}

bool ledger_ask_again(struct ledger *ledger, const uint32_t *ids, uint32_t n,
                      bool suspects)
{
    struct id_queue *queue = suspects ? &ledger->suspects : &ledger->retry_ids;
    uint32_t *added;

    drop_used(ledger, queue);
    if (!buf_append(&queue->ids, ids, n * sizeof *ids))
        return false;
    if (suspects) {
        added = (uint32_t *)queue->ids.data + queue_count(queue) - n;
        added[0] |= GROUP_START;
        added[n / 2] |= GROUP_START;
    }
    return true;
}

void ledger_note_response(struct ledger *ledger, bool found, bool fruitless)
{
    ledger->fruitful = ledger->fruitful || found;
    ledger->fruitless += fruitless;
}

bool ledger_has_hope(const struct ledger *ledger)
{
    return ledger->fruitful || ledger->fruitless < HOPELESS;
}
