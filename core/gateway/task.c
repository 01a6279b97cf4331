/* SPDX-License-Identifier: MIT */
/* The rules for reading a task. places.c has the names and words. */
#include "gateway/task.h"

#include <string.h>

#include "base/ascii.h"
#include "json/document.h"
#include "json/number.h"
#include "gateway/places.h"

/* ---- words for states -------------------------------------------------- */

const char *luma_state_name(enum luma_state state)
{
    static const char *const names[] = {"processing", "pending", "processing",
                                        "completed", "failed"};

    return names[state];
}

/* "IN PROGRESS" and "in-progress" match "in_progress". */
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

    ascii_trim(&text, &len);
    while (known->word && !is_word(text, len, known->word))
        known++;
    return known->word ? known->state : LUMA_STATE_PROCESSING;
}

/* ---- documents --------------------------------------------------------- */

const char *task_read_text(const struct luma_doc *doc,
                           const struct luma_node *node,
                           char digits[TASK_DIGITS_SIZE], size_t *len)
{
    if (!node)
        return NULL;
    if (node->kind == LUMA_JSON_INTEGER) {
        *len = number_write_integer(node->integer, digits);
        return digits;
    }
    if (node->kind != LUMA_JSON_STRING && node->kind != LUMA_JSON_BIGINT)
        return NULL;
    *len = doc->strings[node->string].len;
    return doc->text + doc->strings[node->string].at;
}

/* A float without a fraction counts as an integer, because in some Lua
 * versions, and for lua-cjson, all numbers are floats. */
static void set_float(struct task_value *value, double number)
{
    value->kind = TASK_FLOAT;
    value->number = number;
    if (number < -0x1p63 || number >= 0x1p63 ||
        number != (double)(int64_t)number)
        return;
    value->kind = TASK_INTEGER;
    value->len = number_write_integer((int64_t)number, value->digits);
    value->text = value->digits;
}

static void find_in_doc(const void *task, const char *path,
                        struct task_value *value)
{
    const struct luma_doc *doc = task;
    const struct luma_node *node = doc_find_path(doc, path);

    value->kind = TASK_OTHER;
    if (node && node->kind == LUMA_JSON_FLOAT) {
        set_float(value, node->number);
        return;
    }
    value->text = task_read_text(doc, node, value->digits, &value->len);
    if (value->text)
        value->kind = node->kind == LUMA_JSON_STRING ? TASK_TEXT : TASK_INTEGER;
}

struct task_source task_of_doc(const struct luma_doc *doc)
{
    return (struct task_source){doc, find_in_doc};
}

/* ---- values of a task --------------------------------------------------- */

static void find(const struct task_source *source, const char *path,
                 struct task_value *value)
{
    source->find(source->task, path, value);
}

static bool is_text(const struct task_value *value)
{
    return value->kind == TASK_TEXT && value->len;
}

static bool find_id(const struct task_source *source, enum place place,
                    struct task_value *id)
{
    const char *const *path = places_of(place);

    for (; *path; path++) {
        find(source, *path, id);
        if (is_text(id) || id->kind == TASK_INTEGER)
            return true;
    }
    return false;
}

bool task_find_id(const struct task_source *source, struct task_value *id)
{
    return find_id(source, PLACE_ID, id);
}

bool task_find_submitted(const struct luma_doc *doc, struct task_value *id)
{
    struct task_source source = task_of_doc(doc);

    if (find_id(&source, PLACE_SUBMITTED, id))
        return true;
    id->text = task_read_text(doc, doc->root, id->digits, &id->len);
    return id->text && id->len;
}

bool task_find_other_id(const struct task_source *source, unsigned *from,
                        struct task_value *id)
{
    const char *const *paths = places_of(PLACE_ID);

    while (paths[*from]) {
        find(source, paths[(*from)++], id);
        if (is_text(id))
            return true;
    }
    return false;
}

enum luma_state task_find_state(const struct task_source *source,
                                struct task_value *word)
{
    const char *const *path = places_of(PLACE_STATE);
    struct task_value ours, silent = {.kind = TASK_OTHER};

    for (word = word ? word : &ours; *path; path++) {
        enum luma_state state = LUMA_STATE_NONE;

        find(source, *path, word);
        if (word->kind == TASK_FLOAT)
            state = LUMA_STATE_PROCESSING; /* no known word is a fraction */
        else if (word->kind != TASK_OTHER)
            state = luma_state_of_word(word->text, word->len);
        if (state != LUMA_STATE_NONE)
            return state;
        if (is_text(word))
            silent = *word;
    }
    *word = silent;
    return LUMA_STATE_PROCESSING;
}

/* Whether the digits are those of an HTTP status. */
static bool is_http_status(const struct task_value *value)
{
    return value->kind == TASK_INTEGER && value->len == 3 &&
           value->text[0] >= '1' && value->text[0] <= '5';
}

bool task_is_one(const struct task_source *source)
{
    struct task_value value;

    if (task_find_id(source, &value))
        return true;
    task_find_state(source, &value);
    return value.kind != TASK_OTHER && !is_http_status(&value);
}

/* Reads a text such as "40%" or " 07.5 %". Returns a value below 0 if it is
 * not a number. */
static double percent_of(const char *text, size_t len)
{
    struct luma_node node;

    ascii_trim(&text, &len);
    if (len && text[len - 1] == '%')
        len--;
    ascii_trim(&text, &len);
    for (; len > 1 && *text == '0' && ascii_is_digit(text[1]); len--)
        text++;
    if (!number_read(text, len, &node))
        return -1;
    return node.kind == LUMA_JSON_INTEGER ? (double)node.integer
           : node.kind == LUMA_JSON_FLOAT ? node.number
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

/* Finds a text and trims it. False: nothing is left. */
static bool find_trimmed(const struct task_source *source, const char *path,
                         struct task_value *value)
{
    find(source, path, value);
    if (!is_text(value))
        return false;
    ascii_trim(&value->text, &value->len);
    return value->len > 0;
}

static bool begins_with(const struct task_value *value, const char *start)
{
    size_t n = strlen(start);

    return value->len > n && ascii_same_bytes(value->text, start, n);
}

static bool is_url(const struct task_value *value)
{
    return begins_with(value, "https://") || begins_with(value, "http://");
}

/* Whether it is a URL, or a path relative to the gateway's URL. Gateways send
 * words such as "pending" and "N/A" while there is no link. */
static bool is_link(const struct task_value *value)
{
    bool none = value->len == 3 && ascii_same_bytes(value->text, "n/a", 3);

    return memchr(value->text, '/', value->len) && !none;
}

bool task_find_link(const struct task_source *source, enum luma_media what,
                    struct task_value *link)
{
    const char *const *path = places_of(PLACE_VIDEO + (enum place)what);

    for (; *path; path++)
        if (find_trimmed(source, *path, link) && is_link(link))
            return true;
    if (what != LUMA_MEDIA_VIDEO ||
        task_find_state(source, NULL) != LUMA_STATE_COMPLETED)
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
