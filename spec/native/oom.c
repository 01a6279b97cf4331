/* SPDX-License-Identifier: MIT */
/* A host whose Lua runs out of memory, at every allocation of each scenario of
 * some scripts, in a new state for each:
 *   oom SCRIPT...
 *
 * A script gets the URL of a gateway and a folder, and returns the scenarios:
 * tables with a `name`, the `manner` of the gateway, and functions.
 * `prepare()` returns what the two others get: `act`, where memory runs out,
 * and `check`, behind it. Only memory may make `act` raise an error. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linked.h"
#include "spec/core/check.h"
#include "spec/core/folder.h"
#include "spec/core/server.h"
#include "spec/core/sweep.h"

enum { HANG_S = 900, LEAST = 2, SCENARIO = 1, SUBJECT };

/* Lua collects all its garbage and tries once more when a call fails. */
enum way { COLLECTED, ONCE, FOR_EVER };
static const char *const ways[] = {" and is repeated", "", " and all behind",
                                   NULL};

static const char *script;
static struct server *server;

/* ---- memory -------------------------------------------------------------- */

static struct {
    size_t used;
    unsigned first; /* the call that fails; 0: none */
    unsigned way;
    unsigned calls;
} memory;

static bool fails(void)
{
    unsigned behind = ++memory.calls - memory.first;

    if (!memory.first || memory.calls < memory.first)
        return false;
    return behind <= memory.way || memory.way == FOR_EVER;
}

/* Lua relies on it that a block can always become smaller. */
static void *allocate(void *unused, void *block, size_t old, size_t size)
{
    void *changed = NULL;

    (void)unused;
    old = block ? old : 0;
    if (size > old && fails())
        return NULL;
    if (size)
        must((changed = realloc(block, size)));
    else
        free(block);
    memory.used += size - old;
    return changed;
}

/* ---- scenarios ----------------------------------------------------------- */

static int count_generations(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)server_generations(server));
    return 1;
}

static lua_State *new_state(void)
{
#if LUA_VERSION_NUM > 504
    lua_State *L = lua_newstate(allocate, NULL, 0);
#else
    lua_State *L = lua_newstate(allocate, NULL);
#endif

    must(L);
    linked_open(L);
    lua_register(L, "generations", count_generations);
    return L;
}

static void call(lua_State *L, int arguments, int results)
{
    if (lua_pcall(L, arguments, results, 0) == 0)
        return;
    lua_getglobal(L, "tostring");
    lua_insert(L, -2);
    lua_call(L, 1, 1);
    insist(false, lua_tostring(L, -1));
    lua_settop(L, SCENARIO);
    lua_pushnil(L);
}

/* Pushes the scenario of that number, or nil. */
static void push_scenario(lua_State *L, int number)
{
    must(luaL_loadfile(L, script) == 0);
    lua_pushstring(L, server_url(server));
    lua_pushstring(L, folder);
    call(L, 2, 1);
    must(lua_istable(L, -1));
    lua_rawgeti(L, -1, number);
    lua_remove(L, -2);
}

/* The text of a member of the scenario, which must be there. */
static const char *text_of(lua_State *L, const char *name, char to[40])
{
    lua_getfield(L, SCENARIO, name);
    must(lua_isstring(L, -1));
    snprintf(to, 40, "%s", lua_tostring(L, -1));
    lua_pop(L, 1);
    return to;
}

static void set_manner(lua_State *L)
{
    static const struct {
        const char *name;
        enum server_manner manner;
    } manners[] = {
        {"answers", SERVER_ANSWERS}, {"knows none", SERVER_KNOWS_NONE},
        {"links", SERVER_LINKS},     {"stalls", SERVER_STALLS},
        {"refuses", SERVER_REFUSES},
    };
    char name[40];
    size_t i = 0;

    text_of(L, "manner", name);
    while (i < COUNT(manners) && strcmp(manners[i].name, name) != 0)
        i++;
    must(i < COUNT(manners));
    server_set(server, manners[i].manner);
}

/* Lua's own second try leaves no error. */
static void judge(lua_State *L, bool raised)
{
    const char *why = raised ? lua_tostring(L, -1) : NULL;
    bool good = why && strcmp(why, "not enough memory") == 0;

    if (!raised)
        return;
    insist(memory.way != COLLECTED, "with memory, nothing is raised");
    insist(good, "only memory is why an error is raised");
    if (!good)
        printf("  is %s\n", why ? why : luaL_typename(L, -1));
}

static void act(lua_State *L, unsigned n, unsigned way)
{
    bool raised;

    lua_getfield(L, SCENARIO, "act");
    lua_pushvalue(L, SUBJECT);
    memory.way = way;
    memory.calls = 0;
    memory.first = n;
    raised = lua_pcall(L, 1, 0, 0) != 0;
    memory.first = 0;
    judge(L, raised);
    lua_settop(L, SUBJECT);
}

static bool live(unsigned n, unsigned way, const void *number)
{
    lua_State *L = new_state();
    unsigned calls;

    push_scenario(L, *(const int *)number);
    set_manner(L);
    lua_getfield(L, SCENARIO, "prepare");
    call(L, 0, 1);
    act(L, n, way);
    calls = memory.calls;
    lua_getfield(L, SCENARIO, "check");
    lua_pushvalue(L, SUBJECT);
    call(L, 1, 0);
    lua_close(L);
    insist(memory.used == 0, "the state leaves nothing");
    return calls >= n;
}

/* False: there is none of that number. */
static bool find_name(int number, char name[40])
{
    lua_State *L = new_state();
    bool found;

    push_scenario(L, number);
    found = lua_istable(L, SCENARIO);
    if (found)
        text_of(L, "name", name);
    lua_close(L);
    return found;
}

static void play(const char *path)
{
    char name[40];
    int i;

    script = path;
    for (i = 1; find_name(i, name); i++)
        sweep(name, ways, LEAST, live, &i);
    CHECK(i > 1);
}

int main(int argc, char **argv)
{
    int i;

    must(argc > 1);
    alarm(HANG_S);
    sweep_every(1);
    folder_start();
    server = server_start();
    for (i = 1; i < argc; i++)
        play(argv[i]);
    server_stop(server);
    CHECK(folder_end());
    sweep_print("Lua");
    return check_done();
}
