/* SPDX-License-Identifier: MIT */
#include "clip.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "file/path.h"

#ifdef _WIN32
#include <direct.h>
#define TEMPORARY "" /* the current folder: there is no /tmp */

/* mingw has none. */
static char *mkdtemp(char *name)
{
    snprintf(name + strlen(name) - 6, 7, "%06d", getpid() % 1000000);
    return _mkdir(name) == 0 ? name : NULL;
}
#else
#define TEMPORARY "/tmp/"
#endif

char clip_content[CLIP_SIZE];
char clip_folder[300];
char clip_path[sizeof clip_folder + 10];

void clip_start(void)
{
    char name[] = TEMPORARY "luma-test-XXXXXX", *folder;
    int i;

    for (i = 0; i < CLIP_SIZE; i++)
        clip_content[i] = (char)('0' + i % 67);
    must(mkdtemp(name));
    folder = path_absolute(name);
    must(folder && strlen(folder) < sizeof clip_folder);
    strcpy(clip_folder, folder);
    free(folder);
    snprintf(clip_path, sizeof clip_path, "%s/clip", clip_folder);
}

void clip_add(struct head *head, const char *name, const char *value)
{
    if (value)
        head_add(head, name, value);
}

void clip_open(struct resume *d, bool with_part)
{
    struct luma_error error;
    struct head head;
    char range[RESUME_RANGE];

    /* a part that is left belongs to another key, so it is emptied */
    must(resume_open(d, clip_folder, "clip", 0, &error) &&
         resume_set_key(d, CLIP_KEY + 1, &error) &&
         resume_set_key(d, CLIP_KEY, &error));
    if (with_part) {
        head_start(&head, 200);
        head_add(&head, "Content-Length", "100");
        head_add(&head, "ETag", "\"v1\"");
        must(!resume_ask(d, range) &&
             resume_begin(d, &head, &error) == RESUME_TAKE &&
             resume_write(d, clip_content, CLIP_HAVE, &error));
    }
    insist(resume_ask(d, range) == with_part, "a Range is asked for");
    insist(d->asked == (with_part ? CLIP_ASKED : 0), "where the part ends");
}

void clip_end(void)
{
    struct luma_error error;
    struct resume d;

    must(resume_open(&d, clip_folder, "clip", 0, &error) &&
         resume_set_key(&d, CLIP_KEY + 1, &error));
    resume_close(&d);
    CHECK(rmdir(clip_folder) == 0);
}
