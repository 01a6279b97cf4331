/* SPDX-License-Identifier: MIT */
/* A JSON text that is there as a whole, outside of any response. */
#include "luma.h"

#include <stdlib.h>

#include "json/reader.h"

enum { MAX_TEXT = INT32_MAX };

_Static_assert(BUILDER_DEPTH == 128 && BUILDER_NODES == 16777215,
               "a message says so");

static const char limits[] =
    "the text has more than 2 GiB, 128 levels or 16,777,215 values";

static void set_problem(struct luma_error *error, enum luma_code code,
                        size_t at, size_t len)
{
    if (code == LUMA_ERR_MEMORY) {
        luma_error_set(error, code);
        return;
    }
    luma_error_set(error, LUMA_ERR_ARGUMENT);
    if (code == LUMA_ERR_TOO_LARGE)
        luma_error_append(error, "%s", limits);
    else if (code == LUMA_ERR_TRUNCATED)
        luma_error_append(error, len ? "the text is not complete JSON"
                                     : "the text is empty");
    else if (at < len)
        luma_error_append(error, "the text is not JSON near byte %zu", at + 1);
    else
        luma_error_append(error, "the text is not JSON");
}

/* The root, or NULL. */
static struct luma_doc *read_text(struct json_reader *reader, const char **at,
                                  const char *end)
{
    struct luma_doc *doc = NULL;
    enum json_result result = json_feed(reader, at, end);

    if (result == JSON_MORE)
        result = json_end(reader);
    if (result == JSON_ROOT)
        doc = json_take(reader);
    if (doc && (json_feed(reader, at, end) == JSON_BAD ||
                json_end(reader) == JSON_BAD)) {
        free(doc); /* something follows it */
        doc = NULL;
    }
    return doc;
}

struct luma_doc *luma_read_json(const char *text, size_t len,
                                struct luma_error *error)
{
    struct json_reader reader = {0};
    const char *at = text;
    struct luma_doc *doc;

    if (len > MAX_TEXT) {
        set_problem(error, LUMA_ERR_TOO_LARGE, 0, len);
        return NULL;
    }
    json_init(&reader, MAX_TEXT, false, NULL);
    reader.single_value = true;
    doc = read_text(&reader, &at, text + len);
    if (!doc)
        set_problem(error, reader.error_code, (size_t)(at - text), len);
    json_free(&reader);
    return doc;
}
