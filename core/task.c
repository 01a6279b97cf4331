/* SPDX-License-Identifier: MIT */
/* The rules by which a task is read; the names and words are in places.c. */
#include "task.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ascii.h"
#include "document.h"
#include "number.h"
#include "places.h"

/* ---- words for states -------------------------------------------------- */

const char *luma_state_name(enum luma_state state)
{
    static const char *const names[] = {"processing", "pending", "processing",
                                        "completed", "failed"};

    return names[state];
}

static void trim(const char **text, size_t *len)
{
    while (*len && ascii_is_space(**text)) {
        ++*text;
        --*len;
    }
    while (*len && ascii_is_space((*text)[*len - 1]))
        --*len;
}

/* "IN PROGRESS" and "in-progress" are "in_progress". */
static bool is_word(const char *text, size_t len, const char *word)
{
    size_t i;

    for (i = 0; i < len && word[i]; i++) {
        char c = ascii_lower(text[i]);

        if ((c == ' ' || c == '-' ? '_' : c) != word[i])
            return false;
    }
    return i == len && !word[i];
}

enum luma_state luma_state_of_word(const char *text, size_t len)
{
    const struct place_word *known = places_words();

    trim(&text, &len);
    while (known->word && !is_word(text, len, known->word))
        known++;
    return known->word ? known->state : LUMA_PROCESSING;
}

/* ---- documents --------------------------------------------------------- */

const char *task_text(const struct luma_doc *doc, const struct luma_node *node,
                      char room[TASK_ROOM], size_t *len)
{
    if (!node)
        return NULL;
    if (node->kind == LUMA_INTEGER) {
        *len = (size_t)snprintf(room, TASK_ROOM, "%" PRId64, node->integer);
        return room;
    }
    if (node->kind != LUMA_STRING && node->kind != LUMA_BIG)
        return NULL;
    *len = doc->strings[node->string].len;
    return doc->text + doc->strings[node->string].at;
}

static void find_in_doc(const void *task, const char *path,
                        struct task_value *value)
{
    const struct luma_doc *doc = task;
    const struct luma_node *node = doc_path(doc, path);

    value->kind = TASK_OTHER;
    if (node && node->kind == LUMA_FLOAT) {
        value->kind = TASK_FLOAT;
        value->number = node->number;
        return;
    }
    value->text = task_text(doc, node, value->room, &value->len);
    if (value->text)
        value->kind = node->kind == LUMA_STRING ? TASK_TEXT : TASK_INTEGER;
}

struct task_source task_of_doc(const struct luma_doc *doc)
{
    return (struct task_source){doc, find_in_doc};
}

/* ---- what a task says -------------------------------------------------- */

static void find(const struct task_source *source, const char *path,
                 struct task_value *value)
{
    source->find(source->task, path, value);
}

static bool is_text(const struct task_value *value)
{
    return value->kind == TASK_TEXT && value->len;
}

bool task_find_id(const struct task_source *source, struct task_value *id)
{
    const char *const *path = places_of(PLACE_ID);

    for (; *path; path++) {
        find(source, *path, id);
        if (is_text(id) || id->kind == TASK_INTEGER)
            return true;
    }
    return false;
}

enum luma_state task_find_state(const struct task_source *source,
                                struct task_value *word)
{
    const char *const *path = places_of(PLACE_STATE);
    struct task_value ours;
    enum luma_state state;

    for (word = word ? word : &ours; *path; path++) {
        find(source, *path, word);
        if (word->kind == TASK_FLOAT)
            return LUMA_PROCESSING; /* no known word is a fraction */
        state = word->kind == TASK_OTHER
                    ? LUMA_NO_STATE
                    : luma_state_of_word(word->text, word->len);
        if (state != LUMA_NO_STATE)
            return state;
    }
    word->kind = TASK_OTHER;
    return LUMA_PROCESSING;
}

/* A text such as "40%" or " 07.5 %" as a number; below 0 where it is none. */
static double percent_of(const char *text, size_t len)
{
    struct luma_node node;

    trim(&text, &len);
    if (len && text[len - 1] == '%')
        len--;
    trim(&text, &len);
    for (; len > 1 && *text == '0' && ascii_is_digit(text[1]); len--)
        text++;
    if (!number_read(text, len, &node))
        return -1;
    return node.kind == LUMA_INTEGER ? (double)node.integer
           : node.kind == LUMA_FLOAT ? node.number
                                     : -1;
}

double task_find_progress(const struct task_source *source)
{
    const char *const *path = places_of(PLACE_PROGRESS);
    struct task_value value;

    for (; *path; path++) {
        double percent = -1;

        find(source, *path, &value);
        if (value.kind == TASK_FLOAT)
            percent = value.number;
        else if (value.kind != TASK_OTHER)
            percent = percent_of(value.text, value.len);
        if (percent >= 0 && percent <= 100)
            return percent;
    }
    return -1;
}

/* A text that is more than blanks, which are cut off. */
static bool find_trimmed(const struct task_source *source, const char *path,
                         struct task_value *value)
{
    find(source, path, value);
    if (!is_text(value))
        return false;
    trim(&value->text, &value->len);
    return value->len > 0;
}

/* Begins as a URL does, where other texts may stand as well. */
static bool is_url(const struct task_value *value)
{
    static const char https[] = "https://";

    return (value->len > 8 && ascii_same_bytes(value->text, https, 8)) ||
           (value->len > 7 && ascii_same_bytes(value->text, "http://", 7));
}

bool task_find_link(const struct task_source *source, enum luma_what what,
                    struct task_value *link)
{
    const char *const *path = places_of(PLACE_VIDEO + (enum place)what);

    for (; *path; path++)
        if (find_trimmed(source, *path, link))
            return true;
    if (what != LUMA_VIDEO || task_find_state(source, NULL) != LUMA_COMPLETED)
        return false;
    for (path = places_of(PLACE_COMPLETED_VIDEO); *path; path++)
        if (find_trimmed(source, *path, link) && is_url(link))
            return true;
    return false;
}

bool task_find_palette(const struct task_source *source,
                       struct task_value *grid)
{
    const char *const *path = places_of(PLACE_PALETTE);

    for (; *path; path++) {
        find(source, *path, grid);
        if (grid->kind == TASK_TEXT)
            return true;
    }
    return false;
}
