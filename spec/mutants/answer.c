/* SPDX-License-Identifier: MIT */
/* The texts are read through json_feed alone; a reply only gives its reader. */
#include "answer.h"

#include <stdlib.h>

#include "spec/core/check.h"
#include "spec/core/feed.h"
#include "tell.h"

/* All readers share their names, so what they guess differs from text to text.
 */
void answer_ready(struct reply *reply, bool keep_json)
{
#ifdef NAMES_IN_DOC /* a core that does not share names */
    reply_init(reply, 1 << 24, 1 << 24, keep_json);
#else
    static struct names names;

    reply_init(reply, 1 << 24, 1 << 24, keep_json, &names);
#endif
}

/* ---- reading ----------------------------------------------------------- */

static void hear(void *answer, struct json_reader *r)
{
    struct answer *a = answer;
    struct event event = {.result = r->result};

    if (r->result == JSON_MORE)
        return;
    if (r->result != JSON_BAD) {
        event.doc = json_take(r);
        insist(!event.doc == (r->error_code != LUMA_OK), "json_take says why");
    }
    event.code = r->error_code;
    if (a->count == a->capacity) {
        a->capacity = 2 * a->capacity + 16;
        a->events = realloc(a->events, a->capacity * sizeof event);
        must(a->events);
    }
    a->events[a->count++] = event;
}

static bool is_bad(const struct answer *a)
{
    return a->count && a->events[a->count - 1].result == JSON_BAD;
}

static void read_pieces(struct answer *a, struct json_reader *r,
                        const struct buf *text, const size_t *cuts,
                        size_t count)
{
    const struct feeder feeder = {r, json_feed, hear, a};
    size_t from = 0, to, i;

    for (i = 0; i <= count && !is_bad(a); i++, from = to) {
        to = i < count ? cuts[i] : text->len;
        feed_piece(&feeder, text->data + from, to - from);
    }
    if (is_bad(a)) {
        feed_after_bad(r);
    } else if (json_end(r) != JSON_MORE) {
        hear(a, r);
    }
}

/* ---- telling ----------------------------------------------------------- */

static void tell_kept(struct answer *a, const struct json_reader *r,
                      const struct luma_doc *doc)
{
    insist(!doc->json == !r->keep_json, "JSON is kept if that is wanted");
    if (doc->json)
        tell_string(&a->kept, doc->json, doc->json_len);
}

static void tell_event(struct answer *a, const struct json_reader *r,
                       const struct event *event)
{
    static const char *const words[] = {"", "\nrow ", "\nroot ", "\nbad "};

    tell_text(&a->said, words[event->result]);
    tell_text(&a->said, luma_code_name(event->code));
    if (!event->doc)
        return;
    tell_doc(&a->said, event->doc);
    tell_kept(a, r, event->doc);
    if (event->result == JSON_ROOT && json_narrow_to_data(r, event->doc)) {
        tell_text(&a->said, " ~");
        tell_doc(&a->said, event->doc);
        tell_kept(a, r, event->doc);
    }
}

void answer_read(struct answer *a, struct json_reader *r,
                 const struct setting *setting, const struct buf *text,
                 const size_t *cuts, size_t count)
{
    size_t i;

    buf_clear(&a->said);
    buf_clear(&a->kept);
    a->count = 0;
    r->max_doc = setting->max_doc;
    r->single_value = setting->single_value;
    json_reset(r);
    read_pieces(a, r, text, cuts, count);
    for (i = 0; i < a->count; i++) {
        tell_event(a, r, &a->events[i]);
        free(a->events[i].doc);
    }
    tell_text(&a->said, "\nlists ");
    tell_number(&a->said, r->lists);
    tell_text(&a->said, r->list_malformed ? ", malformed\n" : "\n");
}

/* ---- hashing ----------------------------------------------------------- */

/* FNV-1a */
static uint64_t hash_of(const struct buf *buf, uint64_t hash)
{
    size_t i;

    for (i = 0; i < buf->len; i++)
        hash = (hash ^ (unsigned char)buf->data[i]) * 0x100000001B3u;
    return hash;
}

uint64_t answer_hash(const struct answer *a, uint64_t hash)
{
    return hash_of(&a->kept, hash_of(&a->said, hash));
}

void answer_free(struct answer *a)
{
    buf_free(&a->said);
    buf_free(&a->kept);
    free(a->events);
    *a = (struct answer){0};
}
