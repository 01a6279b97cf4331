/* SPDX-License-Identifier: MIT */
/* Which addresses are public. Links come from servers, and must not make luma
 * connect to hosts in the caller's own network. Pure; any thread; nothing
 * blocks. */
#ifndef LUMA_ADDRESS_H
#define LUMA_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* Whether the address is public. Loopback, private, link-local, shared,
 * reserved and multicast addresses are not, nor are addresses that contain one
 * of these, nor other families. */
bool address_is_public(const struct sockaddr *address);

/* The same for a text, such as "10.0.0.1" or "fe80::1". False for other texts.
 */
bool address_text_is_public(const char *text);

/* Whether the host of a URL is this machine: "localhost", 127.0.0.0/8 or ::1,
 * with or without brackets. */
bool address_is_loopback(const char *host);

/* Whether the host of a URL, without brackets, is written as a public one: as a
 * public address, or as a name that is not reserved for private use. This is
 * for a proxy, which makes the connection itself. A name of one label is not
 * public. Nor is one with bytes beyond ASCII, since it may be read as another
 * name. */
bool address_host_is_public(const char *host);

#endif
