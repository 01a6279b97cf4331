/* SPDX-License-Identifier: MIT */
/* Links as text: which may be asked at all, and where one leads from another.
 * Any thread; nothing blocks. */
#ifndef LUMA_URL_H
#define LUMA_URL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/* Room for a host's name. */
enum { URL_HOST_SIZE = 256 };

/* And for a URL. */
enum { URL_SHOWN_SIZE = 240 };

/* Whether luma asks this URL: https, or http to loopback or with `plain_http`,
 * and no user name in it. Sets `problem` to NULL, or to what is wrong with it.
 * False: out of memory. */
bool url_check(const char *url, bool plain_http, const char **problem);

/* CURLUE_OK: the URL holds a user name or password. CURLUE_NO_USER: neither.
 * CURLUE_OUT_OF_MEMORY. */
CURLUcode url_find_user(CURLU *url);

/* Sets `to` to the URL that a Location header of `url` leads to, the caller's
 * to free(), or to NULL where it leads nowhere. False: out of memory. */
bool url_follow(const char *url, const char *location, char **to);

/* Where a redirect leads, fit to be shown. */
struct redirect_target {
    char display[URL_SHOWN_SIZE]; /* scheme, host and path; "": nowhere */
    bool cut;                     /* that is not all of it */
    char base[URL_SHOWN_SIZE];    /* the base_url to set, or "" */
};

/* Reads the Location header of a response to `url`, which is made of base_url
 * and a path. What it shows holds no user name, password, query or fragment,
 * and none of the client's secrets. `base` is only set where the redirect stays
 * on the same host. False: out of memory. */
bool url_read_redirect(struct redirect_target *to, const char *url,
                       const char *location,
                       const struct luma_options *options);

/* Both have the same scheme, host and port. Without memory: false. */
bool url_is_same_origin(const char *url, const char *other);

/* The link's host, fit to be shown; "" when there is none, or no memory. */
void url_read_host(const char *url, const struct luma_options *options,
                   char host[URL_HOST_SIZE]);

/* Its host is written as an address that is not public (address.h). Also true
 * for what is no URL, and without memory. */
bool url_is_private(const char *url);

#endif
