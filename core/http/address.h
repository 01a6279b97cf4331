/* SPDX-License-Identifier: MIT */
/* Which addresses belong to the open internet. Links come from servers, and
 * must not make luma knock at doors inside the caller's own network. Pure;
 * nothing blocks; any thread. */
#ifndef LUMA_ADDRESS_H
#define LUMA_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* False for loopback, private, link-local, shared, reserved and multicast
 * addresses, for those that only wrap one of them, and for other families. */
bool address_is_public(const struct sockaddr *address);

/* The same for its text, such as "10.0.0.1" or "fe80::1"; false for texts that
 * are no address. */
bool address_text_is_public(const char *text);

/* The host of a URL, an IPv6 address with or without its brackets, is written
 * as this machine: "localhost", 127.0.0.0/8 or ::1. */
bool address_is_loopback(const char *host);

#endif
