/* SPDX-License-Identifier: MIT */
/* The root object of a response. */
#include "gateway/envelope.h"

#include <string.h>

#include "base/ascii.h"
#include "json/document.h"
#include "json/number.h"
#include "gateway/places.h"
#include "gateway/task.h"

/* A member that is null is as if it were not there. */
static bool is_there(const struct luma_node *node)
{
    return node && node->kind != LUMA_JSON_NULL;
}

const struct luma_node *envelope_find_member(const struct luma_doc *root,
                                             const char *path)
{
    const struct luma_node *node = doc_find_path(root, path);

    return is_there(node) ? node : NULL;
}

bool envelope_has_id(const struct luma_doc *root, const char *object)
{
    const struct luma_node *node =
        object ? doc_find_member(root, root->root, object) : root->root;

    return is_there(doc_find_member(root, node, "id")) ||
           is_there(doc_find_member(root, node, "task_id"));
}

bool envelope_list_is_null(const struct luma_doc *root)
{
    const char *const *path = places_of(PLACE_LIST);

    for (; *path; path++) {
        const struct luma_node *node = doc_find_path(root, *path);

        if (node && node->kind == LUMA_JSON_NULL)
            return true;
    }
    return false;
}

/* ---- errors ------------------------------------------------------------ */

const char *envelope_find_error_text(const struct luma_doc *root, size_t *len)
{
    const char *const *path = places_of(PLACE_FAILURE);

    for (; root && *path; path++) {
        const struct luma_node *node = doc_find_path(root, *path);

        if (node && node->kind == LUMA_JSON_STRING &&
            root->strings[node->string].len)
            return task_read_text(root, node, NULL, len);
    }
    return NULL;
}

/* Whether `code` means success, or is missing. */
static bool code_is_good(const struct luma_doc *root)
{
    const struct luma_node *code = envelope_find_member(root, "code");
    char digits[TASK_DIGITS_SIZE];
    size_t len = 0;
    const char *text = task_read_text(root, code, digits, &len);

    if (!code)
        return true;
    return text && ((len == 1 && *text == '0') ||
                    (len == 3 && memcmp(text, "200", 3) == 0) ||
                    (len == 7 && ascii_same_bytes(text, "success", 7)));
}

/* Whether a text means false. */
static bool is_no(const char *text, size_t len)
{
    return len == 0 || (len == 1 && *text == '0') ||
           (len == 5 && ascii_same_bytes(text, "false", 5));
}

/* Null, false, zero, "", and containers of only these. Gateways that always
 * send an error member have one of these in it when there is no error. */
static bool is_empty(const struct luma_doc *doc, const struct luma_node *node)
{
    const struct luma_node *inner = node + 1, *end = node + node->span;
    const char *text;
    size_t len;

    switch (node->kind) {
    case LUMA_JSON_NULL:
    case LUMA_JSON_FALSE:
        return true;
    case LUMA_JSON_INTEGER:
        return node->integer == 0;
    case LUMA_JSON_STRING:
        text = task_read_text(doc, node, NULL, &len);
        return is_no(text, len);
    case LUMA_JSON_ARRAY:
    case LUMA_JSON_OBJECT: /* checks all nodes, at every depth */
        while (inner < end &&
               (inner->kind >= LUMA_JSON_ARRAY || is_empty(doc, inner)))
            inner++;
        return inner == end;
    default:
        return false;
    }
}

/* Whether `status` of the whole response is a word for failure, or an HTTP
 * status of 400 and above. */
static bool status_is_bad(const struct luma_doc *root)
{
    const struct luma_node *status = envelope_find_member(root, "status");
    size_t len = 0;
    const char *text;

    if (!status || status->kind == LUMA_JSON_INTEGER)
        return status && status->integer >= 400;
    text = task_read_text(root, status, NULL, &len);
    return text && luma_state_of_word(text, len) == LUMA_STATE_FAILED;
}

