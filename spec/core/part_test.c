/* SPDX-License-Identifier: MIT */
/* Tests of part.h: files of more than 2 and 4 GiB, which have holes here. */
#include "file/part.h"

#include <string.h>

#include "check.h"
#include "folder.h"

/* Writes the end of a file and resumes it, as two processes would. */
static void test_size(int64_t at)
{
    const struct part_state state = {
        .key = 1, .total = at + 5, .etag = "\"e\""};
    struct part_state found = {0};
    struct luma_error error = {0};
    struct part part;
    int64_t size = 0;

    CHECK(part_open(&part, folder, "clip.mp4", "clip.mp4", &error));
    part_write_state(&part, &state);
    CHECK(part_write(&part, "abc", 3, at, &error));
    CHECK(part_has(&part, 'c', at + 2) && !part_has(&part, 'c', at + 1));
    part_close(&part, &state);

    CHECK(part_open(&part, folder, "clip.mp4", "clip.mp4", &error));
    CHECK(part_read_state(&part, &found, &size));
    CHECK_INT(size, at + 3);
    CHECK_INT(found.total, at + 5);
    CHECK(part_write(&part, "de", 2, size, &error));
    CHECK(part_commit(&part, "clip.mp4", false, &error));
    part_close(&part, NULL);
}

static int64_t size_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    int64_t size;

    must(file && fseeko(file, 0, SEEK_END) == 0);
    size = ftello(file);
    fclose(file);
    return size;
}

static void test_sizes(void)
{
    static const int64_t sizes[] = {3, 3000000000, 5000000000};
    size_t i;

    for (i = 0; i < COUNT(sizes); i++) {
        test_size(sizes[i]);
        CHECK_INT(size_of(folder_path("clip.mp4")), sizes[i] + 5);
        remove(folder_path("clip.mp4"));
    }
}

int main(void)
{
    folder_start();
    test_sizes();
    CHECK(folder_end());
    return check_done();
}
