/* SPDX-License-Identifier: MIT */
/* No byte from outside makes the name of a file that leads elsewhere, or that
 * two tasks have: the core's names here, those of --name in names.lua. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "file/media.h"
#include "file/path.h"
#include "job/target.h"
#include "script.h"
#include "spec/core/check.h"

static void make_name(char name[MEDIA_BASENAME_SIZE], const char *id, size_t n,
                      enum luma_media media)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

    media_basename(name, id, n, media);
    fuzz_insist(strlen(name) < MEDIA_BASENAME_SIZE, "a name fits");
    fuzz_insist(*name && strspn(name, allowed) == strlen(name) &&
                    *name != '.' && *name != '-',
                "a name has only harmless characters");
    fuzz_insist(!path_name_problem(name), "a file can have it");
}

static void check_ids(struct fuzz_input in)
{
    enum luma_media media = (enum luma_media)fuzz_number(&in, 3);
    enum luma_media media_2 = (enum luma_media)fuzz_number(&in, 3);
    const uint8_t *end = in.left ? memchr(in.at, '\n', in.left) : NULL;
    size_t n = end ? (size_t)(end - in.at) : in.left, rest = in.left - n;
    const char *id = (const char *)in.at, *other = id + n + (end != NULL);
    char name[MEDIA_BASENAME_SIZE], second[MEDIA_BASENAME_SIZE];

    rest -= end != NULL;
    if (!n || !rest)
        return;
    make_name(name, id, n, media);
    make_name(second, other, rest, media_2);
    fuzz_insist((media == media_2 && n == rest && !memcmp(id, other, n)) ==
                    !strcmp(name, second),
                "two files have two names");
}

/* A path that a caller gives, and a type that a server sends. */
static void check_target(const char *path, const char *type)
{
    struct luma_download_options download = {.path = path};
    struct luma_error error;
    struct target target = {.name = NULL};

    if (target_init(&target, &download, &error)) {
        char *name = target_name(&target, type, LUMA_MEDIA_VIDEO);
        char *whole = name ? target_path(&target, name) : NULL;

        must(whole != NULL);
        fuzz_insist(!strcmp(whole, path), "the path is what was given");
        fuzz_insist(!strchr(name, '/') && !path_name_problem(name),
                    "its name is a name");
        fuzz_insist(*target.dir == '/', "its folder does not change");
        free(name);
        free(whole);
    } else {
        fuzz_insist(error.code == LUMA_ERR_ARGUMENT, "it is an argument");
    }
    target_clear(&target);
    fuzz_insist(!strpbrk(media_extension(type, LUMA_MEDIA_VIDEO), "/\\:"),
                "an extension has no folder");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static lua_State *L;
    struct fuzz_input in = {bytes, len};
    char *path = fuzz_line(&in), *type = fuzz_line(&in);

    if (!L)
        L = script_start("spec/fuzz/names.lua");
    check_ids((struct fuzz_input){bytes, len});
    check_target(path, type);
    script_call(L, bytes, len, NULL);
    free(path);
    free(type);
    return 0;
}
