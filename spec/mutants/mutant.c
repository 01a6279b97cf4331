/* SPDX-License-Identifier: MIT */
/* The changes are a table; most texts have one or two of them. */
#include "mutant.h"

#include "sample.h"
#include "spec/core/check.h"

static size_t pick(struct mutant *m, size_t below)
{
    return chance(&m->seed, below ? below : 1);
}

static size_t place(struct mutant *m)
{
    return pick(m, m->text.len + 1);
}

/* Replaces `n` bytes by others, which may not lie in the text. */
static void replace(struct mutant *m, size_t at, size_t n, const char *by,
                    size_t len)
{
    struct buf rest = {0};

    n = n < m->text.len - at ? n : m->text.len - at;
    must(buf_append(&rest, m->text.data + at + n, m->text.len - at - n));
    m->text.len = at;
    must(buf_append(&m->text, by, len));
    must(buf_append(&m->text, rest.data, rest.len));
    buf_free(&rest);
    m->at = at;
}

/* The next place with one of these bytes, or the end. */
static size_t next_of(const struct mutant *m, size_t at, const char *set)
{
    while (at < m->text.len &&
           !(m->text.data[at] && strchr(set, m->text.data[at])))
        at++;
    return at;
}

/* ---- bytes ------------------------------------------------------------- */

static char odd_byte(struct mutant *m)
{
    static const char bytes[] = "\"\"\\\\{}[],:0123456789.eE+-tfnu/ \n\r\t"
                                "\x01\x1F\x7F\x80\xC3\xEF\xBB\xBF\xFF";

    return bytes[pick(m, sizeof bytes)]; /* or NUL */
}

static void flip_bit(struct mutant *m)
{
    m->at = pick(m, m->text.len);
    if (m->text.len)
        m->text.data[m->at] ^= (char)(1 << pick(m, 8));
}

static void change_byte(struct mutant *m)
{
    char byte = odd_byte(m);

    replace(m, pick(m, m->text.len), 1, &byte, 1);
}

static void insert_byte(struct mutant *m)
{
    char byte = odd_byte(m);

    replace(m, place(m), 0, &byte, 1);
}

static void delete_bytes(struct mutant *m)
{
    replace(m, place(m), 1 + pick(m, pick(m, 3) ? 3 : 40), "", 0);
}

static void cut_off(struct mutant *m)
{
    replace(m, place(m), m->text.len, "", 0);
}

/* Another bracket, quote, comma or colon. */
static void change_mark(struct mutant *m)
{
    static const char marks[] = "{}[],:\"";
    char mark = marks[pick(m, sizeof marks - 1)];

    replace(m, next_of(m, place(m), marks), 1, &mark, 1);
}

static void delete_mark(struct mutant *m)
{
    replace(m, next_of(m, place(m), "{}[],:\"\\"), 1, "", 0);
}

/* Behind a quote: mostly in a string. */
static void insert_control(struct mutant *m)
{
    char byte = (char)pick(m, 32);
    size_t at = next_of(m, place(m), "\"");

    replace(m, at + (at < m->text.len), 0, &byte, 1);
}

static void insert_space(struct mutant *m)
{
    static const char *const spaces[] = {
        " ", "\n", "\r\n", "\t", "        ", "\n                      "};
    const char *space = spaces[pick(m, COUNT(spaces))];

    replace(m, next_of(m, place(m), "{}[],:"), 0, space, strlen(space));
}

/* ---- pieces ------------------------------------------------------------ */

static void copy_to(struct mutant *m, size_t from, size_t n, size_t to)
{
    struct buf copy = {0};

    n = n < m->text.len - from ? n : m->text.len - from;
    must(buf_append(&copy, m->text.data + from, n));
    replace(m, to, 0, copy.data, copy.len);
    buf_free(&copy);
}

static void duplicate(struct mutant *m)
{
    size_t from = place(m);

    copy_to(m, from, 1 + pick(m, pick(m, 3) ? 8 : 200),
            pick(m, 2) ? from : place(m));
}

