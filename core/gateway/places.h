/* SPDX-License-Identifier: MIT */
/* Where gateways put what luma looks for, and the words they use for states:
 * the one table of each. Constant; any thread; nothing blocks or fails.
 *
 * A place is a path of member names with dots between them, such as
 * "data.video.url". */
#ifndef LUMA_PLACES_H
#define LUMA_PLACES_H

#include <stddef.h>

#include "doc.h"

enum place {
    PLACE_LIST, /* of tasks, in a reply that is an object */
    PLACE_ID,   /* of a task; so are those below, but for the last two */
    PLACE_STATE,
    PLACE_PROGRESS,
    PLACE_VIDEO, /* the three links: in the order of enum luma_media */
    PLACE_THUMBNAIL,
    PLACE_LAST_FRAME,
    PLACE_COMPLETED_VIDEO, /* a link only in a task that is completed */
    PLACE_PALETTE,
    PLACE_ERROR,   /* what says, unless it is empty, that a reply is an error */
    PLACE_FAILURE, /* the text of an error, in a reply */
    PLACES
};

/* What is looked for, for people: "a task's id". */
const char *places_title(enum place what);

/* The paths, best first; NULL after the last. */
const char *const *places_of(enum place what);

/* A word and what it means. */
struct place_word {
    const char *word; /* in small letters, "_" between its parts */
    enum luma_state state;
};

/* All known words; `word` is NULL after the last. */
const struct place_word *places_words(void);

#endif
