/* SPDX-License-Identifier: MIT */
/* URLs: whether luma may request them, and where redirects lead. Any thread;
 * nothing blocks. */
#ifndef LUMA_URL_H
#define LUMA_URL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "options.h"

/* Bytes for a host name. */
enum { URL_HOST_SIZE = 256 };

/* Bytes for a URL in a message. */
enum { URL_DISPLAY_SIZE = 240 };

/* Whether plain http to this host may be used: with `plain_http`, or if nothing
 * leaves this machine. Behind a proxy, everything does. */
bool url_may_be_plain(const char *host, const struct luma_options *options);

/* Checks whether luma may request a URL: https, or http as above, and without a
 * user name. Sets `problem` to NULL, or to the reason why not. False: out of
 * memory. */
bool url_check(const char *url, const struct luma_options *options,
               const char **problem);

/* Whether the URL has a user name or password. CURLUE_OK: yes. CURLUE_NO_USER:
 * no. CURLUE_OUT_OF_MEMORY: not known. */
CURLUcode url_find_user(CURLU *url);

/* Resolves the Location header of a response to `url`. Sets `to` to the URL,
 * which the caller must free(), or to NULL if it is invalid. False: out of
 * memory. */
bool url_follow(const char *url, const char *location, char **to);

/* The parts of a URL that is asked for. */
struct url_parts {
    CURLU *url;
    char *scheme, *host, *port; /* the host is ASCII */
};

/* Parses a URL. Call url_free_parts even if it fails. Only a lack of memory
 * gives CURLUE_OUT_OF_MEMORY. A host that is not ASCII is a
 * CURLUE_BAD_HOSTNAME, in every locale. */
CURLUcode url_parse(struct url_parts *parts, const char *url);
void url_free_parts(struct url_parts *parts);

/* The target of a redirect, for messages. */
struct redirect_target {
    char display[URL_DISPLAY_SIZE]; /* scheme, host and path; "": invalid */
    bool cut;                       /* `display` is not complete */
    char base[URL_DISPLAY_SIZE];    /* the base_url to set, or "" */
};

/* Reads the Location header of a response to `url`, which is base_url and a
 * path. `display` has no user name, password, query or fragment, and no secret
 * of the client. `base` is set only for a redirect to the same host. False:
 * out of memory. */
bool url_read_redirect(struct redirect_target *to, const char *url,
                       const char *location,
                       const struct luma_options *options);

/* Sets `same`: both have the same scheme, host and port. False: out of memory.
 */
bool url_compare_origins(const char *url, const char *other, bool *same);

/* Sets `host` to the URL's host, for messages; or to "" if there is none, or
 * without memory. */
void url_read_host(const char *url, const struct luma_options *options,
                   char host[URL_HOST_SIZE]);

/* Sets `is_private`: the host is not written as a public one
 * (address_host_is_public), or the URL is invalid. False: out of memory. */
bool url_find_private(const char *url, bool *is_private);

#endif
