/* SPDX-License-Identifier: MIT */
/* A host that forbids itself sockets or threads:  sandbox SCRIPT ARGUMENTS...
 *
 * Gives the script forbid(what, how): "sockets", "threads" (and processes) or
 * "both" from now on either "kill" this process or are "refused". False where
 * the system has no such filters. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "linked.h"

static const int calls[] = {
    __NR_socket, __NR_socketpair, __NR_connect, __NR_bind,
    __NR_sendto, __NR_clone,      __NR_clone3,  __NR_execve,
#ifdef __NR_fork
    __NR_fork,   __NR_vfork,
#endif
};

enum { SOCKETS = 5, CALLS = sizeof calls / sizeof *calls };

/* Two instructions for each call, one before and one after them. */
static int install(const int *first, size_t count, unsigned answer)
{
    struct sock_filter code[2 * CALLS + 2];
    struct sock_fprog program = {0, code};
    size_t i, n = 0;

    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, nr));
    for (i = 0; i < count; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                 (unsigned)first[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
    }
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = (unsigned short)n;
    return prctl(PR_SET_DUMPABLE, 0) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int forbid(lua_State *L)
{
    const char *what = luaL_checkstring(L, 1), *how = luaL_checkstring(L, 2);
    unsigned answer = strcmp(how, "kill") == 0 ? SECCOMP_RET_KILL_PROCESS
                                               : SECCOMP_RET_ERRNO | EPERM;
    size_t from = strcmp(what, "threads") == 0 ? SOCKETS : 0;
    size_t to = strcmp(what, "sockets") == 0 ? SOCKETS : CALLS;

    lua_pushboolean(L, install(calls + from, to - from, answer));
    return 1;
}

int main(int argc, char **argv)
{
    lua_State *L = linked_state();
    int failed;

    lua_register(L, "forbid", forbid);
    failed = argc < 2 || linked_run(L, argv[1], argv + 2);
    lua_close(L);
    return failed;
}
