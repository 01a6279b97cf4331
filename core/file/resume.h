/* SPDX-License-Identifier: MIT */
/* The file a download goes to, and the rules by which a response becomes one: a
 * file is whole, or it has no name. Knows no libcurl. One thread at a time,
 * which waits for the disk.
 *
 * A download asks for the whole file, or, with a part that has a strong ETag,
 * for a Range that begins in this part. Two tables say what the body of a
 * response is. n is the size of the whole file.
 *
 *   status | Content-Range
 *          | none      | 0-(n-1)/n | the rest | any other | odd
 *   -------+-----------+-----------+----------+-----------+----------
 *   200    | whole     | whole     | slice    | slice     | bad range
 *   206    | bad range | whole     | rest     | slice     | bad range
 *   416    | no range, whatever it says; so is 412 where a Range was asked for
 *
 *   the rest   a Range was asked for, this one begins where that one begins and
 *              ends at n-1, and n and the ETag are those of the part
 *   any other  another range, one without a total, or an asterisk for a range
 *   odd        it cannot be read, there are several that differ, or the body is
 *              a multipart with several ranges
 *
 * What is "whole" or "rest" by this table must have the right length, too:
 *
 *   what marks    | Content-Length
 *   the end       | none, n is | none, n   | right   | wrong    | odd
 *                 | not known  | is known  |         |          |
 *   --------------+------------+-----------+---------+----------+-----------
 *   chunks, HTTP/2| take it    | take it   | take it | no match | bad length
 *   nothing       | endless    | take it   | take it | no match | bad length
 *   other codings | bad coding, whatever it says
 *
 *   known      Content-Range says n
 *   right      the bytes from the first one to n-1; without a Content-Range it
 *              says what n is. It counts beside chunks as well
 *   odd        it cannot be read, or there are several that differ
 *
 * The bytes are counted in any case: if another number comes than the head
 * says, nothing gets the name. "endless" is an error that may be repeated.
 *
 * After "slice", "no range", "bad range", "bad length", "no match" and "bad
 * coding", no Range is asked for until a body is taken or there is a new link.
 * A second such response before that is an error with the code `link`; so is
 * the first one if it is a 416 and no Range was asked for. Before all this, a
 * 200 or 206 whose body is a page, a playlist or encoded is refused. "bytes
 * 0-n/n" (off by one) is odd even if the body is complete: it is refused like
 * the others.
 *
 * The part stays until something better is there: the first bytes of a "whole"
 * body are held back until they cannot be those of a page or playlist, and the
 * part is emptied for them then. So the first bytes of every part are checked.
 * It can be resumed if n is known and the ETag is strong. */
#ifndef LUMA_RESUME_H
#define LUMA_RESUME_H

#include "file/head.h"
#include "file/part.h"

/* Blanks that a file may begin with; room for the value of a Range header. */
enum { RESUME_HELD = 256, RESUME_RANGE = 32 };

/* Zero-filled is closed; so is what resume_open has failed on. */
struct resume {
    struct part part;
    struct part_state state; /* of the file that the part is of */
    uint64_t max;            /* bytes, 0 for any number */
    int64_t received;        /* bytes in the part */
    int64_t asked;           /* where the Range begins; 0: none was asked */
    bool unusable;           /* the part is good for nothing */
    bool whole_only; /* the whole file is asked for, whatever the part is */
    /* of the body that comes */
    bool start_checked; /* its first bytes are a file's: they are in the part */
    struct media_sniffer sniffer; /* how far they are checked */
    char held[RESUME_HELD];       /* they themselves */
    size_t held_len;
    struct part_state next_state; /* becomes `state` with them */
    char media_type[HEAD_TYPE];   /* its media type, or "" */
};

/* Opens `dir`/`name`'s part, an old one or a new one. resume_set_key must
 * follow before anything is asked. False: `error` says why (part_open). */
bool resume_open(struct resume *r, const char *dir, const char *name,
                 uint64_t max, struct luma_error *error);

/* Says what is downloaded. A part of anything else is emptied. False: `error`
 * says why. */
bool resume_set_key(struct resume *r, uint64_t key, struct luma_error *error);

/* What the next request asks for. True: a range, under the condition of
 * state.etag; it begins a byte before the part's end, so that even a part with
 * nothing missing is compared with what the server has now. */
bool resume_ask(struct resume *r, char range[RESUME_RANGE]);

/* The words of the tables. */
enum resume_body {
    RESUME_WHOLE,
    RESUME_REST,
    RESUME_ENDLESS,
    RESUME_SLICE,
    RESUME_NO_RANGE,
    RESUME_BAD_RANGE,
    RESUME_BAD_LENGTH,
    RESUME_NO_MATCH,
    RESUME_BAD_CODING
};

/* What the tables say. `asked` as in struct resume, `part` is the state of
 * the part then. `head->http_status` must be a status of the first table. Pure.
 */
enum resume_body resume_judge(const struct head *head, int64_t asked,
                              const struct part_state *part);

enum resume_verdict {
    RESUME_TAKE,  /* the body goes to resume_write */
    RESUME_AGAIN, /* ask once more: resume_ask asks for the whole file */
    RESUME_REFUSE /* it is not the file; `error` says why */
};

/* Looks at the head of a response whose status is in the first table. Where the
 * error is not `retryable`, the next response would be the same. */
enum resume_verdict resume_begin(struct resume *r, const struct head *head,
                                 struct luma_error *error);

/* The next bytes of the body, for the part. False: `error` says why. */
bool resume_write(struct resume *r, const char *bytes, size_t n,
                  struct luma_error *error);

/* The body's end has come: checks that all is there, and gives the file its
 * name (part_commit). False: `error` says why. */
bool resume_finish(struct resume *r, const char *name, bool sync,
                   struct luma_error *error);

/* Empties the part. False: `error` says why. */
bool resume_restart(struct resume *r, struct luma_error *error);

/* Closes it; a part that can be resumed stays, any other goes. May be called of
 * a closed one. */
void resume_close(struct resume *r);

#endif
