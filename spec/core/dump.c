/* SPDX-License-Identifier: MIT */
/* Texts and documents, written out. */
#include "dump.h"

#include <stdarg.h>
#include <stdio.h>

#include "check.h"

/* ---- texts ------------------------------------------------------------- */

void say(struct buf *to, const char *format, ...)
{
    char line[200];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    must(buf_append_text(to, line));
}

void say_times(struct buf *to, const char *text, size_t times)
{
    while (times--)
        must(buf_append_text(to, text));
}

static void say_quoted(struct buf *to, const struct luma_doc *doc,
                       uint32_t string)
{
    bool known = string < doc->string_count;

    insist(known, "the string is there");
    must(buf_append(to, "\"", 1));
    if (known)
        must(buf_append(to, doc->text + doc->strings[string].at,
                        doc->strings[string].len));
    must(buf_append(to, "\"", 1));
}

static void say_name(struct buf *to, const struct luma_doc *doc,
                     const struct luma_node *member)
{
    size_t len;
    const char *name = luma_doc_name(doc, member, &len);

    must(buf_append(to, "\"", 1));
    must(buf_append(to, name, len));
    must(buf_append(to, "\"", 1));
}

void say_buf(struct buf *to, const struct buf *from)
{
    must(buf_append(to, from->data, from->len));
}

/* ---- documents, as text in every detail -------------------------------- */

/* What the container says of itself is true of what it holds. */
static void dump_many(struct buf *to, const struct luma_doc *doc,
                      const struct luma_node *around)
{
    const struct luma_node *node = around + 1, *end = around + around->span;
    unsigned size = 0, nulls = 0;

    say(to, "%u,%u(", around->many.size, around->many.nulls);
    for (; node < end; node += node->span) {
        if (around->kind == LUMA_JSON_OBJECT)
            say_name(to, doc, node);
        dump_node(to, doc, node);
        size++;
        nulls += node->kind == LUMA_JSON_NULL;
    }
    say(to, ")");
    insist(node == end && size == around->many.size &&
               nulls == around->many.nulls,
           "size, nulls and span fit what is inside");
}

void dump_node(struct buf *to, const struct luma_doc *doc,
               const struct luma_node *node)
{
    say(to, " %u+%u:", node->kind, node->span);
    if (node->kind == LUMA_JSON_INTEGER)
        say(to, "%lld", (long long)node->integer);
    else if (node->kind == LUMA_JSON_FLOAT)
        say(to, "%a", node->number);
    else if (node->kind == LUMA_JSON_STRING || node->kind == LUMA_JSON_BIGINT)
        say_quoted(to, doc, node->string);
    else if (node->kind == LUMA_JSON_ARRAY || node->kind == LUMA_JSON_OBJECT)
        dump_many(to, doc, node);
    else
        insist(node->kind <= LUMA_JSON_TRUE, "a known kind");
}

void dump_doc(struct buf *to, const struct luma_doc *doc)
{
    uint32_t i;

    dump_node(to, doc, doc->root);
    if (!doc->names) { /* else it depends on what was read before */
        say(to, " strings");
        for (i = 0; i < doc->string_count; i++)
            say_quoted(to, doc, i);
    }
    say(to, " json ");
    must(buf_append(to, doc->json, doc->json ? doc->json_len : 0));
    insist(!doc->event.next && !doc->event.job && !doc->id && !doc->state,
           "event, id and state are zero");
}
