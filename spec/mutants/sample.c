/* SPDX-License-Identifier: MIT */
/* A text is written with a pen, which knows how it is indented. */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "spec/core/check.h"
#include "spec/core/corpus.h"

enum { LONGEST = 3000 /* of a text of the corpus */ };

static struct text {
    struct buf text;
    bool valid; /* as a value of a row, too */
} * texts;
static size_t text_count;
static struct buf reply;

struct pen {
    struct buf *to;
    uint64_t *seed;
    unsigned indent; /* spaces a level; 0: compact */
    unsigned level;
    unsigned depth; /* of values without a plan */
};

/* ---- loading ----------------------------------------------------------- */

static void keep(void *arg, const char *class, const char *name,
                 const struct buf *text)
{
    struct text *last;

    (void)arg;
    (void)name;
    if (text->len > LONGEST)
        return;
    texts = realloc(texts, (text_count + 1) * sizeof *texts);
    must(texts);
    last = &texts[text_count++];
    *last = (struct text){.valid = *class == 'a' || *class == 'l'};
    must(buf_append(&last->text, text->data, text->len));
}

bool sample_load(const char *corpus, const char *path)
{
    FILE *file = fopen(path, "r");
    char part[1024];
    size_t n;

    while (file && (n = fread(part, 1, sizeof part, file)) > 0)
        must(buf_append(&reply, part, n));
    if (file)
        fclose(file);
    return corpus_read(corpus, keep, NULL);
}

void sample_free(void)
{
    while (text_count)
        buf_free(&texts[--text_count].text);
    free(texts);
    texts = NULL;
    buf_free(&reply);
}

/* ---- values ------------------------------------------------------------ */

static void put(struct pen *pen, const char *text)
{
    must(buf_append_text(pen->to, text));
}

static void gap(struct pen *pen)
{
    unsigned i;

    if (!pen->indent)
        return;
    put(pen, "\n");
    for (i = 0; i < pen->level * pen->indent; i++)
        put(pen, " ");
}

static void open(struct pen *pen, const char *bracket)
{
    put(pen, bracket);
    pen->level++;
}

static void comma(struct pen *pen, bool first)
{
    if (!first)
        put(pen, ",");
    gap(pen);
}

static void close(struct pen *pen, const char *bracket)
{
    pen->level--;
    gap(pen);
    put(pen, bracket);
}

static void put_name(struct pen *pen)
{
    static const char *const names[] = {
        "id",
        "id",
        "state",
        "status",
        "task_id",
        "video",
        "url",
        "thumbnail",
        "data",
        "data",
        "items",
        "list",
        "tasks",
        "code",
        "message",
        "progress",
        "created_at",
        "last_frame",
        "palette",
        "grid",
        "width",
        "height",
        "prompt",
        "request",
        "artifact",
        "error",
        "media_type",
        "a",
        "",
        "results",
        "d\\u0061ta",
        "i\\u0064",
        "a\\u0000",
        "Data",
        "dat",
        "\\ud83d",
        "name with \\\"",
        "caf\xC3\xA9",
        "raw\tname",
        "n\\n",
    };
    char name[40];

    if (chance(pen->seed, 10) == 0) {
        sample_add_string(pen->to, pen->seed);
    } else if (chance(pen->seed, 10) == 0) {
        snprintf(name, sizeof name, "\"n%zu\"", chance(pen->seed, 100000));
        put(pen, name);
    } else {
        put(pen, "\"");
        put(pen, names[chance(pen->seed, COUNT(names))]);
        put(pen, "\"");
    }
    put(pen, pen->indent ? ": " : ":");
}

static void put_value(struct pen *pen);

static void put_object(struct pen *pen)
{
    size_t count = chance(pen->seed, 5), i;

    open(pen, "{");
    for (i = 0; i < count; i++) {
        comma(pen, i == 0);
        put_name(pen);
        put_value(pen);
    }
    close(pen, "}");
}

static void put_array(struct pen *pen)
{
    size_t count = chance(pen->seed, 5), i;

    open(pen, "[");
    for (i = 0; i < count; i++) {
        comma(pen, i == 0);
        put_value(pen);
    }
    close(pen, "]");
}

static void put_value(struct pen *pen)
{
    size_t kind = chance(pen->seed, pen->depth < 4 ? 16 : 10);

    pen->depth++;
    if (kind < 2)
        put(pen, "null");
    else if (kind < 4)
        put(pen, kind == 2 ? "true" : "false");
    else if (kind < 7)
        sample_add_number(pen->to, pen->seed);
    else if (kind < 10)
        sample_add_string(pen->to, pen->seed);
    else if (kind < 13)
        put_array(pen);
    else
        put_object(pen);
    pen->depth--;
}

/* ---- replies ----------------------------------------------------------- */

