/* SPDX-License-Identifier: MIT */
/* File names are made only of allowed characters, whatever the server sends. */
#include "file/media.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "file/path.h"

enum { LONGEST_ID = 100, HASH_DIGITS = 16 };

const char *media_name(enum luma_media media)
{
    static const char *const names[] = {"video", "thumbnail", "last_frame"};

    return names[media];
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

static bool is_allowed(char c, bool first)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '_' ||
           (!first && (c == '-' || c == '.'));
}

/* Whether a name ends like one that media_basename has made of another id. */
static bool looks_made(const char *name)
{
    const char *dash = strrchr(name, '-'), *end = dash ? dash + 1 : "";

    return (strlen(end) == HASH_DIGITS &&
            strspn(end, "0123456789abcdef") == HASH_DIGITS) ||
           !strcmp(end, media_name(LUMA_MEDIA_THUMBNAIL)) ||
           !strcmp(end, media_name(LUMA_MEDIA_LAST_FRAME));
}

void media_basename(char basename[MEDIA_BASENAME_SIZE], const char *id,
                    size_t len, enum luma_media media)
{
    bool same = len <= LONGEST_ID;
    size_t i, n = same ? len : LONGEST_ID;

    for (i = 0; i < n; i++) {
        bool stays = is_allowed(id[i], i == 0);

        basename[i] = '_';
        if (stays)
            basename[i] = id[i];
        same = same && stays;
    }
    basename[n] = '\0';
    if (path_name_problem(basename)) /* con.x is a device, and con.x-1 is one */
        for (i = 0; i < n; i++)
            if (basename[i] == '.') {
                basename[i] = '_';
                same = false;
            }
    if (!same || !path_name_is_unique(basename) || looks_made(basename))
        n += (size_t)snprintf(basename + n, MEDIA_BASENAME_SIZE - n, "-%016llx",
                              (unsigned long long)media_hash(0, id, len));
    if (media != LUMA_MEDIA_VIDEO)
        snprintf(basename + n, MEDIA_BASENAME_SIZE - n, "-%s",
                 media_name(media));
}

/* Whether the media type, without its parameters, is `name`. */
static bool is_type(const char *type, const char *name)
{
    size_t n = strlen(name);

    return ascii_starts(type, name) && (!type[n] || strchr("; \t", type[n]));
}

static const struct {
    const char *type, *extension;
} known[] = {
    {"video/mp4", ".mp4"},  {"video/webm", ".webm"},
    {"image/jpeg", ".jpg"}, {"video/quicktime", ".mov"},
    {"image/png", ".png"},  {"image/webp", ".webp"},
    {"image/gif", ".gif"},  {"image/avif", ".avif"},
};

enum { KNOWN = sizeof known / sizeof *known };

const char *media_extension(const char *type, enum luma_media media)
{
    size_t i;

    for (i = 0; type && i < KNOWN; i++)
        if (is_type(type, known[i].type))
            return known[i].extension;
    return media == LUMA_MEDIA_VIDEO ? ".mp4" : ".jpg";
}

const char *media_type_of(size_t number)
{
    return number < KNOWN ? known[number].type : NULL;
}

/* ---- detection ---------------------------------------------------------- */

/* Whether the media type, without its parameters, ends with `suffix`. */
static bool type_ends(const char *type, const char *suffix)
{
    size_t n = strcspn(type, "; \t"), len = strlen(suffix);

    return n > len && ascii_same_bytes(type + n - len, suffix, len);
}

enum media_kind media_kind_of_type(const char *type)
{
    static const char *const playlists[] = {"application/vnd.apple.mpegurl",
                                            "application/x-mpegurl",
                                            "application/mpegurl",
                                            "audio/mpegurl",
                                            "audio/x-mpegurl",
                                            "video/mpegurl",
                                            "video/x-mpegurl",
                                            "application/dash+xml",
                                            "video/vnd.mpeg.dash.mpd",
                                            "application/vnd.ms-sstr+xml"};
    size_t i;

    for (i = 0; i < sizeof playlists / sizeof *playlists; i++)
        if (is_type(type, playlists[i]))
            return MEDIA_PLAYLIST;
    return ascii_starts(type, "text/") || is_type(type, "application/json") ||
                   is_type(type, "application/xml") ||
                   type_ends(type, "+json") || type_ends(type, "+xml")
               ? MEDIA_MARKUP
               : MEDIA_FILE;
}

static enum media_kind next_byte(struct media_sniffer *s, char c)
{
    static const char mark[] = "\xEF\xBB\xBF", word[] = "#EXTM3U";
    unsigned char byte = (unsigned char)c;

    if (s->wide) /* FF FE or FE FF starts a UTF-16 text */
        return s->wide + byte == 0xFF + 0xFE ? MEDIA_MARKUP : MEDIA_FILE;
    if (s->word) {
        if (c != word[s->word])
            return MEDIA_FILE;
        return word[++s->word] ? MEDIA_UNKNOWN : MEDIA_PLAYLIST;
    }
    if (s->mark < 3 && c == mark[s->mark]) {
        s->mark++;
        return MEDIA_UNKNOWN;
    }
    if (s->mark == 1 || s->mark == 2)
        return MEDIA_FILE;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        s->mark = 3;
        return MEDIA_UNKNOWN;
    }
    s->word = c == *word;
    s->wide = !s->mark && byte >= 0xFE ? byte : 0;
    if (s->word || s->wide)
        return MEDIA_UNKNOWN;
    return c == '<' || c == '{' || c == '[' ? MEDIA_MARKUP : MEDIA_FILE;
}

enum media_kind media_sniff(struct media_sniffer *s, const char *bytes,
                            size_t n)
{
    enum media_kind kind = MEDIA_UNKNOWN;
    size_t i;

    for (i = 0; i < n && kind == MEDIA_UNKNOWN; i++)
        kind = next_byte(s, bytes[i]);
    return kind;
}
