/* SPDX-License-Identifier: MIT */
/* Times luma's JSON reader next to yyjson on the same bytes.
 *   reader ROUNDS TEXT...
 * Each text is a reply of 100 rows. luma reads it in pieces, as libcurl hands
 * it over; yyjson reads it at once. Both keep their documents until the reply
 * has ended, look for the id of each row and free everything. They take turns,
 * and the times are medians. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json/document.h"
#include "json/reader.h"
#ifdef HAVE_YYJSON
#include "yyjson.h"
#endif

enum { PIECE = 16 << 10, ROWS = 100, MAX_ROUNDS = 1000, MAX_TASK = 16 << 20 };

struct text {
    char *data;
    size_t len;
};

static void fail(const char *why)
{
    fprintf(stderr, "reader: %s\n", why);
    exit(1);
}

static struct text load(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct text text;

    if (!file || fseek(file, 0, SEEK_END))
        fail(path);
    text.len = (size_t)ftell(file);
    text.data = malloc(text.len);
    rewind(file);
    if (!text.data || fread(text.data, 1, text.len, file) != text.len)
        fail(path);
    fclose(file);
    return text;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- luma -------------------------------------------------------------- */

static bool is_list(const struct builder *b, uint32_t name)
{
    return builder_is_at(b, name, "data");
}

static void ready(struct json_reader *r)
{
#ifdef NAMES_IN_DOC /* a core that does not share names */
    json_init(r, MAX_TASK, false);
#else
    static struct names names;

    json_init(r, MAX_TASK, false, &names);
#endif
    r->is_list = is_list;
}

static const struct luma_node *find_id(const struct luma_doc *doc)
{
    const struct luma_node *id = doc_find_path(doc, "id");

    return id ? id : doc_find_path(doc, "task_id");
}

/* Returns the number of rows that have an id. */
static size_t read_luma(struct json_reader *r, const struct text *text)
{
    const char *at = text->data, *end = at + text->len;
    struct luma_doc *rows[ROWS];
    size_t n = 0, found = 0, i;

    json_reset(r);
    while (at < end) {
        const char *to = end - at > PIECE ? at + PIECE : end;
        enum json_result result;

        while ((result = json_feed(r, &at, to)) == JSON_ROW && n < ROWS)
            rows[n++] = json_take(r);
        if (result == JSON_ROOT)
            free(json_take(r));
        else if (result != JSON_MORE)
            fail("luma does not read it");
    }
    for (i = 0; i < n; i++) {
        found += find_id(rows[i]) != NULL;
        free(rows[i]);
    }
    return found;
}

/* ---- yyjson ------------------------------------------------------------ */

#ifdef HAVE_YYJSON
static size_t read_yyjson(const struct text *text)
{
    yyjson_doc *doc = yyjson_read(text->data, text->len, 0);
    yyjson_val *root = yyjson_doc_get_root(doc), *row;
    yyjson_val *list = yyjson_is_arr(root) ? root
                                           : yyjson_obj_get(root, "data");
    yyjson_arr_iter rows = yyjson_arr_iter_with(list);
    size_t found = 0;

    while ((row = yyjson_arr_iter_next(&rows)))
        found += yyjson_obj_get(row, "id") || yyjson_obj_get(row, "task_id");
    yyjson_doc_free(doc);
    return found;
}
#endif

/* ---- rounds ------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, compare);
    return times[n / 2];
}

/* Prints the microseconds of one row. */
static void measure(struct json_reader *r, const char *path, int rounds)
{
    static double luma[MAX_ROUNDS], yyjson[MAX_ROUNDS];
    struct text text = load(path);
    int i;

    for (i = 0; i < rounds; i++) {
        double start = now(), between;

        if (read_luma(r, &text) != ROWS)
            fail("luma misses rows");
        between = now();
        luma[i] = between - start;
#ifdef HAVE_YYJSON
        if (read_yyjson(&text) != ROWS)
            fail("yyjson misses rows");
        yyjson[i] = now() - between;
#endif
    }
    printf("%-16s %6zu %8.3f %8.3f\n", path, text.len / ROWS,
           median(luma, rounds) / ROWS * 1e6,
           median(yyjson, rounds) / ROWS * 1e6);
    free(text.data);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 0, i;
    struct json_reader reader;

    if (argc < 3 || rounds < 1 || rounds > MAX_ROUNDS)
        fail("usage: reader ROUNDS TEXT...");
    /* else the C library gives memory back and gets it again in each round */
    mallopt(M_MMAP_THRESHOLD, 16 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    ready(&reader);
    for (i = 2; i < argc; i++)
        measure(&reader, argv[i], rounds);
    json_free(&reader);
    return 0;
}
