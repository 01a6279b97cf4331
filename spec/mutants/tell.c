/* SPDX-License-Identifier: MIT */
/* Written by hand, because a million texts have many values. */
#include "tell.h"

#include "json/document.h"
#include "spec/core/check.h"

#ifdef NAMES_IN_DOC /* a core that does not share names */
static const char *luma_doc_name(const struct luma_doc *doc,
                                 const struct luma_node *node, size_t *len)
{
    const struct luma_string *name = &doc->strings[node->name];

    *len = name->len;
    return doc->text + name->at;
}
#endif

void tell_text(struct buf *to, const char *text)
{
    must(buf_append_text(to, text));
}

/* In hexadecimal. */
void tell_number(struct buf *to, uint64_t value)
{
    char digits[16];
    size_t at = sizeof digits;

    do
        digits[--at] = "0123456789abcdef"[value % 16];
    while (value /= 16);
    must(buf_append(to, digits + at, sizeof digits - at));
}

/* Its length makes it readable for machines, too. */
void tell_string(struct buf *to, const char *s, size_t len)
{
    tell_number(to, len);
    tell_text(to, "\"");
    must(buf_append(to, s, len));
    tell_text(to, "\"");
}

static void tell_value(struct buf *to, const struct luma_doc *doc,
                       const struct luma_node *node);

static void tell_many(struct buf *to, const struct luma_doc *doc,
                      const struct luma_node *around)
{
    const struct luma_node *node = around + 1, *end = around + around->span;
    uint32_t size = 0, nulls = 0;

    tell_number(to, around->many.size);
    tell_text(to, ",");
    tell_number(to, around->many.nulls);
    tell_text(to, "(");
    for (; node < end && node->span; node += node->span) {
        if (around->kind == LUMA_JSON_OBJECT) {
            size_t len;
            const char *name = luma_doc_name(doc, node, &len);

            tell_string(to, name, len);
        }
        tell_value(to, doc, node);
        size++;
        nulls += node->kind == LUMA_JSON_NULL;
    }
    tell_text(to, ")");
    insist(node == end && size == around->many.size &&
               nulls == around->many.nulls,
           "size, nulls and span fit what is inside");
}

static void tell_value(struct buf *to, const struct luma_doc *doc,
                       const struct luma_node *node)
{
    static const char kinds[] = "nftif#s[{";
    uint64_t bits;

    must(buf_append(to, " ", 1));
    must(buf_append(to, &kinds[node->kind], 1));
    tell_number(to, node->span);
    if (node->kind == LUMA_JSON_INTEGER || node->kind == LUMA_JSON_FLOAT) {
        memcpy(&bits, &node->integer, sizeof bits);
        tell_text(to, ":");
        tell_number(to, bits);
    } else if (node->kind == LUMA_JSON_STRING ||
               node->kind == LUMA_JSON_BIGINT) {
        const struct luma_string *s = &doc->strings[node->string];

        tell_string(to, doc->text + s->at, s->len);
    } else if (node->kind >= LUMA_JSON_ARRAY) {
        tell_many(to, doc, node);
    }
}

/* Members are also found by their names. */
static void tell_members(struct buf *to, const struct luma_doc *doc)
{
    static const char *const paths[] = {"id",        "data", "data.id", "state",
                                        "video.url", "a",    ""};
    size_t i;

    tell_text(to, " at");
    for (i = 0; i < COUNT(paths); i++) {
        const struct luma_node *node = doc_find_path(doc, paths[i]);

        tell_text(to, " ");
        if (node)
            tell_number(to, (uint64_t)(node - doc->root));
    }
}

void tell_doc(struct buf *to, const struct luma_doc *doc)
{
    insist(!doc->event.next && !doc->event.job && !doc->id && !doc->state,
           "event, id and state are zero");
    insist(doc->root->kind <= LUMA_JSON_OBJECT, "a known kind");
    tell_value(to, doc, doc->root);
    if (doc->root->kind == LUMA_JSON_OBJECT)
        tell_members(to, doc);
}
