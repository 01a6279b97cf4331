/* SPDX-License-Identifier: MIT */
/* Strings, escapes and numbers. The callers write the punctuation. */
#include "json/writer.h"

#include "json/number.h"

void writer_make_escape(char out[6], unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    memcpy(out, "\\u00", 4);
    out[4] = hex[c >> 4];
    out[5] = hex[c & 0xF];
}

/* Writes the shortest escape of a character that must be escaped in a string.
 * Returns its length. */
static size_t escape(char c, char out[6])
{
    static const char plain[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *known = c ? strchr(plain, c) : NULL;

    if (!known) {
        writer_make_escape(out, (unsigned char)c);
        return 6;
    }
    out[0] = '\\';
    out[1] = names[known - plain];
    return 2;
}

bool writer_add_string(struct buf *buf, const char *s, size_t len)
{
    const char *end = s + len;
    char escaped[6];

    if (!buf_append(buf, "\"", 1))
        return false;
    for (;; s++) {
        const char *from = s;

        while (s < end && (unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
            s++;
        if (!buf_append(buf, from, (size_t)(s - from)))
            return false;
        if (s == end)
            return buf_append(buf, "\"", 1);
        if (!buf_append(buf, escaped, escape(*s, escaped)))
            return false;
    }
}

bool writer_add_integer(struct buf *buf, int64_t value)
{
    char text[NUMBER_SIZE];

    return buf_append(buf, text, number_write_integer(value, text));
}

bool writer_add_number(struct buf *buf, double value)
{
    char text[NUMBER_SIZE];

    return buf_append(buf, text, number_write(value, text));
}
