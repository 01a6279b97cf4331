/* SPDX-License-Identifier: MIT */
/* Ids lie end to end in one buffer, found through a table of indices. */
#include "job/ids.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/text.h"
#include "json/writer.h"

struct luma_ids *luma_ids_new(size_t expected, size_t bytes)
{
    struct luma_ids *ids = calloc(1, sizeof *ids);
    uint32_t capacity = 16;

    while (capacity / 2 < expected && capacity < 1u << 31)
        capacity *= 2;
    if (!ids)
        return NULL;
    atomic_init(&ids->refs, 1);
    ids->text.limit = UINT32_MAX;
    ids->key = hash_new_key();
    ids->capacity = capacity;
    ids->slots = calloc(capacity, sizeof *ids->slots);
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
    buf_free(&ids->invalid);
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

/* The slot of the id, or the empty one where it belongs. */
static uint32_t *find_slot(const struct luma_ids *ids, const char *id,
                           size_t len)
{
    uint32_t i = (uint32_t)hash_bytes(&ids->key, id, len) & (ids->capacity - 1);

    for (;; i = (i + 1) & (ids->capacity - 1)) {
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

enum luma_code luma_ids_add(struct luma_ids *ids, const char *id, size_t len)
{
    uint32_t *slot, end = (uint32_t)(ids->text.len + len);

    if (len == 0 || len > LUMA_ID_MAX || ids->count >= ids->capacity / 2)
        return LUMA_ERR_ARGUMENT;
    slot = find_slot(ids, id, len);
    if (*slot)
        return LUMA_OK;
    if (!buf_append(&ids->text, id, len))
        return LUMA_ERR_MEMORY;
    if (!buf_append(&ids->ends, &end, sizeof end) ||
        (!text_is_utf8(id, len) &&
         !buf_append(&ids->invalid, &ids->count, sizeof ids->count))) {
        ids->text.len -= len; /* or it would be part of the next id */
        ids->ends.len = ids->count * sizeof end;
        return LUMA_ERR_MEMORY;
    }
    *slot = ++ids->count;
    return LUMA_OK;
}

bool ids_write(const struct luma_ids *ids, const uint32_t *indices,
               uint32_t count, struct buf *body)
{
    uint32_t i;

    buf_clear(body);
    if (!buf_append_text(body, "{\"ids\":["))
        return false;
    for (i = 0; i < count; i++) {
        size_t len;
        const char *id = ids_get(ids, indices[i], &len);

        if ((i && !buf_append(body, ",", 1)) ||
            !writer_add_string(body, id, len))
            return false;
    }
    return buf_append_text(body, "]}");
}

/* ---- ids that look alike ----------------------------------------------- */

/* Of what is longer than any id, the beginning is enough. */
uint32_t ids_hash_look(const struct luma_ids *ids, const char *id, size_t len)
{
    char lower[LUMA_ID_MAX];
    size_t i;

    ascii_trim(&id, &len);
    for (i = 0; i < len && i < sizeof lower; i++)
        lower[i] = ascii_lower(id[i]);
    return (uint32_t)hash_bytes(&ids->key, lower, i);
}

bool ids_look_alike(const char *a, size_t n, const char *b, size_t len)
{
    ascii_trim(&a, &n);
    ascii_trim(&b, &len);
    return n == len && ascii_same_bytes(a, b, n);
}
