/* SPDX-License-Identifier: MIT */
/* The little that the specs need of luasystem, lua-term and cqueues, for a Lua
 * that these libraries do not support yet. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>

/* now(): seconds of a clock that nobody sets. */
static int native_now(lua_State *L)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
    return 1;
}

/* sleep(seconds) */
static int native_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    struct timespec t = {(time_t)seconds, 0};

    t.tv_nsec = (long)((seconds - (lua_Number)t.tv_sec) * 1e9);
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
    return 0;
}

/* isatty(file) */
static int native_isatty(lua_State *L)
{
    luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);

    lua_pushboolean(L, isatty(fileno(stream->f)));
    return 1;
}

/* readable(fd, seconds): whether there is something to read within this time.
 */
static int native_readable(lua_State *L)
{
    struct pollfd fd = {(int)luaL_checkinteger(L, 1), POLLIN, 0};
    int timeout = (int)(luaL_optnumber(L, 2, -0.001) * 1000);

    lua_pushboolean(L, poll(&fd, 1, timeout) > 0);
    return 1;
}

static int close_stream(lua_State *L)
{
    luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);

    return luaL_fileresult(L, fclose(stream->f) == 0, NULL);
}

/* Pushes a file that has the descriptor and closes it. */
static void push_file(lua_State *L, int fd, const char *mode)
{
    luaL_Stream *stream = lua_newuserdatauv(L, sizeof *stream, 0);

    stream->closef = NULL;
    luaL_setmetatable(L, LUA_FILEHANDLE);
    stream->f = fdopen(fd, mode);
    if (!stream->f)
        luaL_error(L, "fdopen: %s", strerror(errno));
    stream->closef = close_stream;
}

/* connect(port): two files to read from a server on this machine and to write
 * to it. */
static int native_connect(lua_State *L)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_port = htons((uint16_t)luaL_checkinteger(L, 1));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        return luaL_error(L, "connect: %s", strerror(errno));
    push_file(L, fd, "r");
    push_file(L, dup(fd), "w");
    return 2;
}

int luaopen_native(lua_State *L);

int luaopen_native(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"now", native_now},           {"sleep", native_sleep},
        {"isatty", native_isatty},     {"connect", native_connect},
        {"readable", native_readable}, {NULL, NULL},
    };

    luaL_newlib(L, functions);
    return 1;
}
