/* SPDX-License-Identifier: MIT */
/* What specs need of the system and Lua does not have. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lualib.h>

#include "binding/compat.h"

/* fork(): 0 in the child, its pid in the parent. */
static int posix_fork(lua_State *L)
{
    pid_t pid = fork();

    if (pid < 0)
        return luaL_error(L, "fork: %s", strerror(errno));
    lua_pushinteger(L, pid);
    return 1;
}

/* wait(pid): "exit" and the status, or "signal" and its number. */
static int posix_wait(lua_State *L)
{
    int status;
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return luaL_error(L, "waitpid: %s", strerror(errno));
    lua_pushstring(L, WIFSIGNALED(status) ? "signal" : "exit");
    lua_pushinteger(L, WIFSIGNALED(status) ? WTERMSIG(status)
                                           : WEXITSTATUS(status));
    return 2;
}

/* kill(pid, number): whether there is such a process. */
static int posix_kill(lua_State *L)
{
    lua_pushboolean(L, kill((pid_t)luaL_checkinteger(L, 1),
                            (int)luaL_checkinteger(L, 2)) == 0);
    return 1;
}

static int posix_pid(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

/* close(fd): Lua does not close its standard files. */
static int posix_close(lua_State *L)
{
    close((int)luaL_checkinteger(L, 1));
    return 0;
}

/* Ends the process without any of its exit handlers. */
static int posix_quit(lua_State *L)
{
    _exit((int)luaL_optinteger(L, 1, 0));
}

/* alarm(seconds): SIGALRM ends this process then. */
static int posix_alarm(lua_State *L)
{
    alarm((unsigned)luaL_checkinteger(L, 1));
    return 0;
}

/* Seconds of a clock that nobody sets. */
static int posix_now(lua_State *L)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
    return 1;
}

static void nothing(int number)
{
    (void)number;
}

/* catch(number): from now on the signal only interrupts. */
static int posix_catch(lua_State *L)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = nothing;
    sigaction((int)luaL_checkinteger(L, 1), &action, NULL);
    return 0;
}

/* default(number): the signal does again what it does by itself. */
static int posix_default(lua_State *L)
{
    signal((int)luaL_checkinteger(L, 1), SIG_DFL);
    return 0;
}

/* Bytes that malloc has given out. */
static int posix_allocated(lua_State *L)
{
    struct mallinfo2 info = mallinfo2();

    lua_pushinteger(L, (lua_Integer)(info.uordblks + info.hblkhd));
    return 1;
}

static lua_State *exit_state;
static int exit_function;

static void at_exit(void)
{
    lua_rawgeti(exit_state, LUA_REGISTRYINDEX, exit_function);
    if (lua_pcall(exit_state, 0, 0, 0) != LUA_OK)
        printf("%s\n", lua_tostring(exit_state, -1));
}

/* at_exit(f): calls f when the process exits. Once. */
static int posix_at_exit(lua_State *L)
{
    lua_settop(L, 1);
    exit_state = L;
    exit_function = luaL_ref(L, LUA_REGISTRYINDEX);
    atexit(at_exit);
    return 0;
}

enum { MAX_STATES = 16 };

/* Runs the code in a state of its own, and closes that. */
static void *run_state(void *code)
{
    lua_State *L = luaL_newstate();

    luaL_openlibs(L);
    if (luaL_dostring(L, code))
        printf("%s\n", lua_tostring(L, -1));
    lua_close(L);
    return NULL;
}

/* states(n, code): runs the code in n threads, and waits for them. What goes
 * wrong is printed. */
static int posix_states(lua_State *L)
{
    lua_Integer i, n = luaL_checkinteger(L, 1);
    const char *code = luaL_checkstring(L, 2);
    pthread_t threads[MAX_STATES];

    luaL_argcheck(L, n <= MAX_STATES, 1, "too many");
    for (i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, run_state, (void *)code) != 0)
            return luaL_error(L, "no thread");
    while (n > 0)
        pthread_join(threads[--n], NULL);
    return 0;
}

int luaopen_posix(lua_State *L);

int luaopen_posix(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"fork", posix_fork},       {"wait", posix_wait},
        {"kill", posix_kill},       {"pid", posix_pid},
        {"quit", posix_quit},       {"catch", posix_catch},
        {"default", posix_default}, {"alarm", posix_alarm},
        {"at_exit", posix_at_exit}, {"now", posix_now},
        {"states", posix_states},   {"allocated", posix_allocated},
        {"close", posix_close},     {NULL, NULL},
    };

    luaL_newlib(L, functions);
    lua_pushinteger(L, SIGINT);
    lua_setfield(L, -2, "SIGINT");
    lua_pushinteger(L, SIGTERM);
    lua_setfield(L, -2, "SIGTERM");
    lua_pushinteger(L, SIGCHLD);
    lua_setfield(L, -2, "SIGCHLD");
    lua_pushinteger(L, SIGPIPE);
    lua_setfield(L, -2, "SIGPIPE");
    return 1;
}
