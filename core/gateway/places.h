/* SPDX-License-Identifier: MIT */
/* Where gateways put the values that luma needs, and their words for states:
 * one table for each. Constant; any thread; nothing blocks or fails.
 *
 * A place is a path: member names with dots between them, such as
 * "data.video.url". */
#ifndef LUMA_PLACES_H
#define LUMA_PLACES_H

#include "doc.h"

enum place {
    PLACE_LIST,      /* the list of tasks, in the root object */
    PLACE_SUBMITTED, /* the id in the response to a submission */
    PLACE_ID,        /* from here to PLACE_PALETTE: in a task */
    PLACE_STATE,
    PLACE_PROGRESS,
    PLACE_VIDEO, /* the three links, in the order of enum luma_media */
    PLACE_THUMBNAIL,
    PLACE_LAST_FRAME,
    PLACE_COMPLETED_VIDEO, /* a link only if the task is completed */
    PLACE_PALETTE,
    PLACE_ERROR,         /* a reply with tasks is an error if it is not empty */
    PLACE_REQUEST_ERROR, /* any other reply is one if it has a text */
    PLACE_FAILURE,       /* the text about the error of a reply */
    PLACES
};

/* The name of a place for documentation: "a task's id". */
const char *places_title(enum place what);

/* The paths of a place, best first. NULL ends the list. */
const char *const *places_of(enum place what);

/* A word for a state. */
struct place_word {
    const char *word; /* in lower case, with "_" between its parts */
    enum luma_state state;
};

/* All known words. The last row has `word` NULL. */
const struct place_word *places_words(void);

#endif
