/* SPDX-License-Identifier: MIT */
/* Tests of state.h and part.h: states that are broken or cannot be written. */
#include "file/part.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "folder.h"

static int64_t size_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    int64_t size;

    if (!file)
        return -1;
    must(fseeko(file, 0, SEEK_END) == 0);
    size = ftello(file);
    fclose(file);
    return size;
}

static int64_t size_of_part(void)
{
    return size_of(folder_path("clip.mp4.luma.part"));
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(folder_path(name), "wb");

    must(file && fwrite(text, 1, strlen(text), file) == strlen(text));
    must(fclose(file) == 0 && chmod(folder_path(name), 0600) == 0);
}

/* A state that is broken is none. */
static void test_states(void)
{
    static const char *const states[] = {
        "", "\n", "x\n", "x y\n", "x 1\n", "x 1g\n", " 1\n", "1 2 3 4 5 6"};
    struct part_state found;
    struct luma_error error;
    struct part part;
    int64_t size;
    size_t i;

    for (i = 0; i < COUNT(states); i++) {
        check_case = states[i];
        put("clip.mp4.luma.state.part", states[i]);
        CHECK(part_open(&part, folder, "clip.mp4", "clip.mp4", &error));
        CHECK(!part_read_state(&part, &found, &size));
        part_close(&part, NULL);
        remove(folder_path("clip.mp4.luma.state.part"));
    }
    check_case = "";
}

/* Where the state should be is a folder, which luma does not remove. */
static void test_no_place(void)
{
    const struct part_state state = {.key = 1, .total = 5, .etag = "\"e\""};
    const char *path = folder_path("clip.mp4.luma.state.part");
    struct luma_error error;
    struct part part;

    CHECK(part_open(&part, folder, "clip.mp4", "clip.mp4", &error));
    must(mkdir(path, 0700) == 0);
    CHECK(!part_empty(&part, &error));
    CHECK_INT(error.code, LUMA_ERR_FILE);
    CHECK(strstr(error.message, "cannot remove its state file") != NULL);
    part_close(&part, &state);
    CHECK_INT(size_of_part(), -1);
    must(rmdir(folder_path("clip.mp4.luma.state.part")) == 0);
}

/* Takes all descriptors below a limit, which it sets. */
static int take_all(int *fds, int most)
{
    struct rlimit limit;
    int n = 0;

    must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = (rlim_t)most;
    must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    while (n < most && (fds[n] = dup(STDOUT_FILENO)) >= 0)
        n++;
    return n;
}

/* Valgrind creates the file, and says only then that there is no descriptor. */
static bool under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded && strstr(preloaded, "vgpreload");
}

/* Without a descriptor for its state the part stays. */
static void test_no_descriptor(void)
{
    const struct part_state state = {.key = 1, .total = 5, .etag = "\"e\""};
    struct luma_error error;
    struct rlimit limit;
    struct part part;
    int fds[64], n;

    CHECK(part_open(&part, folder, "clip.mp4", "clip.mp4", &error));
    part_write_state(&part, &state);
    CHECK(part_write(&part, "abc", 3, 0, &error));
    must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    n = take_all(fds, COUNT(fds));
    part_close(&part, &state);
    while (n > 0)
        close(fds[--n]);
    must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(size_of_part() == 3 || under_valgrind());
    remove(folder_path("clip.mp4.luma.part"));
    remove(folder_path("clip.mp4.luma.state.part"));
}

int main(void)
{
    folder_start();
    test_states();
    test_no_place();
    test_no_descriptor();
    CHECK(folder_end());
    return check_done();
}
