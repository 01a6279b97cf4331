/* SPDX-License-Identifier: MIT */
/* A document grows in four buffers, which are reused. A finished document is
 * copied out as one block. */
#include "json/builder.h"

#include <stdlib.h>

#include "json/document.h"
#include "json/kept.h"
#include "json/number.h"

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

void builder_init(struct builder *b)
{
    *b = (struct builder){0};
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

static const struct luma_string *string_at(const struct builder *b,
                                           uint32_t index)
{
    const char *strings = b->strings.data + b->base.strings;

    return (const struct luma_string *)strings + index;
}

const char *builder_get_text(const struct builder *b, uint32_t index,
                             size_t *len)
{
    *len = string_at(b, index)->len;
    return b->text.data + b->base.text + string_at(b, index)->at;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

static uint64_t eight_at(const char *s)
{
    uint64_t word;

    memcpy(&word, s, sizeof word);
    return word;
}

/* All bytes of a string shorter than eight. */
static uint64_t few_at(const char *s, size_t n)
{
    uint32_t first, last;

    if (n < 4)
        return n ? (uint64_t)(unsigned char)s[0] << 16 |
                       (uint64_t)(unsigned char)s[n / 2] << 8 |
                       (unsigned char)s[n - 1]
                 : 0;
    memcpy(&first, s, sizeof first);
    memcpy(&last, s + n - 4, sizeof last);
    return (uint64_t)first << 32 | last;
}

/* Reads only the start and the end of a long string. Strings that differ only
 * in the middle have the same hash; find_slot compares their bytes. */
static uint32_t hash_of(const char *s, size_t n)
{
    uint64_t h = n * 0x9E3779B97F4A7C15u;
    size_t i;

    if (n < 8)
        return (uint32_t)mix(h, few_at(s, n));
    for (i = 0; i + 8 < n && i < 16; i += 8)
        h = mix(h, eight_at(s + i));
    if (n > 24)
        h = mix(h, eight_at(s + n - 16));
    return (uint32_t)mix(h, eight_at(s + n - 8));
}

/* Returns the slot of the string, or a slot for it. If many strings have
 * similar hashes, an equal string may be stored twice, which is harmless. */
static struct builder_slot *find_slot(struct builder *b, uint32_t hash,
                                      const char *s, size_t len)
{
    struct builder_slot *slot = NULL;
    uint32_t i;

    for (i = 0; i < PROBES; i++) {
        const char *text;
        size_t known;

        slot = &b->slots[(hash + i) % BUILDER_SLOTS];
        if (slot->generation != b->generation)
            return slot;
        if (slot->hash != hash)
            continue;
        text = builder_get_text(b, slot->string, &known);
        if (known == len && memcmp(text, s, len) == 0)
            return slot;
    }
    slot->generation = b->generation - 1;
    return slot;
}

enum luma_code builder_add_string(struct builder *b, const char *s, size_t len,
                                  uint32_t *index)
{
    uint32_t hash = hash_of(s, len);
    struct builder_slot *slot = find_slot(b, hash, s, len);
    struct luma_string string = {(uint32_t)(b->text.len - b->base.text),
                                 (uint32_t)len};

    if (slot->generation == b->generation) {
        *index = slot->string;
        return LUMA_OK;
    }
    *index = (uint32_t)((b->strings.len - b->base.strings) / sizeof string);
    if (!buf_reserve(&b->text, 1) || /* "" needs an address, too */
        !buf_append(&b->text, s, len) ||
        !buf_append(&b->strings, &string, sizeof string))
        return LUMA_ERR_MEMORY;
    *slot = (struct builder_slot){b->generation, hash, *index};
    return LUMA_OK;
}

/* ---- nodes ------------------------------------------------------------- */

static struct luma_node *node_at(const struct builder *b, uint32_t index)
{
    return (struct luma_node *)b->nodes.data + index;
}

static enum luma_code add(struct builder *b, const struct luma_node *node)
{
    if (builder_count(b) >= BUILDER_NODES)
        return LUMA_ERR_TOO_LARGE;
    if (!buf_append(&b->nodes, node, sizeof *node))
        return LUMA_ERR_MEMORY;
    if (b->depth > b->row_depth) {
        struct luma_node *around = node_at(b, b->open[b->depth - 1]);

        around->many.size++;
        around->many.nulls += node->kind == LUMA_JSON_NULL;
    }
    return LUMA_OK;
}

static enum luma_code read_number(struct builder *b, const struct token *token,
                                  struct luma_node *node)
{
    if (!number_read(token->text, token->len, node))
        return LUMA_ERR_REPLY;
    if (node->kind == LUMA_JSON_BIGINT)
        return builder_add_string(b, token->text, token->len, &node->string);
    return LUMA_OK;
}

enum luma_code builder_add_value(struct builder *b, const struct token *token,
                                 uint32_t name)
{
    struct luma_node node = {.span = 1, .name = name};
    enum luma_code code = LUMA_OK;

    if (token->kind == TOKEN_STRING) {
        node.kind = LUMA_JSON_STRING;
        code = builder_add_string(b, token->text, token->len, &node.string);
    } else if (token->kind == TOKEN_NUMBER) {
        code = read_number(b, token, &node);
    } else {
        node.kind = *token->text == 't'   ? LUMA_JSON_TRUE
                    : *token->text == 'f' ? LUMA_JSON_FALSE
                                          : LUMA_JSON_NULL;
    }
    return code == LUMA_OK ? add(b, &node) : code;
}

enum luma_code builder_open(struct builder *b, enum luma_kind kind,
                            uint32_t name)
{
    struct luma_node node = {.kind = kind, .span = 1, .name = name};
    uint32_t index = builder_count(b);
    enum luma_code code = b->depth == BUILDER_DEPTH ? LUMA_ERR_TOO_LARGE
                                                    : add(b, &node);

    if (code != LUMA_OK)
        return code;
    b->open[b->depth++] = index;
    b->in_object = kind == LUMA_JSON_OBJECT;
    return LUMA_OK;
}

uint32_t builder_close(struct builder *b)
{
    uint32_t index = b->open[--b->depth];
    uint32_t span = builder_count(b) - index;

    node_at(b, index)->span = span & BUILDER_NODES;
    b->in_object = b->depth &&
                   node_at(b, b->open[b->depth - 1])->kind == LUMA_JSON_OBJECT;
    return index;
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
    doc->root = put_in(&at, &b->nodes, base->nodes, &nodes);
    doc->strings = put_in(&at, &b->strings, base->strings, &strings);
    doc->text = put_in(&at, &b->text, base->text, &text);
    doc->json = put_in(&at, &b->json, base->json, &doc->json_len);
    doc->string_count = (uint32_t)(strings / sizeof(struct luma_string));
    return doc;
}

/* ---- position of the next value ----------------------------------------- */

bool builder_has_at(const struct builder *b, unsigned depth, const char *name)
{
    const struct luma_node *object = (const struct luma_node *)b->nodes.data +
                                     b->open[depth];

    return object->kind == LUMA_JSON_OBJECT &&
           doc_find_sibling(object + 1,
                            (const struct luma_node *)b->nodes.data +
                                builder_count(b),
                            (const struct luma_string *)b->strings.data,
                            b->text.data, name, strlen(name));
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
    const struct luma_node *nodes = (const struct luma_node *)b->nodes.data;
    const char *end = path + strlen(path), *from;
    unsigned depth = b->depth;

    for (; depth > 0; end = from - 1) {
        const struct luma_node *around = &nodes[b->open[--depth]];
        const char *text;
        size_t len;

        if (around->kind != LUMA_JSON_OBJECT)
            return false;
        for (from = end; from > path && from[-1] != '.';)
            from--;
        text = builder_get_text(b, name, &len);
        if (len != (size_t)(end - from) || memcmp(text, from, len) != 0)
            return false;
        if (from == path)
            return depth == 0;
        name = around->name;
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
