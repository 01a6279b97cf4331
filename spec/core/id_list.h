/* SPDX-License-Identifier: MIT */
/* Lists of ids for tests. Without memory, the test ends. */
#ifndef LUMA_ID_LIST_H
#define LUMA_ID_LIST_H

#include "job/ids.h"

/* An empty list with room for so many ids of 8 bytes, the caller's. */
struct luma_ids *new_ids(size_t expected);

enum luma_code add_id(struct luma_ids *ids, const char *id);

/* A list of the words between blanks, the caller's. */
struct luma_ids *ids_of(const char *words);

#endif
