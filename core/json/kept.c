/* SPDX-License-Identifier: MIT */
/* The text is changed only where strict JSON readers would reject it. */
#include "json/kept.h"

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "json/writer.h"

/* Returns the first control character, or `end`. */
static const char *control_in(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;

    for (; end - p >= 8; p += 8) {
        uint64_t eight;

        memcpy(&eight, p, sizeof eight);
        if ((eight - ones * ' ') & ~eight & highs)
            break;
    }
    while (p < end && (unsigned char)*p >= ' ')
        p++;
    return p;
}

bool kept_append(struct buf *json, const char *from, const char *to)
{
    const char *p;

    for (; (p = control_in(from, to)) < to; from = p + 1) {
        char escape[6];

        writer_make_escape(escape, (unsigned char)*p);
        if (!buf_append(json, from, (size_t)(p - from)) ||
            !buf_append(json, escape, sizeof escape))
            return false;
    }
    return buf_append(json, from, (size_t)(to - from));
}

/* The code unit of an escape such as \\ud83d, or 0 if there is none. */
static unsigned unit_at(const char *p, const char *end)
{
    static const char hex[] = "0123456789abcdef";
    unsigned unit = 0, i;

    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return 0;
    for (i = 2; i < 6; i++)
        unit = unit << 4 | (unsigned)(strchr(hex, ascii_lower(p[i])) - hex);
    return unit;
}

void kept_replace_halves(char *p, char *end)
{
    while (p < end) {
        unsigned unit = unit_at(p, end);
        bool pair = unit >> 10 == 0xD800 >> 10 &&
                    unit_at(p + 6, end) >> 10 == 0xDC00 >> 10;

        if (unit >> 11 == 0xD800 >> 11 && !pair)
            memcpy(p + 2, "fffd", 4);
        p += pair ? 12 : unit ? 6 : *p == '\\' ? 2 : 1;
    }
}
