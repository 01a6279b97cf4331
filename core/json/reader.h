/* SPDX-License-Identifier: MIT */
/* An incremental JSON reader: turns bytes, split anywhere, into flat
 * documents.
 *
 * Rows are the elements of an array at the root, or of an array in the root
 * object for which `is_list` returns true. They come out one by one. The rest
 * is the root, which comes out last. So a long reply needs no more memory than
 * its largest row.
 *
 * The grammar is RFC 8259, with these details: One byte order mark at the
 * start is skipped. Bytes above 127 are not checked. An unescaped control
 * character in a string is accepted. A lone half of a surrogate pair is read
 * as U+FFFD. Of equal names, the last counts. Integers beyond 64 bits keep
 * their digits.
 *
 * An error of the grammar ends the reading. `list_malformed` says whether a
 * list had begun before. Nothing after the error is used as a row, because its
 * brackets and quotes are not reliable.
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
    JSON_MORE, /* all bytes are used */
    JSON_ROW,  /* a row has ended: call json_take, then feed the rest */
    JSON_ROOT, /* the root has ended: call json_take; white space may follow */
    JSON_BAD   /* not JSON, or the root is over a limit: see `error_code` */
};

/* What comes next. */
enum json_state {
    /* between tokens: white space may follow */
    JSON_VALUE,
    JSON_FIRST_ELEMENT,
    JSON_FIRST_NAME,
    JSON_NAME,
    JSON_COLON,
    JSON_AFTER, /* after a value */
    JSON_END,   /* after the root */
    /* inside of something */
    JSON_TOKEN,
    JSON_REJECTED, /* in a row that is skipped */
    JSON_FAILED
};

struct json_reader {
    /* set by json_init */
    size_t max_doc; /* JSON bytes of a row, or of the root without its rows */
    bool keep_json; /* documents keep their JSON text */
    bool single_value; /* there are no rows; set before the first json_feed */
    /* Whether the elements of the array that starts now, a member called
     * `name`, are rows: see builder_is_at. Not called within rows. NULL:
     * never. */
    bool (*is_list)(const struct builder *b, uint32_t name);
    /* the values */
    struct builder builder;
    struct token token;
    /* the grammar */
    enum json_state state;
    enum json_result result;
    unsigned bom;       /* bytes of a byte order mark so far */
    uint32_t name;      /* of the next value */
    bool reading_name;  /* the current string is a name */
    size_t root_bytes;  /* bytes of the root so far */
    bool root_has_half; /* a lone half of a surrogate pair, before this row */
    /* rows */
    unsigned row_depth; /* depth of the rows; 0: outside of a list */
    unsigned lists;     /* how many there were */
    bool in_row;
    bool list_malformed; /* JSON_BAD, within or after a list */
    size_t row_bytes;
    uint8_t indent[BUILDER_DEPTH + 1]; /* by depth: blanks after a line break */
    /* the data object: the root's member "data", if it is an object */
    uint32_t data_node;
    size_t data_json, data_json_end;
    /* the current row is skipped to its end */
    bool row_rejected;
    struct skip skip;
    enum luma_code error_code; /* why it is, or why the text is JSON_BAD */
};

/* Initialises the reader. `max_doc` is at most 2 GiB. The documents share their
 * names in `names`, which must live longer than they; NULL: they do not. */
void json_init(struct json_reader *reader, size_t max_doc, bool keep_json,
               struct names *names);

/* Prepares for the next text. */
void json_reset(struct json_reader *reader);

/* Frees all memory. A zero-filled reader may be freed, too. */
void json_free(struct json_reader *reader);

/* Reads from *at up to `end`, and moves *at past the bytes that were used. */
enum json_result json_feed(struct json_reader *reader, const char **at,
                           const char *end);

/* Ends the text. JSON_ROOT: a number at the root ended with it. JSON_MORE:
 * nothing new. JSON_BAD: the text is incomplete (`error_code` is
 * LUMA_ERR_TRUNCATED), or was bad before. */
enum json_result json_end(struct json_reader *reader);

/* Returns the document, once after each JSON_ROW and JSON_ROOT. The caller
 * must free() it. Its `event`, `id` and `state` are zero. NULL: `error_code`
 * says which limit the row exceeds, or that memory ran out. */
struct luma_doc *json_take(struct json_reader *reader);

/* Makes the data object the value of the root document. Call it after
 * JSON_ROOT and json_take, before json_reset. False: there is no data object.
 */
bool json_narrow_to_data(const struct json_reader *reader,
                         struct luma_doc *doc);

#endif
