/* SPDX-License-Identifier: MIT */
/* Bytes of a response are joined to a part only where it says that they belong
 * there. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "file/resume.h"
#include "spec/core/check.h"

static void add_headers(struct head *head, struct fuzz_input *in, char *lines[],
                        size_t most)
{
    size_t i;

    for (i = 0; i < most && in->left; i++) {
        char *colon;

        lines[i] = fuzz_line(in);
        colon = strchr(lines[i], ':');
        if (!colon)
            continue;
        *colon++ = '\0';
        head_add(head, lines[i], colon + strspn(colon, " "));
    }
}

static void check(const struct head *head, int64_t asked,
                  const struct part_state *part)
{
    enum resume_body body = resume_judge(head, asked, part);

    if (body != RESUME_REST)
        return;
    fuzz_insist(head->http_status == 206 && head->range == HEAD_VALID,
                "the rest comes with 206 and a range");
    fuzz_insist(head->first == asked, "it begins where it was asked for");
    fuzz_insist(part->total < 0 || head->total < 0 ||
                    head->total == part->total,
                "the whole is as long as before");
    fuzz_insist(head->etag_presence != HEAD_VALID || !*head->etag ||
                    strcmp(head->etag, part->etag) == 0,
                "it is the same file");
    fuzz_insist(!*head->coding, "the bytes are those of the file");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const long statuses[] = {200, 206, 206, 206, 416, 404};
    struct part_state part = {.key = 1, .total = -1, .etag = "\"v1\""};
    struct fuzz_input in = {bytes, len};
    char *lines[12] = {NULL};
    struct head head;
    int64_t asked;
    size_t i;

    head_start(&head, statuses[fuzz_number(&in, COUNT(statuses))]);
    asked = (int64_t)fuzz_number(&in, 3) * 50;
    if (fuzz_number(&in, 2))
        part.total = 100;
    add_headers(&head, &in, lines, COUNT(lines));
    check(&head, asked, &part);
    for (i = 0; i < COUNT(lines); i++)
        free(lines[i]);
    return 0;
}
