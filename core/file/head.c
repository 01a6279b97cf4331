/* SPDX-License-Identifier: MIT */
/* A header is used only if all of it is understood. */
#include "file/head.h"

#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

/* ---- text -------------------------------------------------------------- */

static bool read_number(const char **at, int64_t *number)
{
    uint64_t n;

    if (!ascii_read(at, 10, &n) || n > INT64_MAX)
        return false;
    *number = (int64_t)n;
    return true;
}

static void skip_blanks(const char **at)
{
    while (ascii_is_space(**at))
        ++*at;
}

/* Finds the next member of a comma-separated list; it may be empty. False:
 * there are no more. */
static bool next_member(const char **at, const char **member, size_t *n)
{
    if (!*at)
        return false;
    skip_blanks(at);
    *member = *at;
    *n = strcspn(*at, ",");
    *at = (*member)[*n] ? *member + *n + 1 : NULL;
    while (*n && ascii_is_space((*member)[*n - 1]))
        --*n;
    return true;
}

static bool is_word(const char *member, size_t n, const char *word)
{
    return strlen(word) == n && ascii_same_bytes(member, word, n);
}

/* ---- ranges and lengths ------------------------------------------------- */

/* Reads a number, or "*". */
static bool number_or_star(const char **at, int64_t *number)
{
    *number = -1;
    if (**at != '*')
        return read_number(at, number);
    ++*at;
    return true;
}

static bool read_range(const char *value, int64_t *first, int64_t *last,
                       int64_t *total)
{
    const char *at = value + strlen("bytes");

    *first = *last = -1;
    if (!ascii_starts(value, "bytes") || !ascii_is_space(*at))
        return false;
    skip_blanks(&at);
    if (!number_or_star(&at, first) ||
        (*first >= 0 && (*at++ != '-' || !read_number(&at, last))) ||
        *at++ != '/' || !number_or_star(&at, total))
        return false;
    skip_blanks(&at);
    return !*at && *first <= *last && (*total < 0 || *last < *total);
}

static void add_range(struct head *head, const char *value)
{
    int64_t first, last, total;
    bool good = read_range(value, &first, &last, &total);

    if (head->range != HEAD_ABSENT)
        good = good && first == head->first && last == head->last &&
               total == head->total;
    if (!good || head->range == HEAD_INVALID) {
        head->range = HEAD_INVALID;
        return;
    }
    head->range = HEAD_VALID;
    head->first = first;
    head->last = last;
    head->total = total;
}

static void add_length(struct head *head, const char *value)
{
    const char *member;
    int64_t length;
    size_t n;

    while (next_member(&value, &member, &n)) {
        const char *at = member;
        bool good = read_number(&at, &length) && at == member + n;

        if (!good ||
            (head->length_presence != HEAD_ABSENT && length != head->length)) {
            head->length_presence = HEAD_INVALID;
            return;
        }
        if (head->length_presence == HEAD_ABSENT)
            head->length_presence = HEAD_VALID;
        head->length = length;
    }
}

/* ---- codings and types -------------------------------------------------- */

static void add_transfer(struct head *head, const char *value)
{
    const char *member;
    size_t n;

    while (next_member(&value, &member, &n)) {
        if (!n || is_word(member, n, "identity"))
            continue;
        head->end = is_word(member, n, "chunked") && head->end == HEAD_CLOSE
                        ? HEAD_MARKED
                        : HEAD_CODED;
    }
}

/* Removes the parameters, quotes and spaces of a list member. */
static void bare_word(const char **word, size_t *n)
{
    const char *parameters = memchr(*word, ';', *n);

    if (parameters)
        *n = (size_t)(parameters - *word);
    while (*n && (**word == '"' || ascii_is_space(**word))) {
        ++*word;
        --*n;
    }
    while (*n && ((*word)[*n - 1] == '"' || ascii_is_space((*word)[*n - 1])))
        --*n;
}

/* In practice this header also contains other words: "none", "utf-8",
 * "aws-chunked", a media type. Only the words below mean that the bytes are
 * not those of the file. */
static void add_coding(struct head *head, const char *value)
{
    static const char *const words[] = {
        "gzip", "x-gzip", "br", "deflate", "zstd", "compress", "x-compress"};
    const char *member;
    size_t n, i;

    while (next_member(&value, &member, &n)) {
        bare_word(&member, &n);
        for (i = 0; i < sizeof words / sizeof *words; i++)
            if (is_word(member, n, words[i]))
                head->coding = words[i];
    }
}

/* Of several types, one of a page or playlist takes precedence. */
static void add_type(struct head *head, const char *value)
{
    enum media_kind kind = media_kind_of_type(value);

    head->parts = head->parts || ascii_starts(value, "multipart/");
    if (!*head->type || (head->kind == MEDIA_FILE && kind != MEDIA_FILE)) {
        head->raw_type = value;
        text_sanitize(head->type, sizeof head->type, value, strlen(value),
                      NULL);
    }
    if (head->kind == MEDIA_FILE)
        head->kind = kind;
}

/* ---- ETags -------------------------------------------------------------- */

/* Whether the ETag is strong, so that equal tags mean equal bytes, and can be
 * stored in the state file. */
static bool is_strong(const char *etag)
{
    size_t n = strlen(etag), i;

    if (n < 3 || n >= PART_ETAG || etag[0] != '"' || etag[n - 1] != '"')
        return false;
    for (i = 1; i < n - 1; i++)
        if (etag[i] <= ' ' || etag[i] == '"' || etag[i] == 0x7F)
            return false;
    return true;
}

static void add_etag(struct head *head, const char *value)
{
    const char *etag = is_strong(value) ? value : "";

    if (head->etag_presence == HEAD_ABSENT) {
        head->etag_presence = HEAD_VALID;
        strcpy(head->etag, etag);
    } else if (strcmp(head->etag, etag) != 0) {
        head->etag_presence = HEAD_INVALID;
        head->etag[0] = '\0';
    }
}

/* ---- all headers -------------------------------------------------------- */

void head_start(struct head *head, long http_status)
{
    *head = (struct head){
        .http_status = http_status,
        .first = -1,
        .last = -1,
        .total = -1,
        .end = HEAD_CLOSE,
        .kind = MEDIA_FILE,
        .coding = "",
    };
}

void head_add(struct head *head, const char *name, const char *value)
{
    static const struct {
        const char *name;
        void (*add)(struct head *head, const char *value);
    } known[] = {
        {"Content-Range", add_range},        {"Content-Length", add_length},
        {"Transfer-Encoding", add_transfer}, {"Content-Encoding", add_coding},
        {"Content-Type", add_type},          {"ETag", add_etag},
    };
    size_t len = strcspn(name, " \t"); /* a space may stand before the colon */
    size_t i;

    /* libcurl does not see such a line, and so finds no chunks. */
    if (name[len] && is_word(name, len, "Transfer-Encoding"))
        head->end = HEAD_CODED;

    for (i = 0; i < sizeof known / sizeof *known; i++)
        if (is_word(name, len, known[i].name))
            known[i].add(head, value);
}