bool envelope_has_error(const struct luma_doc *root)
{
    const char *const *path = places_of(PLACE_ERROR);
    const struct luma_node *success = envelope_find_member(root, "success");
    bool inner = !envelope_has_id(root, "data");

    for (; *path; path++) {
        const struct luma_node *error = doc_find_path(root, *path);

        if (error && !is_empty(root, error) && (inner || !strchr(*path, '.')))
            return true;
    }
    return (success && is_empty(root, success)) || !code_is_good(root) ||
           (inner && !envelope_has_id(root, NULL) && status_is_bad(root));
}

/* ---- failures of other endpoints --------------------------------------- */

static bool has_words(const char *text, size_t len)
{
    while (len && !ascii_is_letter(*text) && (unsigned char)*text < 0x80)
        text++, len--;
    return len > 0;
}

/* A text with words, but for "none", "ok" and the like. */
static bool is_complaint(const char *text, size_t len)
{
    ascii_trim(&text, &len);
    return has_words(text, len) && !is_no(text, len) &&
           !(len == 4 && ascii_same_bytes(text, "none", 4)) &&
           !(len == 4 && ascii_same_bytes(text, "null", 4)) &&
           luma_state_of_word(text, len) != LUMA_STATE_COMPLETED;
}

/* Whether the value is true, or has a text at any depth. */
static bool complains(const struct luma_doc *root, const struct luma_node *node)
{
    const struct luma_node *end = node + node->span, *inner;
    const char *text;
    size_t len;

    for (inner = node; inner < end; inner++) {
        if (inner->kind != LUMA_JSON_STRING)
            continue;
        text = task_read_text(root, inner, NULL, &len);
        if (is_complaint(text, len))
            return true;
    }
    return node->kind == LUMA_JSON_TRUE;
}

/* A failed task is a task: its error is its own. */
static bool is_task(const struct luma_doc *root)
{
    struct task_source source = task_of_doc(root);
    struct task_value word;

    task_find_state(&source, &word);
    return envelope_has_id(root, NULL) && word.kind == TASK_TEXT;
}

static bool is_filled(const struct luma_doc *root, const char *name)
{
    const struct luma_node *node = envelope_find_member(root, name);

    return node && !is_empty(root, node);
}

/* A word for failure; or a word of its own, such as "no_such_model", if the
 * response has nothing else to give. */
static bool word_says_failure(const struct luma_doc *root, const char *text,
                              size_t len)
{
    enum luma_state state = luma_state_of_word(text, len);

    return state == LUMA_STATE_FAILED ||
           (state == LUMA_STATE_PROCESSING && is_complaint(text, len) &&
            !envelope_has_id(root, NULL) && !is_filled(root, "data") &&
            !is_filled(root, "result"));
}

/* Numbers mean different things to different gateways (1 is success to some),
 * but from 400 to 599 all mean what HTTP means. */
static bool code_says_failure(const struct luma_doc *root)
{
    const struct luma_node *code = envelope_find_member(root, "code");
    char digits[TASK_DIGITS_SIZE];
    struct luma_node number;
    size_t len = 0;
    const char *text = task_read_text(root, code, digits, &len);

    if (!text)
        return false;
    if (!number_read(text, len, &number))
        return word_says_failure(root, text, len);
    return number.kind == LUMA_JSON_INTEGER && number.integer >= 400 &&
           number.integer < 600;
}

static bool is_false(const struct luma_doc *root, const struct luma_node *node)
{
    char digits[TASK_DIGITS_SIZE];
    size_t len = 0;
    const char *text = task_read_text(root, node, digits, &len);

    return node->kind == LUMA_JSON_FALSE ||
           (text && len == 5 && ascii_same_bytes(text, "false", 5));
}

bool envelope_says_failure(const struct luma_doc *root)
{
    const char *const *path = places_of(PLACE_REQUEST_ERROR);
    const struct luma_node *success = envelope_find_member(root, "success");

    if ((success && is_false(root, success)) || code_says_failure(root))
        return true;
    for (; *path && !is_task(root); path++) {
        const struct luma_node *error = envelope_find_member(root, *path);

        if (error && complains(root, error))
            return true;
    }
    return false;
}
