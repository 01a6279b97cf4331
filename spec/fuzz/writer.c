/* SPDX-License-Identifier: MIT */
/* What is written as JSON is read as the same value. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "json/number.h"
#include "json/reader.h"
#include "json/writer.h"
#include "spec/core/check.h"

static struct luma_doc *read(const struct buf *text)
{
    static struct json_reader reader;
    static bool ready;
    const char *at = text->data;

    if (!ready)
        json_init(&reader, 1 << 20, false, NULL);
    ready = true;
    json_reset(&reader);
    if (json_feed(&reader, &at, text->data + text->len) == JSON_ROOT ||
        json_end(&reader) == JSON_ROOT)
        return json_take(&reader);
    return NULL;
}

static void check_string(const char *s, size_t len)
{
    struct buf text = {0};
    struct luma_doc *doc;

    must(writer_add_string(&text, s, len));
    doc = read(&text);
    if (doc) {
        const struct luma_string *is = &doc->strings[doc->root->string];

        fuzz_insist(doc->root->kind == LUMA_JSON_STRING && is->len == len &&
                        memcmp(doc->text + is->at, s, len) == 0,
                    "a string is read as it was written");
    }
    free(doc);
    buf_free(&text);
}

static void check_number(double value)
{
    char out[NUMBER_SIZE];
    struct luma_node node;
    size_t n = number_write(value, out);

    if (!n)
        return;
    fuzz_insist(number_read(out, n, &node), "what is written is a number");
    fuzz_insist(
        (node.kind == LUMA_JSON_FLOAT && node.number == value) ||
            (node.kind == LUMA_JSON_INTEGER && (double)node.integer == value),
        "a number is read as it was written");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    double value;

    if (len >= sizeof value) {
        memcpy(&value, bytes, sizeof value);
        check_number(value);
    }
    check_string((const char *)bytes, len);
    return 0;
}
