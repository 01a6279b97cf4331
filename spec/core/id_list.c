/* SPDX-License-Identifier: MIT */
#include "id_list.h"

#include "check.h"

struct luma_ids *new_ids(size_t expected)
{
    struct luma_ids *ids = luma_ids_new(expected, expected * 8 + 8);

    must(ids);
    return ids;
}

enum luma_code add_id(struct luma_ids *ids, const char *id)
{
    return luma_ids_add(ids, id, strlen(id));
}

struct luma_ids *ids_of(const char *words)
{
    struct luma_ids *ids = new_ids(strlen(words) + 1);
    size_t n;

    for (; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        must(luma_ids_add(ids, words, n) == LUMA_OK);
    }
    return ids;
}
