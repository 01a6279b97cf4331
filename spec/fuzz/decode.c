/* SPDX-License-Identifier: MIT */
/* luma and lua-cjson read a text in the same way; decode.lua says where not. */
#include "fuzz.h"
#include "script.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static lua_State *L;

    if (!L)
        L = script_start("spec/fuzz/decode.lua");
    script_call(L, bytes, len, NULL);
    return 0;
}
