/* SPDX-License-Identifier: MIT */
/* Tests of path.h: each system has tables of its own. */
#include "file/path.h"

#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#endif

#include "check.h"

/* The text from the last separator on; "": there is none. */
struct split {
    const char *path, *rest;
};

#ifdef _WIN32
static const struct split splits[] = {
    {"clip.mp4", ""},      {"a/clip.mp4", "/clip.mp4"},
    {"a\\b/c", "/c"},      {"a/b\\c", "\\c"},
    {"C:\\clips\\", "\\"}, {"\\\\host\\share\\c", "\\c"},
};
static const struct split joints[] = {
    {"C:", ""}, {"C:\\", ""}, {"C:/clips", "/"}, {"clips/", ""}, {"a", "/"},
};
static const char *const good[] = {
    "clip.mp4", ".clip",    "c\xC3\xBCll \xE6\xBC\xA2.mp4",
    "console",  "com10",    "lpt",
    "a b",      "icon.mp4", "com0",
    "lpt0.x",
};
static const char *const bad[] = {
    "",     ".",      "..",          "con",           "NUL.mp4", "com1.txt",
    "Lpt9", "aux .x", "CONIN$",      "a:b",           "a?b",     "a*b",
    "a<b",  "a>b",    "a|b",         "a\"b",          "a\tb",    "x.",
    "x ",   "x. ",    "com\xC2\xB9", "LPT\xC2\xB3.x",
};
static const char *const unique[] = {"4665a07c-7641-4809", "task_1", "a.b"};
static const char *const shared[] = {"Task", "con", "nul.x", "x."};
static const char *const absolute[] = {"C:\\clips", "C:/clips/x",
                                       "\\\\host\\share\\x"};
#else
static const struct split splits[] = {
    {"clip.mp4", ""},
    {"a/clip.mp4", "/clip.mp4"},
    {"a/b/", "/"},
    {"a\\b", ""},
};
static const struct split joints[] = {
    {"/", ""}, {"/clips", "/"}, {"clips/", ""}, {"a:", "/"}, {".", "/"},
};
static const char *const good[] = {"clip.mp4", "con", "a:b", "x. ", "a\\b"};
static const char *const bad[] = {"", ".", ".."};
static const char *const unique[] = {"4665a07c-7641-4809", "task_1", "con"};
#ifdef __APPLE__
static const char *const shared[] = {"Task"};
#else
static const char *const shared[] = {NULL};
#endif
static const char *const absolute[] = {"/", "/clips", "/clips/../x"};
#endif

static void test_separators(void)
{
    size_t i;

    for (i = 0; i < COUNT(splits); i++) {
        const char *last = path_last_separator(splits[i].path);

        check_case = splits[i].path;
        CHECK_TEXT(last ? last : "", splits[i].rest);
    }
}

static void test_joints(void)
{
    size_t i;

    for (i = 0; i < COUNT(joints); i++) {
        check_case = joints[i].path;
        CHECK_TEXT(path_joint(joints[i].path), joints[i].rest);
    }
}

static void test_names(void)
{
    size_t i;

    for (i = 0; i < COUNT(good); i++) {
        check_case = good[i];
        CHECK(path_name_problem(good[i]) == NULL);
    }
    for (i = 0; i < COUNT(bad); i++) {
        check_case = bad[i];
        CHECK(path_name_problem(bad[i]) != NULL);
    }
    for (i = 0; i < COUNT(unique); i++) {
        check_case = unique[i];
        CHECK(path_name_is_unique(unique[i]));
    }
    for (i = 0; i < COUNT(shared) && shared[i]; i++) {
        check_case = shared[i];
        CHECK(!path_name_is_unique(shared[i]));
    }
}

static void test_absolute(void)
{
    char *here = path_absolute("."), *inner = path_absolute("build"), *path;
    size_t i;

    must(here && inner);
    CHECK(path_is_readable(inner) && strlen(inner) > strlen("build"));
    CHECK(strncmp(inner, here, strlen(here) - 1) == 0);
    free(here);
    free(inner);
    for (i = 0; i < COUNT(absolute); i++) {
        check_case = absolute[i];
        path = path_absolute(absolute[i]);
        must(path != NULL);
        CHECK_INT(strlen(path), strlen(absolute[i]));
        free(path);
    }
    CHECK(!path_is_readable("build/no-such-file"));
}

#ifndef _WIN32
/* A folder that was removed has no path. */
static void test_nowhere(void)
{
    char gone[] = "/tmp/luma-test-XXXXXX";
    int back = open(".", O_RDONLY | O_DIRECTORY);

    must(back >= 0 && mkdtemp(gone) && chdir(gone) == 0 && rmdir(gone) == 0);
    CHECK(path_absolute("clip.mp4") == NULL);
    CHECK_INT(errno, ENOENT);
    must(fchdir(back) == 0);
    close(back);
}
#endif

int main(void)
{
    test_separators();
    test_joints();
    test_names();
    test_absolute();
#ifndef _WIN32
    test_nowhere();
#endif
    return check_done();
}
