/* SPDX-License-Identifier: MIT */
/* The grammar is one state machine. token.c reads strings, numbers and
 * literals; builder.c stores the values. */
#include "json/reader.h"

#include "json/run.h"
#include "json/scan.h"

static void fail(struct json_reader *r, enum luma_code error_code)
{
    r->list_malformed = error_code == LUMA_ERR_REPLY && r->lists;
    r->error_code = error_code;
    r->state = JSON_FAILED;
    r->result = JSON_BAD;
}

/* The current document is over a limit. A row is skipped to its end. Without
 * the root, the whole reply is unusable. */
static void reject_document(struct json_reader *r, enum luma_code error_code)
{
    enum token_state token = r->state == JSON_TOKEN ? r->token.state
                                                    : TOKEN_NONE;

    if (!r->in_row) {
        fail(r, error_code);
        return;
    }
    r->error_code = error_code;
    r->row_rejected = true;
    if (r->result == JSON_ROW) /* its last byte exceeded the limit */
        return;
    r->state = JSON_REJECTED;
    skip_begin(&r->skip, r->builder.depth - r->row_depth, token);
}

/* ---- values ------------------------------------------------------------ */

/* Whether the next value is the root's member "data". */
static bool is_data(const struct json_reader *r)
{
    return !r->single_value && !r->in_row && r->builder.depth == 1 &&
           builder_is_at(&r->builder, r->name, "data");
}

static void value_done(struct json_reader *r)
{
    r->state = JSON_AFTER;
    if (r->in_row && r->builder.depth == r->row_depth) {
        r->result = JSON_ROW;
    } else if (r->builder.depth == 0) {
        r->state = JSON_END;
        r->result = JSON_ROOT;
    }
}

static void open_container(struct json_reader *r, enum luma_kind kind)
{
    uint32_t index = builder_count(&r->builder);
    bool data = is_data(r);
    bool list = kind == LUMA_JSON_ARRAY && !r->single_value && !r->in_row &&
                (r->builder.depth == 0 ||
                 (r->is_list && r->is_list(&r->builder, r->name)));
    enum luma_code code = builder_open(&r->builder, kind, r->name);

    if (code != LUMA_OK) {
        reject_document(r, code);
        r->skip.depth++; /* its bracket was read already */
        return;
    }
    r->state = kind == LUMA_JSON_ARRAY ? JSON_FIRST_ELEMENT : JSON_FIRST_NAME;
    if (list) {
        r->row_depth = r->builder.depth;
        r->lists++;
    } else if (data && kind == LUMA_JSON_OBJECT) {
        r->data_node = index;
        r->data_json = r->builder.json.len;
    }
}

static void close_container(struct json_reader *r)
{
    uint32_t index = builder_close(&r->builder);

    if (r->builder.depth < r->row_depth)
        r->row_depth = 0;
    if (index == r->data_node)
        r->data_json_end = r->builder.json.len + 1;
    value_done(r);
}

static void token_done(struct json_reader *r)
{
    const struct token *t = &r->token;
    enum luma_code code = r->reading_name
                              ? builder_add_name(&r->builder, t->text, t->len,
                                                 token_is_plain(t), &r->name)
                              : builder_add_value(&r->builder, t, r->name);

    r->state = r->reading_name ? JSON_COLON : JSON_AFTER;
    if (code == LUMA_ERR_REPLY)
        fail(r, code);
    else if (code != LUMA_OK)
        reject_document(r, code);
    else if (!r->reading_name)
        value_done(r);
}

/* ---- bytes ------------------------------------------------------------- */

static bool is_between_rows(const struct json_reader *r)
{
    return r->row_depth && r->builder.depth == r->row_depth && !r->in_row;
}

