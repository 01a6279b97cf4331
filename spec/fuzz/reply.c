/* SPDX-License-Identifier: MIT */
/* A response has the same tasks and the same error, however it is cut, and its
 * message shows no secret. */
#include "fuzz.h"
#include "spec/core/alloc.h"
#include "spec/core/check.h"
#include "spec/core/heard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const long statuses[] = {200, 201, 301, 401, 404, 429, 500, 503};
    struct fuzz_input in = {bytes, len};
    long status = statuses[fuzz_number(&in, COUNT(statuses))];

    alloc_spare(true);
    check_reply(status, (const char *)in.at, in.left, "*");
    fuzz_insist(check_failures() == 0, "cuts make a difference");
    return 0;
}
