/* SPDX-License-Identifier: MIT */
/* The JSON reader says the same of a text, however it is cut. */
#include "fuzz.h"
#include "spec/core/account.h"
#include "spec/core/alloc.h"
#include "spec/core/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct json_reader reader;
    static struct account whole, cut;
    static bool ready;
    struct buf text = {0};

    alloc_spare(true);
    if (!ready)
        ready_reader(&reader, 4000);
    ready = true;
    must(buf_reserve(&text, 1) && buf_append(&text, (const char *)bytes, len));
    read_whole(&whole, &reader, &text);
    read_bytes(&cut, &reader, &text);
    fuzz_insist(agrees(&cut, &whole, "byte by byte", 0),
                "cuts make a difference");
    fuzz_insist(check_failures() == 0, "each call keeps its contract");
    buf_free(&text);
    return 0;
}
