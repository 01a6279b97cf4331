/* SPDX-License-Identifier: MIT */
/* The multi handle of a loop, whose descriptors no child process of the
 * host inherits. */
#ifndef LUMA_MULTI_H
#define LUMA_MULTI_H

#include <curl/curl.h>

/* A multi handle that keeps at most `connections` open, to be freed by
 * curl_multi_cleanup. The sockets by which libcurl wakes itself are
 * close-on-exec, also where libcurl does not open them so. Any thread; does not
 * block. NULL: out of memory. */
CURLM *multi_new(size_t connections);

/* Makes the sockets close-on-exec by which libcurl hears from a thread that
 * looks up a name. To be called after curl_multi_perform, while a transfer has
 * no connection yet. Not those with numbers from FD_SETSIZE (1,024) on: libcurl
 * before 8.8 does not tell them. The thread of the multi handle; does not
 * block. */
void multi_hide_resolver(CURLM *multi);

#endif
