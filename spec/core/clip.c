/* SPDX-License-Identifier: MIT */
#include "clip.h"

#include <string.h>

#include "check.h"
#include "folder.h"

char clip_content[CLIP_SIZE];
char clip_path[sizeof folder + 10];

void clip_start(void)
{
    int i;

    for (i = 0; i < CLIP_SIZE; i++)
        clip_content[i] = (char)('0' + i % 67);
    folder_start();
    strcpy(clip_path, folder_path("clip"));
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
    must(resume_open(d, folder, "clip", "clip", 0, &error) &&
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

    must(resume_open(&d, folder, "clip", "clip", 0, &error) &&
         resume_set_key(&d, CLIP_KEY + 1, &error));
    resume_close(&d);
    CHECK(folder_end());
}
