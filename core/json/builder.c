/* SPDX-License-Identifier: MIT */
/* A document grows in four buffers, which are reused. A finished document is
 * copied out as one block. */
#include "json/builder.h"

#include <stdlib.h>

#include "json/document.h"
#include "json/kept.h"
#include "json/number.h"
#include "json/quickhash.h"

enum { PROBES = 8 };

/* ---- rows -------------------------------------------------------------- */

/* Forgets the stored strings. When the counter wraps around, the slots are
 * cleared, because old numbers would be valid again. */
static void next_epoch(struct builder *b)
{
    if (++b->generation == 0) {
        memset(b->slots, 0, sizeof b->slots);
        b->generation = 1;
    }
}

void builder_begin_row(struct builder *b)
{
    b->base = (struct builder_mark){b->nodes.len, b->strings.len, b->text.len,
                                    b->json.len};
    b->row_depth = b->depth;
    b->place = 0;
    b->first_escaped = UINT32_MAX;
    next_epoch(b);
}

void builder_drop_row(struct builder *b)
{
    b->nodes.len = b->base.nodes;
    b->strings.len = b->base.strings;
    b->text.len = b->base.text;
    b->json.len = b->base.json;
    b->base = (struct builder_mark){0};
    b->depth = b->row_depth;
    b->row_depth = 0;
    b->in_object = false; /* rows are elements */
    next_epoch(b);
}

void builder_clear(struct builder *b)
{
    b->base = (struct builder_mark){0};
    b->row_depth = 0;
    builder_drop_row(b);
}

void builder_init(struct builder *b, struct names *names)
{
    *b = (struct builder){.names = names};
    builder_clear(b);
}

void builder_free(struct builder *b)
{
    buf_free(&b->nodes);
    buf_free(&b->strings);
    buf_free(&b->text);
    buf_free(&b->json);
    *b = (struct builder){0};
}

/* ---- strings ------------------------------------------------------------ */

static bool is_string(const struct builder *b, uint32_t index, const char *s,
                      size_t len)
{
    const struct luma_string *string = builder_string(b, index);

    return string->len == len &&
           memcmp(b->text.data + b->base.text + string->at, s, len) == 0;
}

/* Returns the slot of the string, or a slot for it. If many strings have
 * similar hashes, an equal string may be stored twice, which is harmless. */
static struct builder_slot *find_slot(struct builder *b, uint32_t hash,
                                      const char *s, size_t len)
{
    struct builder_slot *slot = NULL;
    uint32_t i;

    for (i = 0; i < PROBES; i++) {
        slot = &b->slots[(hash + i) % BUILDER_SLOTS];
        if (slot->generation != b->generation ||
            (slot->hash == hash && is_string(b, slot->string, s, len)))
            return slot;
    }
    slot->generation = b->generation - 1;
    return slot;
}

enum luma_code builder_add_string(struct builder *b, const char *s, size_t len,
                                  bool plain, uint32_t *index)
{
    uint32_t hash = quickhash(s, len);
    struct builder_slot *slot = find_slot(b, hash, s, len);
    struct luma_string string = {(uint32_t)(b->text.len - b->base.text),
                                 (uint32_t)len};

    if (slot->generation == b->generation) {
        *index = slot->string;
        return LUMA_OK;
    }
    *index = builder_string_count(b);
    if (!buf_reserve(&b->strings, sizeof string) ||
        !buf_reserve(&b->text, len + SCAN_READS) ||
        !buf_append(&b->text, s, len) ||
        !buf_append(&b->strings, &string, sizeof string))
        return LUMA_ERR_MEMORY;
    *slot = (struct builder_slot){b->generation, hash, *index};
    if (!plain && *index < b->first_escaped)
        b->first_escaped = *index;
    return LUMA_OK;
}

enum luma_code builder_add_name(struct builder *b, const char *s, size_t len,
                                bool plain, uint32_t *index)
{
    uint32_t shared = b->names ? names_find(b->names, s, len) : NAMES_NONE;

    if (shared == NAMES_NONE)
        return builder_add_string(b, s, len, plain, index);
    *index = LUMA_NAME_SHARED | shared;
    return LUMA_OK;
}

/* ---- nodes ------------------------------------------------------------- */

enum luma_code builder_read_number(struct builder *b, const char *s, size_t len,
                                   struct luma_node *node)
{
    if (!number_read(s, len, node))
        return LUMA_ERR_REPLY;
    if (node->kind == LUMA_JSON_BIGINT)
        return builder_add_string(b, s, len, true, &node->string);
    return LUMA_OK;
}

