/* SPDX-License-Identifier: MIT */
/* An incremental JSON reader: bytes in any cut become flat documents.
 *
 * The elements of an array at the root, or of one that `is_list` picks out of
 * the root object, come out one by one as rows; what is left is the root, the
 * last document. So a long reply needs no more memory than its largest row.
 *
 * RFC 8259, and: one byte order mark at the start is skipped, bytes above 127
 * pass through as they are, a raw control character in a string stands for
 * itself, a lone half of a surrogate pair is read as U+FFFD, of equal names the
 * last counts, integers beyond 64 bits keep their digits.
 *
 * What is not JSON ends the reading; where a list has begun, `list_malformed`
 * says so. Nothing behind it is a row: its brackets and quotes cannot be
 * trusted.
 *
 * The caller owns the struct; one thread at a time; nothing blocks. Errors are
 * sticky until json_reset. */
#ifndef LUMA_JSON_H
#define LUMA_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "json/builder.h"
#include "json/skip.h"
#include "json/token.h"

enum json_result {
    JSON_MORE, /* all bytes used, none too many */
    JSON_ROW,  /* a row ended: json_take, then feed the rest */
    JSON_ROOT, /* the root ended: json_take; only white space may follow */
    JSON_BAD   /* not JSON, or the root is over a limit: see `error_code` */
};

struct json_reader {
    /* set by json_init */
    size_t max_doc; /* JSON bytes of a row, or of the root without its rows */
    bool keep_json; /* documents carry their tokens */
    bool single_value; /* there are no rows: to be set before json_reset */
    /* The elements of the array that begins now, a member called `name`, are
     * rows: see builder_is_at. Not asked within rows. NULL: they never are. */
    bool (*is_list)(const struct builder *b, uint32_t name);
    /* what is being read */
    struct builder builder;
    struct token token;
    /* the grammar */
    int state;
    enum json_result result;
    unsigned bom;      /* how much of a byte order mark has been seen */
    uint32_t name;     /* of the next value */
    bool reading_name; /* the string is a name */
    size_t root_bytes; /* bytes of the root so far */
    /* rows */
    unsigned
        row_depth;  /* they are the values at this depth; 0: there are none */
    unsigned lists; /* how many there have been */
    bool in_row;
    bool list_malformed; /* JSON_BAD, within a list or behind one */
    size_t row_bytes;
    /* the inner object: the root's member "data", where it is an object */
    uint32_t data_node;
    size_t data_json, data_json_end;
    /* a row that is given up, whose end is looked for */
    bool row_rejected;
    struct skip skip;
    enum luma_code error_code; /* or what is wrong with the text */
};

/* Makes the reader ready. max_doc: at most 16 MiB. */
void json_init(struct json_reader *reader, size_t max_doc, bool keep_json);

/* Ready for the next text. */
void json_reset(struct json_reader *reader);

/* Gives all memory back. A zero-filled reader may be freed too. */
void json_free(struct json_reader *reader);

/* Reads from *at up to `end` and moves *at past what was used. */
enum json_result json_feed(struct json_reader *reader, const char **at,
                           const char *end);

/* The text is over: JSON_ROOT when a number at the root ended with it,
 * JSON_MORE when all was said before, JSON_BAD (`error_code` is
 * LUMA_ERR_TRUNCATED) when it stopped in the middle. */
enum json_result json_end(struct json_reader *reader);

/* After JSON_ROW or JSON_ROOT, once: the document, the caller's to free(), its
 * `event`, `id` and `state` zero. NULL: the row is over a limit or memory ran
 * out, and `error_code` says which. */
struct luma_doc *json_take(struct json_reader *reader);

/* Makes the root's inner object, its member "data", the document's value: after
 * JSON_ROOT and json_take, before json_reset. False when there is none. */
bool json_narrow_to_data(const struct json_reader *reader,
                         struct luma_doc *doc);

#endif
