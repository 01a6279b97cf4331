/* SPDX-License-Identifier: MIT */
/* One outcome for each id, and what is asked for next. */
#include "job/ledger.h"

#include <stdlib.h>

#include "json/writer.h"

enum { HOPELESS = 64 }; /* answers */

bool ledger_init(struct ledger *ledger, const struct luma_ids *ids)
{
    *ledger = (struct ledger){.ids = ids, .open = ids->count};
    ledger->settled = calloc(ids->count ? ids->count : 1, 1);
    return ledger->settled != NULL;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->settled);
    free(ledger->alike);
    buf_free(&ledger->again.ids);
    buf_free(&ledger->suspects.ids);
    *ledger = (struct ledger){0};
}

static const uint32_t *left_at(const struct leftover *left, size_t i)
{
    return (const uint32_t *)left->ids.data + i;
}

static size_t left_count(const struct leftover *left)
{
    return left->ids.len / sizeof(uint32_t);
}

static bool is_settled(const struct ledger *ledger, uint32_t left)
{
    return ledger->settled[left & ~GROUP_START];
}

/* Passes over ids in line that are settled. True: one is left. */
static bool has_left(const struct ledger *ledger, struct leftover *left)
{
    while (left->from < left_count(left) &&
           is_settled(ledger, *left_at(left, left->from)))
        left->from++;
    return left->from < left_count(left);
}

bool ledger_has_more(struct ledger *ledger)
{
    while (ledger->fresh < ledger->ids->count && ledger->settled[ledger->fresh])
        ledger->fresh++;
    return ledger->fresh < ledger->ids->count ||
           has_left(ledger, &ledger->again) ||
           has_left(ledger, &ledger->suspects);
}

static struct batch *new_batch(uint32_t room)
{
    struct batch *batch = calloc(1, sizeof *batch + room * sizeof *batch->ids);

    if (!batch)
        return NULL;
    batch->answer.event.kind = LUMA_EVENT_SETTLED;
    batch->answer.ids = batch->ids;
    return batch;
}

void batch_drop_held(struct batch *batch)
{
    struct luma_doc *doc;

    while ((doc = batch->held)) {
        batch->held = (struct luma_doc *)doc->event.next;
        free(doc);
    }
    batch->held_count = 0;
}

void batch_free(struct batch *batch)
{
    batch_drop_held(batch);
    free(batch);
}

static void add_fresh(struct ledger *ledger, struct batch *batch, uint32_t max)
{
    uint32_t *n = &batch->answer.count;

    for (; *n < max && ledger->fresh < ledger->ids->count; ledger->fresh++)
        if (!ledger->settled[ledger->fresh])
            batch->ids[(*n)++] = ledger->fresh;
}

static void add_left(struct ledger *ledger, struct leftover *left,
                     struct batch *batch, uint32_t max)
{
    uint32_t *n = &batch->answer.count;

    for (; *n < max && left->from < left_count(left); left->from++) {
        uint32_t id = *left_at(left, left->from);

        if (*n && id & GROUP_START)
            return;
        if (!is_settled(ledger, id))
            batch->ids[(*n)++] = id & ~GROUP_START;
    }
}

/* Ids nobody has asked for come first, so that what was left out gathers. */
struct batch *ledger_batch(struct ledger *ledger, uint32_t max)
{
    uint32_t most = ledger->ids->count < max ? ledger->ids->count : max;
    struct batch *batch = new_batch(most);

    if (!batch)
        return NULL;
    add_fresh(ledger, batch, most);
    if (!batch->answer.count)
        add_left(ledger, &ledger->again, batch, most);
    batch->suspects = !batch->answer.count;
    if (batch->suspects)
        add_left(ledger, &ledger->suspects, batch, most);
    return batch;
}

struct batch *ledger_invalid(struct ledger *ledger)
{
    const struct buf *invalid = &ledger->ids->invalid;
    uint32_t count = (uint32_t)(invalid->len / sizeof count);
    struct batch *batch = new_batch(count);

    if (!batch)
        return NULL;
    memcpy(batch->ids, invalid->data, invalid->len);
    batch->answer.count = count;
    return batch;
}

int64_t ledger_find(const struct ledger *ledger, const char *id, size_t len)
{
    int64_t found = ids_find(ledger->ids, id, len);

    return found >= 0 && ledger->settled[found] == IS_OPEN ? found : -1;
}

/* ---- ids that look alike ----------------------------------------------- */

