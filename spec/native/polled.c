/* SPDX-License-Identifier: MIT */
/* A host that polls descriptors on threads of its own:
 *   polled SCRIPT ARGUMENTS...
 *
 * Gives the script poll(fd), which returns when the new thread sleeps in its
 * poll, and polled(), which waits for that thread and tells what it saw:
 * "readable", "gone" (the descriptor is closed), or "nothing" for too long. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "linked.h"

enum { PATIENCE_MS = 20000 };

static pthread_t poller;
static struct pollfd fd;
static atomic_int tid;

static void *run(void *unused)
{
    atomic_store(&tid, gettid());
    poll(&fd, 1, PATIENCE_MS);
    return unused;
}

/* Whether the thread sleeps, or has come to its end. */
static int rests(void)
{
    char path[64], line[256] = "";
    const char *after;
    FILE *file;

    if (!atomic_load(&tid))
        return 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", atomic_load(&tid));
    file = fopen(path, "r");
    if (!file)
        return 1;
    if (!fgets(line, sizeof line, file))
        line[0] = '\0';
    fclose(file);
    after = strrchr(line, ')');
    return !after || after[2] != 'R';
}

static int start_poll(lua_State *L)
{
    const struct timespec moment = {0, 1000000};

    fd = (struct pollfd){(int)luaL_checkinteger(L, 1), POLLIN, 0};
    atomic_store(&tid, 0);
    if (pthread_create(&poller, NULL, run, NULL) != 0)
        return luaL_error(L, "no thread");
    while (!rests())
        nanosleep(&moment, NULL);
    return 0;
}

static int end_poll(lua_State *L)
{
    pthread_join(poller, NULL);
    lua_pushstring(L, !fd.revents           ? "nothing"
                      : fd.revents & POLLIN ? "readable"
                                            : "gone");
    return 1;
}

int main(int argc, char **argv)
{
    lua_State *L = linked_state();
    int failed;

    lua_register(L, "poll", start_poll);
    lua_register(L, "polled", end_poll);
    failed = argc < 2 || linked_run(L, argv[1], argv + 2);
    lua_close(L);
    return failed;
}
