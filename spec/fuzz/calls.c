/* SPDX-License-Identifier: MIT */
/* Any calls of the module, with any arguments, in any order, end with values,
 * nil and an error, or a Lua error. calls.lua makes calls of bytes. */
#include "fuzz.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "network.h"
#include "peer.h"
#include "script.h"
#include "spec/core/check.h"
#include "spec/core/dump.h"
#include "spec/core/folder.h"

enum {
    ANSWERS = 8,
    PATIENCE = 30000 /* ms of a program; then it is stopped */
};

#define INTERRUPTION "interrupted!"

static struct peer_answer answers[ANSWERS];
static unsigned threads; /* without those of clients */

static void add_answer(size_t i, const char *status, const char *type,
                       const char *body)
{
    say(&answers[i].bytes,
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
        status, type, strlen(body));
    must(buf_append_text(&answers[i].bytes, body));
    answers[i].end = PEER_WAITS;
}

static void make_answers(void)
{
    static const char json[] = "application/json";
    static const char all[] =
        "[{\"id\":\"a\",\"state\":\"completed\",\"video\":{\"url\":"
        "\"http://h/f.mp4\"}},{\"id\":\"b\",\"state\":\"failed\"},"
        "{\"id\":\"c\",\"state\":\"completed\"}]";

    add_answer(0, "200 OK", json, all);
    add_answer(1, "200 OK", json, "[{\"id\":\"a\",\"state\":\"processing\"}]");
    add_answer(2, "200 OK", json, "{\"id\":\"b\",\"state\":\"pending\"}");
    add_answer(3, "200 OK", "video/mp4", "vvvvvvvv");
    add_answer(4, "404 Not Found", json, "{\"error\":{\"message\":\"no\"}}");
    add_answer(5, "500 Oh", "text/html", "<html>");
    add_answer(6, "200 OK", json, "[]");
    add_answer(7, "429 Wait", json, "");
    answers[5].end = PEER_CLOSES;
    answers[7].end = PEER_RESETS;
}

static void end_process(void)
{
    folder_end();
}

static void begin_process(void)
{
    folder_start();
    atexit(end_process);
    peer_start();
    threads = network_threads();
    make_answers();
    setenv("LUMA_FUZZ_FOLDER", folder, 1);
    setenv("LUMA_GATEWAY_URL", peer_url(), 1);
    setenv("LUMA_GATEWAY_TOKEN", "sk-0123456789", 1);
}

/* The answers in an order of the input's own. */
static void turn(struct peer_answer turned[ANSWERS], struct fuzz_input *in)
{
    size_t i;

    for (i = 0; i < ANSWERS; i++)
        turned[i] = answers[fuzz_number(in, ANSWERS)];
}

static int64_t ends_at;

/* What Ctrl-C does in the lua program. */
static void interrupt(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    if (clock_ms() > ends_at)
        luaL_error(L, INTERRUPTION);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct peer_answer turned[ANSWERS];
    struct fuzz_input in = {bytes, len};
    lua_State *L;

    if (!*folder)
        begin_process();
    turn(turned, &in);
    peer_set(turned, ANSWERS);
    L = script_start("spec/fuzz/calls.lua");
    ends_at = clock_ms() + PATIENCE;
    lua_sethook(L, interrupt, LUA_MASKCALL | LUA_MASKCOUNT, 1000);
    script_call(L, in.at, in.left, INTERRUPTION);
    lua_close(L);
    network_wait(threads);
    peer_set(NULL, 0);
    unlink(folder_path("clip"));
    unlink(folder_path("a.mp4"));
    return 0;
}
