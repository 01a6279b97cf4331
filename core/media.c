/* SPDX-License-Identifier: MIT */
/* Names are made of what is on a list, never of what a server likes. */
#include "media.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_ID = 100 };

const char *media_name(enum luma_what what)
{
    static const char *const names[] = {"video", "thumbnail", "last_frame"};

    return names[what];
}

/* ---- names ------------------------------------------------------------- */

uint64_t media_hash(uint64_t from, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    uint64_t h = from ? from : 0xCBF29CE484222325u; /* FNV-1a */
    size_t i;

    for (i = 0; i < n; i++)
        h = (h ^ b[i]) * 0x100000001B3u;
    return h;
}

static bool may_stand(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

void media_stem(char stem[MEDIA_STEM], const char *id, size_t len,
                enum luma_what what)
{
    bool same = len <= LONGEST_ID;
    size_t i, n = same ? len : LONGEST_ID;

    for (i = 0; i < n; i++) {
        bool stays = may_stand(id[i]) && (i || id[i] != '.');

        stem[i] = '_';
        if (stays)
            stem[i] = id[i];
        same = same && stays;
    }
    stem[n] = '\0';
    if (!same)
        n += (size_t)snprintf(stem + n, MEDIA_STEM - n, "-%016llx",
                              (unsigned long long)media_hash(0, id, len));
    if (what != LUMA_VIDEO)
        snprintf(stem + n, MEDIA_STEM - n, "-%s", media_name(what));
}

/* The media type without its parameters is `name`. */
static bool is_type(const char *type, const char *name)
{
    size_t n = strlen(name);

    return strncasecmp(type, name, n) == 0 &&
           (!type[n] || strchr("; \t", type[n]));
}

const char *media_ending(const char *type, enum luma_what what)
{
    static const struct {
        const char *type, *ending;
    } known[] = {
        {"video/mp4", ".mp4"},  {"video/webm", ".webm"},
        {"image/jpeg", ".jpg"}, {"video/quicktime", ".mov"},
        {"image/png", ".png"},  {"image/webp", ".webp"},
        {"image/gif", ".gif"},  {"image/avif", ".avif"},
    };
    size_t i;

    for (i = 0; type && i < sizeof known / sizeof *known; i++)
        if (is_type(type, known[i].type))
            return known[i].ending;
    return what == LUMA_VIDEO ? ".mp4" : ".jpg";
}

/* ---- what is no file --------------------------------------------------- */

bool media_type_is_page(const char *type)
{
    return strncasecmp(type, "text/", 5) == 0 ||
           is_type(type, "application/json") ||
           is_type(type, "application/xml") ||
           is_type(type, "application/xhtml+xml") ||
           is_type(type, "application/problem+json");
}

enum media_start media_start(const char *bytes, size_t n)
{
    size_t i = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (i < n && strchr(" \t\r\n", bytes[i]) && bytes[i])
        i++;
    if (i == n)
        return MEDIA_UNKNOWN;
    return bytes[i] == '<' || bytes[i] == '{' ? MEDIA_PAGE : MEDIA_FILE;
}
