/* SPDX-License-Identifier: MIT */
/* Requirements on libcurl. */
#include "http/library.h"

#include <curl/curl.h>
#include <stdio.h>

#include "base/os.h"

/* Not in libcurl before 7.83, which is told what luma needs nevertheless. */
OS_OPTIONAL(curl_easy_header)

/* curl_version_info is not for several threads at once. */
static int features;
static bool issuers;

static const char *wrong(const char *format, const char *version)
{
    static char sentence[200];

    snprintf(sentence, sizeof sentence, format, version);
    return sentence;
}

static const char *lacks(const char *what, const char *version)
{
    static char sentence[200];

    snprintf(sentence, sizeof sentence,
             "luma needs a libcurl with %s, which this %s was built without: "
             "install another one",
             what, version);
    return sentence;
}

/* What a libcurl can be built without, and is no feature. Without memory, it is
 * not known, and the first request says so. */
static const char *find_lack(void)
{
    CURL *easy = curl_easy_init();
    struct curl_header *header;
    const char *lack = NULL;

    if (!easy)
        return NULL;
    if (curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
        CURLE_UNSUPPORTED_PROTOCOL)
        lack = "HTTP";
    else if (curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_UNKNOWN_OPTION)
        lack = "proxies";
    else if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) ==
             CURLHE_NOT_BUILT_IN)
        lack = "functions for headers";
    curl_easy_cleanup(easy);
    return lack;
}

const char *library_init(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    const char *lack;

    features = info->features;
    if (info->version_num < LIBRARY_LEAST)
        return wrong("luma needs libcurl 7.85 or later, and this is %s: "
                     "install a newer one, or let LD_LIBRARY_PATH name the "
                     "folder of one",
                     info->version);
    if (!(features & CURL_VERSION_THREADSAFE))
        return lacks("the feature \"threadsafe\"", info->version);
    if (!(features & CURL_VERSION_SSL))
        return lacks("TLS", info->version);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return wrong("libcurl %s could not be initialised", info->version);
    issuers = info->cainfo != NULL; /* older ones lack the member */
    lack = find_lack();
    return lack ? lacks(lack, info->version) : NULL;
}

bool library_has_http2(void)
{
    return features & CURL_VERSION_HTTP2;
}

bool library_has_gzip(void)
{
    return features & CURL_VERSION_LIBZ;
}

bool library_has_https_proxies(void)
{
    return features & CURL_VERSION_HTTPS_PROXY;
}

bool library_has_issuers(void)
{
    return issuers;
}
