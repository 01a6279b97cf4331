/* SPDX-License-Identifier: MIT */
/* A host that loads luma itself, and unloads it once its state is closed:
 *   unloads MODULE SCRIPT ARGUMENTS...
 *
 * Prints whether the module is loaded in the end. */
#include <dlfcn.h>

#define LOADED
#include "linked.h"

int main(int argc, char **argv)
{
    void *module = argc > 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    lua_State *L = linked_state();
    lua_CFunction open;
    int failed;

    if (!module)
        return 1;
    *(void **)&open = dlsym(module, "luaopen_luma");
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, "luma");
    failed = linked_run(L, argv[2], argv + 3);
    lua_close(L);
    dlclose(module);
    puts(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) ? "loaded" : "unloaded");
    return failed;
}
