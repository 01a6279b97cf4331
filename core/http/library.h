/* SPDX-License-Identifier: MIT */
/* Initialises libcurl, once per process. */
#ifndef LUMA_LIBRARY_H
#define LUMA_LIBRARY_H

#include <stdbool.h>

/* The first version that will do: 7.85 */
#define LIBRARY_LEAST 0x075500

/* Checks and initialises the loaded libcurl, which may differ from the one
 * luma was built with. Call it once. Returns NULL, or a message why luma
 * cannot work with it; the message stays valid. */
const char *library_init(void);

/* What the loaded libcurl can do besides. Any thread, after library_init. */
bool library_has_http2(void);
bool library_has_gzip(void);
bool library_has_https_proxies(void);

/* Whether it has a file of issuers that it trusts. */
bool library_has_issuers(void);

#endif
