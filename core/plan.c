/* SPDX-License-Identifier: MIT */
/* Ids lie end to end in one buffer, found through a table of indices: under
 * 100 bytes each, however many there are. */
#include "plan.h"

#include <stdlib.h>

#include "writer.h"

/* ---- ids --------------------------------------------------------------- */

struct luma_ids *luma_ids_new(size_t expected, size_t bytes)
{
    struct luma_ids *ids = calloc(1, sizeof *ids);
    uint32_t room = 16;

    while (room / 2 < expected && room < 1u << 31)
        room *= 2;
    if (!ids)
        return NULL;
    atomic_init(&ids->refs, 1);
    ids->text.cap = UINT32_MAX;
    ids->room = room;
    ids->slots = calloc(room, sizeof *ids->slots);
    if (ids->slots && buf_reserve(&ids->text, bytes) &&
        buf_reserve(&ids->ends, expected * sizeof(uint32_t)))
        return ids;
    luma_ids_unref(ids);
    return NULL;
}

struct luma_ids *ids_ref(struct luma_ids *ids)
{
    atomic_fetch_add(&ids->refs, 1);
    return ids;
}

void luma_ids_unref(struct luma_ids *ids)
{
    if (!ids || atomic_fetch_sub(&ids->refs, 1) > 1)
        return;
    buf_free(&ids->text);
    buf_free(&ids->ends);
    free(ids->slots);
    free(ids);
}

const char *ids_get(const struct luma_ids *ids, uint32_t index, size_t *len)
{
    const uint32_t *ends = (const uint32_t *)ids->ends.data;
    uint32_t from = index ? ends[index - 1] : 0;

    *len = ends[index] - from;
    return ids->text.data + from;
}

static uint32_t hash_of(const char *s, size_t n)
{
    uint64_t h = 0xCBF29CE484222325u; /* FNV-1a, folded */
    size_t i;

    for (i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001B3u;
    return (uint32_t)(h ^ h >> 32);
}

/* The slot of the id, or the empty one where it belongs. */
static uint32_t *find_slot(const struct luma_ids *ids, const char *id,
                           size_t len)
{
    uint32_t i = hash_of(id, len) & (ids->room - 1);

    for (;; i = (i + 1) & (ids->room - 1)) {
        size_t known;
        const char *text;

        if (!ids->slots[i])
            return &ids->slots[i];
        text = ids_get(ids, ids->slots[i] - 1, &known);
        if (known == len && memcmp(text, id, len) == 0)
            return &ids->slots[i];
    }
}

int64_t ids_find(const struct luma_ids *ids, const char *id, size_t len)
{
    return (int64_t)*find_slot(ids, id, len) - 1;
}

enum luma_status luma_ids_add(struct luma_ids *ids, const char *id, size_t len)
{
    uint32_t *slot, end;

    if (len == 0 || len > LUMA_ID_MAX || ids->count >= ids->room / 2)
        return LUMA_ARGUMENT;
    slot = find_slot(ids, id, len);
    if (*slot)
        return LUMA_OK;
    if (!buf_append(&ids->text, id, len))
        return LUMA_MEMORY;
    end = (uint32_t)ids->text.len;
    if (!buf_append(&ids->ends, &end, sizeof end)) {
        ids->text.len -= len; /* or it would be part of the next id */
        return LUMA_MEMORY;
    }
    *slot = ++ids->count;
    return LUMA_OK;
}

/* ---- ledger ------------------------------------------------------------ */

bool ledger_init(struct ledger *ledger, const struct luma_ids *ids)
{
    *ledger = (struct ledger){.ids = ids, .open = ids->count};
    ledger->settled = calloc(ids->count ? ids->count : 1, 1);
    return ledger->settled != NULL;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->settled);
    buf_free(&ledger->again.ids);
    buf_free(&ledger->alone.ids);
    *ledger = (struct ledger){0};
}

/* The next id in line that is still open, or -1. */
static int64_t next_left(const struct ledger *ledger, struct leftover *left)
{
    const uint32_t *ids = (const uint32_t *)left->ids.data;
    size_t end = left->ids.len / sizeof *ids;

    while (left->from < end && ledger->settled[ids[left->from]])
        left->from++;
    return left->from < end ? (int64_t)ids[left->from] : -1;
}

bool ledger_has_more(struct ledger *ledger)
{
    return ledger->fresh < ledger->ids->count ||
           next_left(ledger, &ledger->again) >= 0 ||
           next_left(ledger, &ledger->alone) >= 0;
}

/* Ids nobody has asked for come first, so that what was left out gathers. */
struct batch *ledger_batch(struct ledger *ledger, uint32_t max)
{
    uint32_t fresh = ledger->ids->count - ledger->fresh, i = 0;
    bool again = !fresh && next_left(ledger, &ledger->again) >= 0;
    struct leftover *left = again ? &ledger->again : &ledger->alone;
    uint32_t n = fresh ? (fresh < max ? fresh : max) : again ? max : 1;
    struct batch *batch = calloc(1, sizeof *batch + n * sizeof *batch->ids);

    if (!batch)
        return NULL;
    batch->answer.event.kind = LUMA_ANSWER;
    batch->answer.ids = batch->ids;
    for (; fresh && i < n; i++)
        batch->ids[i] = ledger->fresh++;
    for (; !fresh && i < n && next_left(ledger, left) >= 0; i++) {
        batch->ids[i] = (uint32_t)next_left(ledger, left);
        left->from++;
    }
    batch->answer.count = i;
    return batch;
}

int64_t ledger_find(const struct ledger *ledger, const char *id, size_t len)
{
    int64_t found = ids_find(ledger->ids, id, len);

    return found >= 0 && ledger->settled[found] == IS_OPEN ? found : -1;
}

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

    next_left(ledger, left);
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
                      bool alone)
{
    struct leftover *left = alone ? &ledger->alone : &ledger->again;

    drop_used(ledger, left);
    return buf_append(&left->ids, batch->ids,
                      batch->answer.count * sizeof *batch->ids);
}

void ledger_close(struct ledger *ledger, const struct batch *batch)
{
    uint32_t i;

    for (i = 0; i < batch->answer.count; i++)
        ledger_settle(ledger, batch->ids[i]);
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

        if ((i && !buf_append(body, ",", 1)) || !writer_string(body, id, len))
            return false;
    }
    return buf_append_text(body, "]}");
}
