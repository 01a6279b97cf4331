/* SPDX-License-Identifier: MIT */
/* An open hash table that is never more than a quarter full. */
#include "json/names.h"

#include "json/quickhash.h"

enum { PROBES = 8 };

static bool is_name(const struct names *names, uint32_t index, const char *name,
                    size_t len)
{
    const struct luma_string *s = &names->shared.strings[index];

    return s->len == len && memcmp(names->shared.text + s->at, name, len) == 0;
}

/* Returns NAMES_NONE if there is no space for it, or if it has a quote or a
 * backslash, which are written with an escape in JSON. */
static uint32_t add(struct names *names, const char *name, size_t len)
{
    struct luma_names *shared = &names->shared;
    char *to = shared->text + names->text_len;

    if (names->count == LUMA_NAMES ||
        len + SCAN_READS > sizeof shared->text - names->text_len ||
        scan_string(name, name + len) < name + len)
        return NAMES_NONE;
    memcpy(to, name, len);
    memcpy(to + len, "\":", NAMES_TAIL);
    shared->strings[names->count] =
        (struct luma_string){names->text_len, (uint32_t)len};
    names->text_len += (uint32_t)(len + NAMES_TAIL);
    return names->count++;
}

/* Whether the name was seen before. If not, it is from now on. */
static bool was_seen(struct names *names, uint32_t hash)
{
    uint32_t *seen = &names->seen[hash % NAMES_SEEN];
    bool before = *seen == hash;

    *seen = hash;
    return before;
}

static uint32_t find_or_add(struct names *names, const char *name, size_t len)
{
    uint32_t hash = quickhash(name, len), i;

    for (i = 0; i < PROBES; i++) {
        uint16_t *slot = &names->slots[(hash + i) % NAMES_SLOTS];
        uint32_t index = *slot - 1u;

        if (*slot && is_name(names, index, name, len))
            return index;
        if (*slot)
            continue;
        index = was_seen(names, hash) ? add(names, name, len) : NAMES_NONE;
        if (index != NAMES_NONE)
            *slot = (uint16_t)(index + 1);
        return index;
    }
    return NAMES_NONE;
}

uint32_t names_find(struct names *names, const char *name, size_t len)
{
    uint32_t index = len <= NAMES_LONGEST ? find_or_add(names, name, len)
                                          : NAMES_NONE;

    if (index == NAMES_NONE)
        return index;
    names->next[names->context] = (uint16_t)index;
    names_note(names, index);
    return index;
}