static void put_member(struct pen *pen, const char *name, const char *value)
{
    put(pen, "\"");
    put(pen, name);
    put(pen, pen->indent ? "\": " : "\":");
    put(pen, value);
}

static void put_link(struct pen *pen, const char *name)
{
    put_member(pen, name, "");
    open(pen, "{");
    comma(pen, true);
    put_member(pen, "url", "\"https://cdn.example/video_0.mp4\"");
    comma(pen, false);
    put_member(pen, "width", "1360");
    comma(pen, false);
    put_member(pen, "palette", chance(pen->seed, 2) ? "null" : "\"em9cs\"");
    close(pen, "}");
}

/* Its members are mostly those of all others, as in a real reply. */
static void put_task(struct pen *pen)
{
    char id[40];

    snprintf(id, sizeof id, "\"%08zx-7641\"", chance(pen->seed, 1 << 20));
    open(pen, "{");
    comma(pen, true);
    put_member(pen, chance(pen->seed, 8) ? "id" : "task_id", id);
    comma(pen, false);
    put_member(pen, "state",
               chance(pen->seed, 2) ? "\"completed\"" : "\"processing\"");
    if (chance(pen->seed, 2)) {
        comma(pen, false);
        put_link(pen, "video");
    }
    while (chance(pen->seed, 2)) {
        comma(pen, false);
        put_name(pen);
        put_value(pen);
    }
    close(pen, "}");
}

static void put_row(struct pen *pen)
{
    const struct text *any = &texts[chance(pen->seed, text_count)];

    if (chance(pen->seed, 4))
        put_task(pen);
    else if (any->valid && chance(pen->seed, 3) == 0)
        must(buf_append(pen->to, any->text.data, any->text.len));
    else
        put_value(pen);
}

static void put_rows(struct pen *pen)
{
    size_t count = chance(pen->seed, chance(pen->seed, 20) ? 5 : 60), i;

    open(pen, "[");
    for (i = 0; i < count; i++) {
        comma(pen, i == 0);
        put_row(pen);
    }
    close(pen, "]");
}

/* '%' is a list of rows, '$' a task, '?' a member. */
static void put_form(struct pen *pen, const char *form)
{
    for (; *form; form++) {
        if (*form == '%') {
            put_rows(pen);
        } else if (*form == '$') {
            put_task(pen);
        } else if (*form == '?') {
            put_name(pen);
            put_value(pen);
        } else {
            must(buf_append(pen->to, form, 1));
            if (*form == ',' || *form == '{')
                gap(pen);
        }
    }
}

static void put_reply(struct pen *pen)
{
    static const char *const forms[] = {
        "%",
        "%",
        "%",
        "{\"code\":200,\"message\":\"ok\",\"data\":%}",
        "{\"data\":%,\"code\":\"success\"}",
        "{\"data\":{\"items\":%,\"total\":3}}",
        "{\"items\":%}",
        "{?,\"items\":%,?}",
        "{?,\"data\":%,?}",
        "{\"data\":{?,\"list\":%}}",
        "{\"id\":\"a\",\"items\":%}",
        "{\"id\":\"a\",\"data\":%}",
        "{\"data\":$}",
        "{?,\"data\":$,?}",
        "{\"data\":%,\"data\":%}",
        "{\"data\":%,\"data\":$}",
        "{\"data\":$,\"data\":null}",
        "{\"d\\u0061ta\":%}",
        "$",
        "$ ",
    };

    put_form(pen, forms[chance(pen->seed, COUNT(forms))]);
}

/* A text of the corpus, and seldom one that it refuses. */
static void put_text(struct pen *pen)
{
    const struct text *any = &texts[chance(pen->seed, text_count)];
    size_t way = chance(pen->seed, 4);

    if (!any->valid && chance(pen->seed, 4))
        any = &texts[chance(pen->seed, text_count)];

    put(pen, way == 1 ? "[1," : way == 2 ? "{\"data\":[" : "");
    must(buf_append(pen->to, any->text.data, any->text.len));
    put(pen, way == 1 ? ",2]" : way == 2 ? "]}" : "");
}

void sample_add_value(struct buf *to, uint64_t *seed)
{
    put_value(&(struct pen){.to = to, .seed = seed, .depth = 2});
}

void sample_add(struct buf *to, uint64_t *seed)
{
    struct pen pen = {.to = to, .seed = seed};
    size_t way = chance(seed, 40);

    pen.indent = chance(seed, 3) ? 0 : 1 + (unsigned)chance(seed, 4);
    if (chance(seed, 50) == 0)
        put(&pen, "\xEF\xBB\xBF");
    if (way < 1)
        must(buf_append(to, reply.data, reply.len));
    else if (way < 13)
        put_text(&pen);
    else if (way < 15)
        sample_add_nest(to, seed);
    else
        put_reply(&pen);
    if (chance(seed, 8) == 0)
        put(&pen, " \r\n\t");
}