/* Reads a colon or comma at once, which saves a turn of the loop. */
static const char *follow(struct json_reader *r, const char *p, const char *end)
{
    if (p == end || r->result != JSON_MORE)
        return p;
    if (r->state == JSON_COLON && *p == ':')
        r->state = JSON_VALUE;
    else if (r->state == JSON_AFTER && *p == ',')
        r->state = r->builder.in_object ? JSON_NAME : JSON_VALUE;
    else
        return p;
    return p + 1;
}

/* The end for reading a token: at most one byte over the limit. So the result
 * does not depend on how the input is split. */
static const char *limit(const struct json_reader *r, const char *p,
                         const char *end)
{
    size_t left = r->max_doc + 1 - (r->in_row ? r->row_bytes : r->root_bytes);

    return (size_t)(end - p) > left ? p + left : end;
}

static const char *after_token(struct json_reader *r, enum token_result result,
                               const char *p, const char *end)
{
    switch (result) {
    case TOKEN_MORE:
        return p;
    case TOKEN_DONE:
        token_done(r);
        return follow(r, p, end);
    case TOKEN_BAD:
        fail(r, LUMA_ERR_REPLY);
        return p;
    default:
        reject_document(r, LUMA_ERR_MEMORY);
        return p;
    }
}

static const char *in_token(struct json_reader *r, const char *p,
                            const char *end)
{
    enum token_result result = token_read(&r->token, &p, limit(r, p, end));

    return after_token(r, result, p, end);
}

static const char *begin_token(struct json_reader *r, const char *p,
                               const char *end, bool reading_name)
{
    enum token_result result;

    r->reading_name = reading_name;
    r->state = JSON_TOKEN;
    result = token_begin(&r->token, &p, limit(r, p, end));
    return after_token(r, result, p, end);
}

static const char *begin_value(struct json_reader *r, const char *p,
                               const char *end)
{
    if (is_between_rows(r)) {
        builder_begin_row(&r->builder);
        r->root_has_half |= r->token.has_lone_half;
        r->token.has_lone_half = false;
        r->in_row = true;
        r->row_bytes = 0;
    }
    if (is_data(r))
        r->data_node = 0; /* the last of several equal names counts */
    if (*p != '{' && *p != '[')
        return begin_token(r, p, end, false);
    open_container(r, *p == '{' ? LUMA_JSON_OBJECT : LUMA_JSON_ARRAY);
    return p + 1;
}

/* Reads what stands between values: comma, colon, bracket, quote of a name. */
static const char *punctuation(struct json_reader *r, const char *p,
                               const char *end)
{
    if ((r->state == JSON_FIRST_NAME || r->state == JSON_NAME) && *p == '"')
        return begin_token(r, p, end, true);
    if (*p == (r->builder.in_object ? '}' : ']') &&
        (r->state == JSON_AFTER || r->state == JSON_FIRST_NAME ||
         r->state == JSON_FIRST_ELEMENT)) {
        close_container(r);
        return follow(r, p + 1, end);
    }
    if (follow(r, p, end) == p)
        fail(r, LUMA_ERR_REPLY);
    return p + 1;
}

static const char *in_rejected(struct json_reader *r, const char *p,
                               const char *end)
{
    if (skip_row(&r->skip, &p, end)) {
        r->state = JSON_AFTER;
        r->result = JSON_ROW;
    }
    return p;
}

static const char *step(struct json_reader *r, const char *p, const char *end)
{
    switch (r->state) {
    case JSON_FIRST_ELEMENT:
        if (*p == ']')
            return punctuation(r, p, end);
        return begin_value(r, p, end);
    case JSON_VALUE:
        return begin_value(r, p, end);
    case JSON_TOKEN:
        return in_token(r, p, end);
    case JSON_REJECTED:
        return in_rejected(r, p, end);
    default:
        return punctuation(r, p, end);
    }
}

/* Counts the bytes for their document. The commas between rows belong to none.
 */
