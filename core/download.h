/* SPDX-License-Identifier: MIT */
/* The file a download goes to, and the rules by which replies may become one.
 * Knows no libcurl. One thread at a time, which waits for the disk. */
#ifndef LUMA_DOWNLOAD_H
#define LUMA_DOWNLOAD_H

#include "part.h"
#include "retry.h"

enum { DOWNLOAD_TYPE = 40 };

/* Zero-filled is closed; so is what download_open has failed on. */
struct download {
    struct part part;
    struct part_state state;  /* of the file that the part is of */
    uint64_t max;             /* bytes, 0 for any number */
    int64_t have;             /* bytes in the part */
    int64_t asked;            /* where the reply is to begin; 0: at all */
    bool checked;             /* its first bytes are not those of a page */
    bool spoilt;              /* what is in the part is good for nothing */
    char type[DOWNLOAD_TYPE]; /* media type of the last reply, or "" */
};

/* Opens `dir`/`name`'s part: what an earlier attempt has left there under the
 * same key, or a new one. False: `error` says why (part_open). */
bool download_open(struct download *d, const char *dir, const char *name,
                   uint64_t key, uint64_t max, struct luma_error *error);

/* Room for a Range header's value. */
enum { DOWNLOAD_RANGE = 32 };

/* What the next request asks for. True: a range, under the condition of
 * state.etag; it begins a byte before the part's end, so that even a part with
 * nothing missing is compared with what the server has now. */
bool download_ask(struct download *d, char range[DOWNLOAD_RANGE]);

/* A reply's head. Texts may be NULL. */
struct download_head {
    long http;
    int64_t length; /* of this body, -1: not told */
    bool framed;    /* its end can be told from a broken connection */
    const char *etag, *type, *range, *encoding;
};

enum download_verdict {
    DOWNLOAD_TAKE,  /* its body goes to download_write */
    DOWNLOAD_AGAIN, /* it is odd: ask again, from the beginning */
    DOWNLOAD_REFUSE /* it is not the file; `error` says why */
};

/* Looks at the head of a reply with 200, 206 or 416. */
enum download_verdict download_begin(struct download *d,
                                     const struct download_head *head,
                                     struct luma_error *error);

/* Adds to the part. False: `error` says why. */
bool download_write(struct download *d, const char *bytes, size_t n,
                    struct luma_error *error);

/* The reply's end has come: checks that all is there, and gives the file its
 * name (part_commit). False: `error` says why. */
bool download_finish(struct download *d, const char *name, bool sync,
                     struct luma_error *error);

/* Forgets what has come so far: the next request asks for all. False: `error`
 * says why. */
bool download_restart(struct download *d, struct luma_error *error);

/* What is downloaded may have another key now, and then starts anew. False: as
 * above. */
bool download_set_key(struct download *d, uint64_t key,
                      struct luma_error *error);

/* Closes it; a part that can be resumed stays, any other goes. May be called of
 * a closed one. */
void download_close(struct download *d);

/* ---- exchanges --------------------------------------------------------- */

enum file_result {
    FILE_DONE,    /* the whole body is in the part */
    FILE_MOVED,   /* the file is somewhere else */
    FILE_EXPIRED, /* the link is not valid any more; `end` says so */
    FILE_AGAIN,   /* the reply was odd: DOWNLOAD_AGAIN */
    FILE_FAILED   /* see `end` */
};

/* How an exchange for a file ended. */
struct file_end {
    enum file_result what;
    char *location; /* with FILE_MOVED: a URL, or NULL for one that is none; the
                       receiver's to free() */
    struct exchange_end end;
};

#endif
