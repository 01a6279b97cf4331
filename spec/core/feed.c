/* SPDX-License-Identifier: MIT */
/* The promises of reader.h that hold for every text. */
#include "feed.h"

#include <stdlib.h>

#include "check.h"

void feed_piece(const struct feeder *f, const char *piece, size_t len)
{
    char *copy = malloc(len ? len : 1);
    const char *at = copy, *before;
    enum json_result result;

    must(copy);
    memcpy(copy, piece, len);
    do {
        before = at;
        result = f->read(f->reader, &at, copy + len);
        insist(at >= before && at <= copy + len && result == f->reader->result,
               "json_feed moves on");
        f->hear(f->arg, f->reader);
    } while (result == JSON_ROW || result == JSON_ROOT);
    insist(result == JSON_BAD || at == copy + len, "JSON_MORE uses all bytes");
    free(copy);
}

void feed_after_bad(struct json_reader *r)
{
    enum luma_code why = r->error_code;
    const char *at = ",\"\",[1]]";

    insist(json_feed(r, &at, at + 8) == JSON_BAD, "json_feed stays bad");
    insist(json_end(r) == JSON_BAD, "json_end stays bad");
    insist(why == r->error_code, "the first reason stays");
}
