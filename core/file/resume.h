/* SPDX-License-Identifier: MIT */
/* The file of a download, and the rules for joining responses to it. A file
 * gets its final name only when it is complete. Does not use libcurl. One
 * thread at a time, which waits for the disk.
 *
 * A download requests the whole file or, if its part has a strong ETag, a Range
 * that begins in this part. Two tables decide what the body of a response is.
 * n is the size of the whole file.
 *
 *   status | Content-Range
 *          | none      | 0-(n-1)/n | the rest | any other | invalid
 *   -------+-----------+-----------+----------+-----------+----------
 *   200    | whole     | whole     | slice    | slice     | bad range
 *   206    | bad range | whole     | rest     | slice     | bad range
 *   416    | no range, in all columns; so is 412 if a Range was requested
 *
 *   the rest   a Range was requested, this one begins at the same byte and
 *              ends at n-1, and n and the ETag are those of the part
 *   any other  another range, one without a total, or an asterisk for a range
 *   invalid    it cannot be read, there are several that differ, or the body
 *              is a multipart with several ranges
 *
 * A "whole" or "rest" of this table must also have the right length:
 *
 *   the end is    | Content-Length
 *   marked by     | none, n is | none, n   | right   | wrong    | invalid
 *                 | not known  | is known  |         |          |
 *   --------------+------------+-----------+---------+----------+-----------
 *   chunks        | take it    | take it   | take it | no match | bad length
 *   nothing       | endless    | take it   | take it | no match | bad length
 *   other codings | bad coding, in all columns
 *
 *   chunks     not HTTP/2: there libcurl reports a stream that was reset with
 *              NO_ERROR as one that has ended
 *   known      Content-Range says n
 *   right      the number of bytes from the first one to n-1. Without a
 *              Content-Range, it sets n. It is checked beside chunks, too
 *   invalid    it cannot be read, or there are several that differ
 *
 * The received bytes are always counted. If their number differs from the one
 * in the head, the file does not get its final name. "endless" is an error that
 * may be retried.
 *
 * After "slice", "no range", "bad range", "bad length", "no match" and "bad
 * coding", no Range is requested until a body is taken or there is a new link.
 * A second such response before that is an error with the code `link`. So is
 * the first one, if it is a 416 to a request without a Range. A 200 or 206
 * whose body is a page, a playlist or encoded is rejected before all this.
 * "bytes 0-n/n" (one too many) is invalid even if the body is complete.
 *
 * The part is not changed until something better arrives: the first bytes of a
 * "whole" body are held back until they cannot be those of a page or playlist.
 * Only then is the part emptied for them. So the first bytes of every part are
 * checked. A part can be resumed if n is known and the ETag is strong. The
 * first byte of "the rest" is the last one of the part: if they differ,
 * somebody has changed the part, and it is emptied. */
#ifndef LUMA_RESUME_H
#define LUMA_RESUME_H

#include "file/head.h"
#include "file/part.h"

/* Bytes of white space that a file may begin with; bytes for a Range value. */
enum { RESUME_HELD = 256, RESUME_RANGE = 32 };

/* A zero-filled one is closed, and so is one after a failed resume_open. */
struct resume {
    struct part part;
    struct part_state state; /* the file that the part belongs to */
    uint64_t max;            /* bytes; 0: no limit */
    int64_t received;        /* bytes in the part */
    int64_t asked;           /* first byte of the requested Range; 0: none */
    bool unusable;           /* the part must be removed or emptied */
    bool whole_only; /* request the whole file, even if there is a part */
    /* about the body being received */
    bool start_checked; /* its first bytes are in the part */
    bool overlaps;      /* its first byte must be the last one of the part */
    struct media_sniffer sniffer; /* of its first bytes */
    char held[RESUME_HELD];       /* these bytes */
    size_t held_len;
    struct part_state next_state; /* becomes `state` with them */
    char media_type[HEAD_TYPE];   /* of the file, or "" */
};

/* Opens the part of `dir`/`name`, or creates it; `final` as for part_open. Then
 * call resume_set_key before any request. False: `error` says why (part_open).
 */
bool resume_open(struct resume *r, const char *dir, const char *name,
                 const char *final, uint64_t max, struct luma_error *error);

/* Sets the key of the download's source. A part of another source is emptied.
 * False: `error` says why. */
bool resume_set_key(struct resume *r, uint64_t key, struct luma_error *error);

/* Decides what the next request asks for. True: `range`, under the condition
 * of state.etag. It begins one byte before the part's end, so even a complete
 * part is compared with the server's current file. False: the whole file. */
bool resume_ask(struct resume *r, char range[RESUME_RANGE]);

/* The results of the tables. */
enum resume_body {
    RESUME_WHOLE,
    RESUME_REST,
    RESUME_ENDLESS,
    RESUME_SLICE,
    RESUME_NO_RANGE,
    RESUME_BAD_RANGE,
    RESUME_BAD_LENGTH,
    RESUME_NO_MATCH,
    RESUME_BAD_CODING,
    RESUME_BAD_HEAD /* not in the tables: resume_refuse_head */
};

/* Looks up the tables. `asked` as in struct resume; `part` is the part's state
 * when the request was made. `head->http_status` must be in the first table.
 * Pure. */
enum resume_body resume_judge(const struct head *head, int64_t asked,
                              const struct part_state *part);

enum resume_verdict {
    RESUME_TAKE,  /* pass the body to resume_write */
    RESUME_AGAIN, /* request the whole file */
    RESUME_REFUSE /* not the file; `error` says why */
};

/* For a response with such a status whose head is not valid, so that nothing
 * else is known of it. Not RESUME_TAKE. */
enum resume_verdict resume_refuse_head(struct resume *r,
                                       struct luma_error *error);

/* Handles the head of a response whose status is in the first table. An error
 * that is not `retryable` means that the next response would be the same. */
enum resume_verdict resume_begin(struct resume *r, const struct head *head,
                                 struct luma_error *error);

/* Writes the next bytes of the body. False: `error` says why. */
bool resume_write(struct resume *r, const char *bytes, size_t n,
                  struct luma_error *error);

/* Ends the body: checks that the file is complete, and renames it to its final
 * name (part_commit). False: `error` says why. */
bool resume_finish(struct resume *r, const char *name, bool sync,
                   struct luma_error *error);

/* Empties the part. False: `error` says why. */
bool resume_restart(struct resume *r, struct luma_error *error);

/* Closes the part, and removes it if it cannot be resumed. A part for which the
 * disk had no room, or which could not get its name, can be. May be called
 * again. */
void resume_close(struct resume *r);

#endif