static enum luma_code read_value(struct builder *b, const struct token *token,
                                 struct luma_node *node)
{
    if (token->kind == TOKEN_NUMBER)
        return builder_read_number(b, token->text, token->len, node);
    if (token->kind == TOKEN_STRING) {
        node->kind = LUMA_JSON_STRING;
        return builder_add_text(b, token->text, token->len,
                                token_is_plain(token), &node->string);
    }
    node->kind = builder_kind_of_literal(*token->text);
    return LUMA_OK;
}

enum luma_code builder_add_value(struct builder *b, const struct token *token,
                                 uint32_t name)
{
    struct luma_node *node;
    enum luma_code code = builder_reserve(b, &node);

    if (code != LUMA_OK)
        return code;
    *node = (struct luma_node){.span = 1, .name = name};
    code = read_value(b, token, node);
    if (code == LUMA_OK)
        builder_commit(b, node);
    return code;
}

/* ---- documents --------------------------------------------------------- */

static void *put_in(char **at, const struct buf *from, size_t base, size_t *n)
{
    void *to = *at;

    *n = from->len - base;
    if (*n)
        memcpy(to, from->data + base, *n);
    *at += *n;
    return to;
}

struct luma_doc *builder_make_doc(const struct builder *b)
{
    const struct builder_mark *base = &b->base;
    size_t size = sizeof(struct luma_doc) + b->nodes.len - base->nodes +
                  b->strings.len - base->strings + b->text.len - base->text +
                  b->json.len - base->json;
    struct luma_doc *doc = malloc(size);
    size_t nodes, strings, text;
    char *at;

    if (!doc)
        return NULL;
    at = (char *)(doc + 1);
    *doc = (struct luma_doc){.size = size};
    doc->names = b->names ? &b->names->shared : NULL;
    doc->root = put_in(&at, &b->nodes, base->nodes, &nodes);
    doc->strings = put_in(&at, &b->strings, base->strings, &strings);
    doc->text = put_in(&at, &b->text, base->text, &text);
    doc->json = put_in(&at, &b->json, base->json, &doc->json_len);
    doc->string_count = (uint32_t)(strings / sizeof(struct luma_string));
    return doc;
}

/* ---- position of the next value ----------------------------------------- */

/* Both documents as one, unfinished. */
static struct luma_doc view_of(const struct builder *b)
{
    return (struct luma_doc){
        .root = builder_node(b, 0),
        .strings = (const struct luma_string *)b->strings.data,
        .text = b->text.data,
        .names = b->names ? &b->names->shared : NULL,
    };
}

bool builder_has_at(const struct builder *b, unsigned depth, const char *name)
{
    const struct luma_doc doc = view_of(b);
    const struct luma_node *object = builder_node(b, b->open[depth]);
    const struct luma_node *end = doc.root + builder_count(b), *found = NULL;

    if (object->kind == LUMA_JSON_OBJECT)
        found = doc_find_sibling(&doc, object + 1, end, name, strlen(name));
    return found && found->kind != LUMA_JSON_NULL;
}

bool builder_has_before(const struct builder *b, const char *name)
{
    unsigned i;

    for (i = 0; i < b->depth; i++)
        if (builder_has_at(b, i, name))
            return true;
    return false;
}

/* Compares from the last name of the path to the first. */
bool builder_is_at(const struct builder *b, uint32_t name, const char *path)
{
    const struct luma_doc doc = view_of(b);
    const char *end = path + strlen(path), *from;
    struct luma_node member = {.name = name};
    unsigned depth = b->depth;

    for (; depth > 0; end = from - 1) {
        const struct luma_node *around = builder_node(b, b->open[--depth]);
        const char *text;
        size_t len;

        if (around->kind != LUMA_JSON_OBJECT)
            return false;
        for (from = end; from > path && from[-1] != '.';)
            from--;
        text = luma_doc_name(&doc, &member, &len);
        if (len != (size_t)(end - from) || memcmp(text, from, len) != 0)
            return false;
        if (from == path)
            return depth == 0;
        member = *around;
    }
    return false;
}

/* ---- kept JSON text ---------------------------------------------------- */

bool builder_append_json(struct builder *b, const char *from, const char *to)
{
    return kept_append(&b->json, from, to);
}

void builder_replace_halves(struct builder *b)
{
    kept_replace_halves(b->json.data + b->base.json,
                        b->json.data + b->json.len);
}