/* False: out of memory. */
static bool make_alike(struct ledger *ledger)
{
    const struct luma_ids *ids = ledger->ids;
    uint32_t i, mask = ids->room - 1;

    ledger->alike = calloc(ids->room, sizeof *ledger->alike);
    for (i = 0; ledger->alike && i < ids->count; i++) {
        size_t len;
        const char *id = ids_get(ids, i, &len);
        uint32_t slot = ids_hash_look(id, len) & mask;

        while (ledger->alike[slot])
            slot = (slot + 1) & mask;
        ledger->alike[slot] = i + 1;
    }
    return ledger->alike != NULL;
}

/* Without memory nothing is alike: then the id is asked for once more. */
int64_t ledger_find_alike(struct ledger *ledger, const char *id, size_t len)
{
    uint32_t mask = ledger->ids->room - 1, slot = ids_hash_look(id, len) & mask;
    int64_t found = -1;

    if (!ledger->alike && !make_alike(ledger))
        return -1;
    for (; ledger->alike[slot]; slot = (slot + 1) & mask) {
        uint32_t index = ledger->alike[slot] - 1;
        size_t known;
        const char *text = ids_get(ledger->ids, index, &known);

        if (ledger->settled[index] || !ids_look_alike(text, known, id, len))
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
    ledger->settled[index] = IS_SETTLED;
    ledger->open--;
}

void ledger_see(struct ledger *ledger, uint32_t index)
{
    ledger->settled[index] = IS_SEEN;
}

void ledger_trim(const struct ledger *ledger, struct batch *batch)
{
    uint32_t i, kept = 0;

    for (i = 0; i < batch->answer.count; i++)
        if (!ledger->settled[batch->ids[i]])
            batch->ids[kept++] = batch->ids[i];
    batch->answer.count = kept;
}

/* Gives the place of the ids that are used up to others, when they are half of
 * the list: a gateway that caps its answers does not make it grow. */
static void drop_used(struct ledger *ledger, struct leftover *left)
{
    size_t used;

    has_left(ledger, left);
    used = left->from * sizeof(uint32_t);
    if (used == 0 || used < left->ids.len / 2)
        return;
    left->ids.len -= used;
    memmove(left->ids.data, left->ids.data + used, left->ids.len);
    left->from = 0;
}

bool ledger_restart(struct ledger *ledger)
{
    uint32_t i;

    drop_used(ledger, &ledger->again);
    for (i = 0; i < ledger->ids->count; i++) {
        if (ledger->settled[i] != IS_SEEN)
            continue;
        ledger->settled[i] = IS_OPEN;
        if (!buf_append(&ledger->again.ids, &i, sizeof i))
            return false;
    }
    return true;
}

bool ledger_ask_again(struct ledger *ledger, const struct batch *batch,
                      bool suspects)
{
    struct leftover *left = suspects ? &ledger->suspects : &ledger->again;
    uint32_t n = batch->answer.count, *ids;

    drop_used(ledger, left);
    if (!buf_append(&left->ids, batch->ids, n * sizeof *ids))
        return false;
    if (suspects) {
        ids = (uint32_t *)left->ids.data + left_count(left) - n;
        ids[0] |= GROUP_START;
        ids[n / 2] |= GROUP_START;
    }
    return true;
}

void ledger_note_answer(struct ledger *ledger, const struct batch *batch)
{
    ledger->fruitful = ledger->fruitful || batch->found;
    ledger->fruitless += batch->suspects && batch->unreadable;
}

bool ledger_has_hope(const struct ledger *ledger)
{
    return ledger->fruitful || ledger->fruitless < HOPELESS;
}

void ledger_close(struct ledger *ledger, const struct batch *batch)
{
    uint32_t i;

    for (i = 0; i < batch->answer.count; i++)
        ledger_settle(ledger, batch->ids[i]);
}

const char *batch_unreadable_text(const struct batch *batch)
{
    return batch->why == LUMA_ERR_TOO_LARGE
               ? "the task is over max_task, or too deep"
               : "the task is not JSON";
}

/* ---- request bodies ---------------------------------------------------- */

bool batch_body(const struct batch *batch, const struct luma_ids *ids,
                struct buf *body)
{
    uint32_t i;

    buf_clear(body);
    if (!buf_append_text(body, "{\"ids\":["))
        return false;
    for (i = 0; i < batch->answer.count; i++) {
        size_t len;
        const char *id = ids_get(ids, batch->ids[i], &len);

        if ((i && !buf_append(body, ",", 1)) ||
            !writer_add_string(body, id, len))
            return false;
    }
    return buf_append_text(body, "]}");
}
