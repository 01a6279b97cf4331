/* SPDX-License-Identifier: MIT */
/* Names and words as the gateways spell them. */
#include "task.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "builder.h"
#include "luma.h"

/* ---- words for states -------------------------------------------------- */

static const struct {
    const char *word;
    enum luma_state state;
} words[] = {
    {"", LUMA_NO_STATE},
    {"unknown", LUMA_NO_STATE},
    {"pending", LUMA_WAITING},
    {"queued", LUMA_WAITING},
    {"not_start", LUMA_WAITING},
    {"submitted", LUMA_WAITING},
    {"completed", LUMA_COMPLETED},
    {"success", LUMA_COMPLETED},
    {"succeeded", LUMA_COMPLETED},
    {"finished", LUMA_COMPLETED},
    {"1", LUMA_COMPLETED},
    {"failed", LUMA_FAILED},
    {"failure", LUMA_FAILED},
    {"create_task_failed", LUMA_FAILED},
    {"generate_failed", LUMA_FAILED},
    {"error", LUMA_FAILED},
    {"rejected", LUMA_FAILED},
    {"cancel", LUMA_FAILED},
    {"cancelled", LUMA_FAILED},
    {"canceled", LUMA_FAILED},
    {"not_found", LUMA_FAILED},
    {"2", LUMA_FAILED},
    {"3", LUMA_FAILED},
};

const char *luma_state_name(enum luma_state state)
{
    static const char *const names[] = {"processing", "pending", "processing",
                                        "completed", "failed"};

    return names[state];
}

enum luma_state luma_state_of_word(const char *word, size_t len)
{
    size_t i;

    for (i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == len &&
            strncasecmp(words[i].word, word, len) == 0)
            return words[i].state;
    return LUMA_PROCESSING;
}

/* ---- what a value says ------------------------------------------------- */

const char *task_text(const struct luma_doc *doc, const struct luma_node *node,
                      char room[TASK_ID_ROOM], size_t *len)
{
    if (!node)
        return NULL;
    if (node->kind == LUMA_INTEGER) {
        *len = (size_t)snprintf(room, TASK_ID_ROOM, "%" PRId64, node->integer);
        return room;
    }
    if (node->kind != LUMA_STRING && node->kind != LUMA_BIG)
        return NULL;
    *len = doc->strings[node->string].len;
    return doc->text + doc->strings[node->string].at;
}

const char *task_id(const struct luma_doc *doc, char room[TASK_ID_ROOM],
                    size_t *len)
{
    const struct luma_node *data = doc_member(doc, doc->root, "data");
    const struct luma_node *ids[] = {doc_member(doc, doc->root, "task_id"),
                                     doc_member(doc, data, "id"),
                                     doc_member(doc, doc->root, "id")};
    size_t i;

    for (i = 0; i < sizeof ids / sizeof *ids; i++) {
        const char *id = task_text(doc, ids[i], room, len);

        if (id && *len)
            return id;
    }
    return NULL;
}

enum luma_state task_state(const struct luma_doc *doc)
{
    const struct luma_node *data = doc_member(doc, doc->root, "data");
    const struct luma_node *says[] = {doc_member(doc, doc->root, "status"),
                                      doc_member(doc, data, "state"),
                                      doc_member(doc, doc->root, "state")};
    size_t i;

    for (i = 0; i < sizeof says / sizeof *says; i++) {
        char room[TASK_ID_ROOM];
        size_t len = 0;
        const char *word = task_text(doc, says[i], room, &len);
        enum luma_state state = word ? luma_state_of_word(word, len)
                                     : LUMA_NO_STATE;

        if (state != LUMA_NO_STATE)
            return state;
    }
    return LUMA_PROCESSING;
}

/* A row tells it as "40%", or as a number. */
int task_progress(const struct luma_doc *doc)
{
    char room[TASK_ID_ROOM], digits[TASK_ID_ROOM];
    const struct luma_node *node = doc_member(doc, doc->root, "progress");
    size_t len = 0;
    const char *text = task_text(doc, node, room, &len);
    double value = -1;

    if (node && node->kind == LUMA_FLOAT) {
        value = node->number;
    } else if (text && len < sizeof digits) {
        char *end;

        memcpy(digits, text, len);
        digits[len] = '\0';
        value = strtod(digits, &end);
        if (end == digits || (*end && strcmp(end, "%") != 0))
            value = -1;
    }
    return value >= 0 && value <= 100 ? (int)(value * 100) : -1;
}

static bool has_text(const struct luma_doc *doc, const struct luma_node *object,
                     const char *name)
{
    const struct luma_node *node = doc_member(doc, object, name);

    return node && node->kind == LUMA_STRING && doc->strings[node->string].len;
}

bool task_has_link(const struct luma_doc *doc)
{
    const struct luma_node *inner = doc_member(doc, doc->root, "data");
    const struct luma_node *homes[2];
    size_t i;

    if (!inner || inner->kind != LUMA_OBJECT)
        inner = doc->root;
    homes[0] = inner;
    homes[1] = doc_member(doc, inner, "artifact");
    for (i = 0; i < 2; i++) {
        const struct luma_node *video = doc_member(doc, homes[i], "video");
        const struct luma_node *raw = doc_member(doc, homes[i], "video_raw");

        if (has_text(doc, video, "download_url") || has_text(doc, raw, "url") ||
            has_text(doc, video, "url"))
            return true;
    }
    return false;
}
