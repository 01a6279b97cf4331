/* SPDX-License-Identifier: MIT */
/* Preloaded into a process: names of hosts are looked up, and never found. */
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints,
                struct addrinfo **restrict found)
{
    (void)node, (void)service, (void)hints, (void)found;
    sleep(30);
    return EAI_AGAIN;
}
