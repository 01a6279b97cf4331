/* SPDX-License-Identifier: MIT */
/* Writes docs/gateways.md: what luma understands of gateways, from the tables
 * that it reads them with. */
#include <stdio.h>
#include <string.h>

#include "gateway/places.h"

static void write_places(enum place what)
{
    const char *const *path = places_of(what);

    printf("| %s |", places_title(what));
    for (; *path; path++)
        printf("%s `%s`", path == places_of(what) ? "" : ",", *path);
    printf(" |\n");
}

static void write_words(const char *state, enum luma_state meaning)
{
    const struct place_word *known = places_words();
    bool first = true;

    printf("| %s |", state);
    for (; known->word; known++) {
        if (known->state != meaning)
            continue;
        printf("%s %s%s%s", first ? "" : ",", *known->word ? "`" : "(empty)",
               known->word, *known->word ? "`" : "");
        first = false;
    }
    printf(" |\n");
}

int main(void)
{
    enum place what;

    puts("# What luma understands of gateways\n\n"
         "This page is made from the tables in `core/gateway/places.c`: "
         "`make docs/gateways.md`.\n\n"
         "## Where it looks\n\n"
         "A place is a path of names. The first one that has something of use "
         "counts. A response\nthat is an array is a list of tasks itself.\n\n"
         "An id is missing only if the response has a list of tasks and the "
         "id is not in it. A\nresponse without a list is the error `reply`. "
         "An object with an id "
         "of its own may be a task that has a list:\nsuch a list is read as "
         "tasks only under `data` or beside a `code`, and no id is missing\n"
         "because of it unless there were tasks in it.\n\n"
         "| what | places, best first |\n| --- | --- |");
    for (what = 0; what < PLACES; what++)
        write_places(what);
    puts("\n## Words for states\n\n"
         "Capital letters count as small ones, a blank or a hyphen as `_`, and "
         "blanks around a\nword do not count. Any other word is "
         "`processing`: a watch that runs out of time gives\nthe gateway's own "
         "word for each id that is still open in `err.words`.\n\n"
         "| state | words |\n| --- | --- |");
    write_words("`pending`", LUMA_STATE_PENDING);
    write_words("`processing`", LUMA_STATE_PROCESSING);
    write_words("`completed`", LUMA_STATE_COMPLETED);
    write_words("`failed`", LUMA_STATE_FAILED);
    write_words("says nothing: the next place is looked at", LUMA_STATE_NONE);
    puts("\n## What else is forgiven\n\n"
         "- Ids match without regard to capital letters and blanks around "
         "them, where that is\n  unique and no exact match is left.\n"
         "- `progress` may be a number or a text such as `\"40%\"`.\n"
         "- Links may have blanks around them, and may be relative to "
         "`base_url` for a download.\n"
         "- A lone half of a surrogate pair is read as U+FFFD. A raw control "
         "character in a text\n  stands for itself.\n"
         "- A row that is not JSON costs its own id. Nothing behind it in the "
         "response is read. The ids\n  that are left out are asked for again, "
         "in halves: one such row costs at most\n  2 log2(`batch_size`) + 2 "
         "more requests, and if all n rows are such rows, 2n - 1.\n"
         "  After 64 such responses without any task, luma gives up.");
    return 0;
}
