/* SPDX-License-Identifier: MIT */
/* Links as text: which may be asked at all, and where one leads from another.
 * Any thread; nothing blocks. */
#ifndef LUMA_LINK_H
#define LUMA_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Room for a host's name in a message. */
enum { LINK_HOST = 80 };

/* And for a URL. */
enum { LINK_SHOWN = 240 };

/* Whether luma asks this URL: https, or http to loopback or with `plain_http`,
 * and no user name in it. NULL, or what is wrong with it. */
const char *link_problem(const char *url, bool plain_http);

/* The URL that a Location header of `url` leads to, the caller's to free();
 * NULL: it leads nowhere, or there is no memory. */
char *link_follow(const char *url, const char *location);

/* Where a redirect leads, fit to be shown. */
struct link_target {
    char shown[LINK_SHOWN]; /* scheme, host and path; the end may be cut */
    char base[LINK_SHOWN];  /* the base_url to set, or "" */
};

/* Reads the Location header of a response to `url`, which is made of `base`, a
 * base_url, and a path. What it shows holds no user name, password, query or
 * fragment, and not the token. `base` is only set where the redirect stays on
 * the same host. False: it leads nowhere, or there is no memory. */
bool link_redirect(struct link_target *to, const char *url,
                   const char *location, const char *base, const char *token);

/* Both have the same scheme, host and port. */
bool link_same_origin(const char *url, const char *other);

/* The link's host, fit to be shown; "" when there is none. */
void link_host(const char *url, char host[LINK_HOST]);

/* Its host is written as an address that is not public (address.h). */
bool link_is_closed(const char *url);

#endif