/* From a comma to the next one: mostly a member or an element. */
static void repeat_member(struct mutant *m)
{
    size_t from = next_of(m, place(m), ",");
    size_t to = from < m->text.len ? next_of(m, from + 1, ",}]") : from;

    copy_to(m, from, to - from, pick(m, 3) ? to : next_of(m, place(m), ","));
}

static void delete_member(struct mutant *m)
{
    size_t from = next_of(m, place(m), ",");
    size_t to = from < m->text.len ? next_of(m, from + 1, ",}]") : from;

    replace(m, from, to - from, "", 0);
}

static void splice(struct mutant *m)
{
    struct mutant other = {.seed = m->seed};
    size_t from;

    sample_add(&other.text, &other.seed);
    m->seed = other.seed;
    from = pick(m, 2) ? pick(m, other.text.len + 1)
                      : next_of(&other, pick(m, other.text.len + 1), ",{[");
    replace(m, pick(m, 2) ? place(m) : next_of(m, place(m), ",]}"),
            pick(m, 2) ? m->text.len : pick(m, 40), other.text.data + from,
            other.text.len - from);
    buf_free(&other.text);
}

/* ---- values ------------------------------------------------------------ */

typedef void adder(struct buf *to, uint64_t *seed);

/* Behind a bracket, comma or colon, where it mostly fits; in place of a value,
 * or before it. */
static void insert_value(struct mutant *m, adder *add)
{
    size_t at = next_of(m, place(m), "[,:"), to;
    bool member = at < m->text.len && m->text.data[at] == ':';
    struct buf value = {0};

    at += at < m->text.len;
    to = pick(m, 2) ? next_of(m, at, ",]}") : at;
    add(&value, &m->seed);
    if (to == at)
        must(buf_append_text(&value, member ? ",\"inserted\":" : ","));
    replace(m, at, to - at, value.data, value.len);
    buf_free(&value);
}

static void insert_any(struct mutant *m)
{
    insert_value(m, sample_add_value);
}

static void insert_number(struct mutant *m)
{
    insert_value(m, sample_add_number);
}

static void insert_string(struct mutant *m)
{
    insert_value(m, sample_add_string);
}

static void insert_nest(struct mutant *m)
{
    insert_value(m, sample_add_nest);
}

static void insert_escape(struct mutant *m)
{
    static const char *const escapes[] = {
        "\\n",        "\\\"",
        "\\\\",       "\\u0041",
        "\\u00",      "\\ud83d",
        "\\ude00",    "\\ud83d\\ude00",
        "\\x",        "\\",
        "\\u",        "\\uD83",
        "\\u0000",    "\\ud83d\\u0041",
        "\\ud83d\\n",
    };
    const char *escape = escapes[pick(m, COUNT(escapes))];
    size_t at = next_of(m, place(m), "\"");

    replace(m, at + (at < m->text.len), 0, escape, strlen(escape));
}

/* ---- all of them ------------------------------------------------------- */

static void change(struct mutant *m)
{
    static void (*const changes[])(struct mutant * m) = {
        flip_bit,      change_byte,    insert_byte,   delete_bytes,
        change_mark,   delete_mark,    insert_space,  insert_space,
        insert_space,  insert_control, duplicate,     repeat_member,
        repeat_member, delete_member,  delete_member, splice,
        insert_any,    insert_any,     insert_number, insert_number,
        insert_string, insert_string,  insert_nest,   insert_escape,
        insert_escape, cut_off,
    };

    changes[pick(m, COUNT(changes))](m);
}

/* Seeds that follow each other must not give texts that are alike. */
static uint64_t spread(uint64_t x)
{
    x = (x + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

void mutant_make(struct mutant *m, uint64_t number)
{
    static const int counts[] = {0, 0, 0, 1, 1, 1, 1, 1, 2, 4};
    int count;

    m->seed = spread(number);
    m->at = 0;
    buf_clear(&m->text);
    must(buf_reserve(&m->text, 1));
    sample_add(&m->text, &m->seed);
    for (count = counts[pick(m, COUNT(counts))]; count; count--)
        change(m);
}

void mutant_free(struct mutant *m)
{
    buf_free(&m->text);
}
