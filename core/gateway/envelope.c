/* SPDX-License-Identifier: MIT */
/* The root object of a response. */
#include "gateway/envelope.h"

#include <string.h>

#include "base/ascii.h"
#include "json/document.h"
#include "gateway/places.h"
#include "gateway/task.h"

const struct luma_node *envelope_find_member(const struct luma_doc *root,
                                             const char *name)
{
    const struct luma_node *node = doc_find_member(root, root->root, name);

    return node && node->kind != LUMA_JSON_NULL ? node : NULL;
}

bool envelope_has_id(const struct luma_doc *root, const char *object)
{
    const struct luma_node *node =
        object ? doc_find_member(root, root->root, object) : root->root;

    return doc_find_member(root, node, "id") ||
           doc_find_member(root, node, "task_id");
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

bool envelope_has_error(const struct luma_doc *root, bool tasks)
{
    const char *const *path = places_of(PLACE_ERROR);
    const struct luma_node *success = envelope_find_member(root, "success");
    bool inner = tasks && !envelope_has_id(root, "data");

    for (; *path; path++) {
        const struct luma_node *error = doc_find_path(root, *path);

        if (error && !is_empty(root, error) && (inner || !strchr(*path, '.')))
            return true;
    }
    return (success && is_empty(root, success)) || !code_is_good(root) ||
           (inner && !envelope_has_id(root, NULL) && status_is_bad(root));
}
