/* SPDX-License-Identifier: MIT */
/* Links as text: which may be asked at all, and where one leads from another.
 * Any thread; nothing blocks. */
#ifndef LUMA_LINK_H
#define LUMA_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Room for a host's name in a message. */
enum { LINK_HOST = 80 };

/* Whether luma asks this URL: https, or http to loopback or with `plain_http`,
 * and no user name in it. NULL, or what is wrong with it. */
const char *link_problem(const char *url, bool plain_http);

/* The URL that a Location header of `url` leads to, the caller's to free();
 * NULL: it leads nowhere, or there is no memory. */
char *link_follow(const char *url, const char *location);

/* Both have the same scheme, host and port. */
bool link_same_origin(const char *url, const char *other);

/* The link's host, fit to be shown; "" when there is none. */
void link_host(const char *url, char host[LINK_HOST]);

/* Its host is written as an address that is not public (address.h). */
bool link_is_closed(const char *url);

#endif