static void account(struct json_reader *r, const char *from, const char *to)
{
    size_t n = (size_t)(to - from);
    size_t *bytes = r->in_row ? &r->row_bytes : &r->root_bytes;

    if (n == 0 || r->row_rejected || r->state == JSON_FAILED ||
        (*from == ',' && is_between_rows(r)))
        return;
    *bytes += n;
    if (*bytes > r->max_doc)
        reject_document(r, LUMA_ERR_TOO_LARGE);
    else if (r->keep_json && !builder_append_json(&r->builder, from, to))
        reject_document(r, LUMA_ERR_MEMORY);
}

/* Skips a byte order mark before the text. False: the byte is no part of one.
 */
static bool skip_bom(struct json_reader *r, char c)
{
    if (c == "\xEF\xBB\xBF"[r->bom]) {
        r->bom++;
        return true;
    }
    if (r->bom)
        fail(r, LUMA_ERR_REPLY);
    r->bom = 3;
    return false;
}

static bool may_run(const struct json_reader *r)
{
    return r->in_row && r->result == JSON_MORE &&
           (r->state == JSON_VALUE || r->state == JSON_AFTER ||
            r->state == JSON_FIRST_NAME || r->state == JSON_FIRST_ELEMENT);
}

enum json_result json_feed(struct json_reader *r, const char **at,
                           const char *end)
{
    const char *p = *at, *from;

    if (r->state != JSON_FAILED)
        r->result = JSON_MORE;
    while (r->bom < 3 && p < end && skip_bom(r, *p))
        p++;
    while (r->result == JSON_MORE) {
        if (r->state <= JSON_END)
            p = scan_space(p, end);
        if (p == end)
            break;
        from = p;
        p = step(r, p, end);
        account(r, from, p);
        if (may_run(r) && !run_read(r, &p, end))
            reject_document(r, LUMA_ERR_MEMORY);
    }
    *at = p;
    return r->result;
}

enum json_result json_end(struct json_reader *r)
{
    if (r->state == JSON_END)
        return JSON_MORE;
    if (r->state == JSON_TOKEN && !r->builder.depth &&
        token_end(&r->token) == TOKEN_DONE)
        token_done(r);
    else if (r->state != JSON_FAILED)
        fail(r, LUMA_ERR_TRUNCATED);
    return r->result;
}

struct luma_doc *json_take(struct json_reader *r)
{
    bool has_half = r->token.has_lone_half || (!r->in_row && r->root_has_half);
    struct luma_doc *doc = NULL;

    if (r->keep_json && has_half)
        builder_replace_halves(&r->builder);
    r->token.has_lone_half = false;
    if (!r->row_rejected) {
        doc = builder_make_doc(&r->builder);
        r->error_code = doc ? LUMA_OK : LUMA_ERR_MEMORY;
    }
    if (doc && !r->keep_json)
        doc->json = NULL;
    if (r->in_row)
        builder_drop_row(&r->builder);
    r->in_row = r->row_rejected = false;
    return doc;
}

bool json_narrow_to_data(const struct json_reader *r, struct luma_doc *doc)
{
    if (!r->data_node)
        return false;
    doc->root += r->data_node;
    if (doc->json) {
        doc->json += r->data_json;
        doc->json_len = r->data_json_end - r->data_json;
    }
    return true;
}

void json_init(struct json_reader *r, size_t max_doc, bool keep_json,
               struct names *names)
{
    *r = (struct json_reader){.max_doc = max_doc, .keep_json = keep_json};
    builder_init(&r->builder, names);
    json_reset(r);
}

void json_reset(struct json_reader *r)
{
    builder_clear(&r->builder);
    r->state = JSON_VALUE;
    r->result = JSON_MORE;
    r->bom = r->row_depth = r->lists = 0;
    r->name = r->data_node = 0;
    r->root_bytes = r->row_bytes = 0;
    r->root_has_half = r->token.has_lone_half = false;
    r->in_row = r->row_rejected = r->reading_name = r->list_malformed = false;
    r->error_code = LUMA_OK;
}

void json_free(struct json_reader *r)
{
    builder_free(&r->builder);
    token_free(&r->token);
    *r = (struct json_reader){0};
}
