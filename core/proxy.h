/* SPDX-License-Identifier: MIT */
/* The proxy of a client: it is checked before it is used, and its user name
 * and password are never shown. Any thread; nothing blocks. */
#ifndef LUMA_PROXY_H
#define LUMA_PROXY_H

/* Checks the option as libcurl will read it. NULL: it can be used. Else what is
 * wrong with it, in words that hold no part of it. */
const char *proxy_problem(const char *proxy);

/* Replaces the user name and password of `proxy` (NULL for none) in a message
 * by asterisks: as they stand in the URL, and decoded. The message does not
 * become longer. */
void proxy_hide(const char *proxy, char *message);

#endif
