/* SPDX-License-Identifier: MIT */
/* A linear search: objects have few members. */
#include "json/document.h"

#include <string.h>

const struct luma_node *doc_find_sibling(const struct luma_doc *doc,
                                         const struct luma_node *node,
                                         const struct luma_node *end,
                                         const char *name, size_t len)
{
    const struct luma_node *found = NULL;

    for (; node < end; node += node->span) {
        size_t known;
        const char *text = luma_doc_name(doc, node, &known);

        if (known == len && memcmp(text, name, len) == 0)
            found = node;
    }
    return found;
}

static const struct luma_node *member(const struct luma_doc *doc,
                                      const struct luma_node *object,
                                      const char *name, size_t len)
{
    if (!object || object->kind != LUMA_JSON_OBJECT)
        return NULL;
    return doc_find_sibling(doc, object + 1, object + object->span, name, len);
}

const struct luma_node *doc_find_member(const struct luma_doc *doc,
                                        const struct luma_node *object,
                                        const char *name)
{
    return member(doc, object, name, strlen(name));
}

const struct luma_node *doc_find_path(const struct luma_doc *doc,
                                      const char *path)
{
    const struct luma_node *node = doc->root;
    size_t len;

    for (; node; path += len + 1) {
        len = strcspn(path, ".");
        node = member(doc, node, path, len);
        if (!path[len])
            break;
    }
    return node;
}
