/* SPDX-License-Identifier: MIT */
/* Strict where it says that a response is whole; what is not plain is odd. */
#include "framing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spec/core/check.h"

enum { LONGEST_LINE = 2000 };

struct text {
    const char *at, *end;
};

/* What the headers say. */
struct heads {
    int64_t length; /* -1: nothing */
    bool chunked;
};

/* The next line, without its end. False: there is no whole one. `odd`: it does
 * not end with CR LF, or has another control character. */
static bool next_line(struct text *text, char line[LONGEST_LINE], bool *odd)
{
    const char *end =
        text->at < text->end
            ? memchr(text->at, '\n', (size_t)(text->end - text->at))
            : NULL;
    size_t n = end ? (size_t)(end - text->at) : 0, i;

    if (!end)
        return false;
    *odd = *odd || !n || end[-1] != '\r' || n > LONGEST_LINE;
    n = *odd ? 0 : n - 1;
    for (i = 0; i < n; i++) {
        line[i] = text->at[i];
        *odd = *odd || (unsigned char)line[i] < ' ' || line[i] == 0x7F;
    }
    line[n] = '\0';
    text->at = end + 1;
    return true;
}

/* A number of nothing but digits, up to 15; or -1. */
static int64_t number_of(const char *digits, size_t n)
{
    int64_t number = 0;
    size_t i;

    for (i = 0; i < n && digits[i] >= '0' && digits[i] <= '9'; i++)
        number = number * 10 + (digits[i] - '0');
    return n && i == n && n <= 15 ? number : -1;
}

/* "bytes 39-99/100" */
static void read_range(struct frame *f, const char *value)
{
    int64_t last = -1;
    int end = 0;

    if (sscanf(value, "bytes %15lld-%15lld/%15lld%n", (long long *)&f->first,
               (long long *)&last, (long long *)&f->total, &end) != 3 ||
        value[end])
        f->kind = FRAME_ODD;
}

/* False: it is odd. */
static bool read_header(struct frame *f, struct heads *h, const char *line)
{
    size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                            "XYZ0123456789-");
    const char *value = line + n + 1;

    if (!n || line[n] != ':')
        return false;
    value += strspn(value, " ");
    if (n == 14 && !strncasecmp(line, "Content-Length", n)) {
        if (h->length >= 0)
            return false;
        h->length = number_of(value, strlen(value));
        return h->length >= 0;
    }
    if (n == 17 && !strncasecmp(line, "Transfer-Encoding", n)) {
        bool first = !h->chunked;

        h->chunked = !strcasecmp(value, "chunked");
        return first && h->chunked;
    }
    f->coded = f->coded ||
               (n == 16 && !strncasecmp(line, "Content-Encoding", n));
    if (n == 13 && !strncasecmp(line, "Content-Range", n)) {
        if (f->first >= 0)
            return false;
        read_range(f, value);
    }
    return f->kind != FRAME_ODD;
}

/* One head. FRAME_WHOLE: it is complete. */
static enum frame_kind read_head(struct frame *f, struct heads *h,
                                 struct text *text)
{
    char line[LONGEST_LINE];
    bool odd = false;

    if (!next_line(text, line, &odd))
        return FRAME_CUT;
    if (odd || strlen(line) < 12 || strncmp(line, "HTTP/1.1 ", 9) ||
        number_of(line + 9, 3) < 100 || (line[12] && line[12] != ' '))
        return FRAME_ODD;
    f->status = (long)number_of(line + 9, 3);
    *h = (struct heads){.length = -1};
    for (;;) {
        if (!next_line(text, line, &odd))
            return FRAME_CUT;
        if (odd)
            return FRAME_ODD;
        if (!*line)
            return FRAME_WHOLE;
        if (!read_header(f, h, line))
            return FRAME_ODD;
    }
}

/* ---- bodies ------------------------------------------------------------ */

static enum frame_kind read_trailers(struct text *text)
{
    char line[LONGEST_LINE];
    bool odd = false;

    while (next_line(text, line, &odd))
        if (odd || !*line)
            return odd ? FRAME_ODD : FRAME_WHOLE;
    return FRAME_CUT;
}

static enum frame_kind read_chunks(struct frame *f, struct text *text)
{
    char line[LONGEST_LINE];
    bool odd = false;

    while (next_line(text, line, &odd)) {
        size_t digits = strspn(line, "0123456789abcdefABCDEF"), n;

        if (odd || !digits || digits > 8 || line[digits])
            return FRAME_ODD;
        n = strtoul(line, NULL, 16);
        if (!n)
            return read_trailers(text);
        if ((size_t)(text->end - text->at) < n + 2)
            return FRAME_CUT;
        must(buf_append(&f->body, text->at, n));
        if (memcmp(text->at + n, "\r\n", 2) != 0)
            return FRAME_ODD;
        text->at += n + 2;
    }
    return FRAME_CUT;
}

static enum frame_kind read_body(struct frame *f, const struct heads *h,
                                 struct text *text, bool closed)
{
    size_t n = (size_t)(text->end - text->at);

    if (h->chunked && h->length >= 0)
        return FRAME_ODD;
    if (h->chunked)
        return read_chunks(f, text);
    if (h->length < 0 && !closed)
        return FRAME_CUT;
    if (h->length >= 0 && (int64_t)n < h->length)
        return FRAME_CUT;
    if (h->length >= 0)
        n = (size_t)h->length;
    must(buf_append(&f->body, text->at, n));
    return FRAME_WHOLE;
}

void frame_judge(struct frame *f, const char *bytes, size_t len, bool closed,
                 bool head)
{
    struct text text = {bytes, bytes + len};
    struct heads h = {.length = -1};

    *f = (struct frame){.kind = FRAME_CUT, .first = -1, .total = -1};
    do {
        f->first = f->total = -1;
        f->coded = false;
        f->kind = FRAME_CUT;
        f->kind = read_head(f, &h, &text);
    } while (f->kind == FRAME_WHOLE && f->status < 200 && f->status != 101);
    if (f->kind != FRAME_WHOLE)
        return;
    if (f->status == 101)
        f->kind = FRAME_ODD;
    else if (!head && f->status != 204 && f->status != 304)
        f->kind = read_body(f, &h, &text, closed);
}
