/* SPDX-License-Identifier: MIT */
/* Preloaded into a process: the libcurl that is there, but without the parts
 * that LESS_CURL in the environment names: "http2", "gzip", "capath",
 * "quick_exit", "proxy", "plain", "headers", "easy", "issuers". Has to be
 * linked with libcurl. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#undef curl_easy_setopt

enum { QUICK_EXIT = CURLOPTTYPE_LONG + 322 }; /* headers may be older */

static int lacks(const char *part)
{
    const char *parts = getenv("LESS_CURL");

    return parts && strstr(parts, part) != NULL;
}

curl_version_info_data *curl_version_info(CURLversion version)
{
    static curl_version_info_data less;
    curl_version_info_data *(*real)(CURLversion) = NULL;

    *(void **)&real = dlsym(RTLD_NEXT, "curl_version_info");
    less = *real(version);
    if (lacks("http2"))
        less.features &= ~CURL_VERSION_HTTP2;
    if (lacks("gzip"))
        less.features &= ~CURL_VERSION_LIBZ;
    if (lacks("issuers"))
        less.cainfo = NULL;
    return &less;
}

CURL *curl_easy_init(void)
{
    CURL *(*real)(void) = NULL;

    *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_init");
    return lacks("easy") ? NULL : real();
}

CURLHcode curl_easy_header(CURL *easy, const char *name, size_t index,
                           unsigned origin, int request,
                           struct curl_header **header)
{
    CURLHcode (*real)(CURL *, const char *, size_t, unsigned, int,
                      struct curl_header **) = NULL;

    if (lacks("headers"))
        return CURLHE_NOT_BUILT_IN;
    *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_header");
    return real(easy, name, index, origin, request, header);
}

/* Every argument has the size of a pointer on the systems of the specs. */
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    CURLcode (*real)(CURL *, CURLoption, ...) = NULL;
    void *value;
    va_list list;

    va_start(list, option);
    value = va_arg(list, void *);
    va_end(list);
    if ((option == CURLOPT_CAPATH && lacks("capath")) ||
        (option == CURLOPT_HTTP_VERSION && lacks("http2") &&
         (long)value != CURL_HTTP_VERSION_1_1))
        return CURLE_NOT_BUILT_IN;
    if (((int)option == QUICK_EXIT && lacks("quick_exit")) ||
        (option == CURLOPT_PROXY && lacks("proxy")))
        return CURLE_UNKNOWN_OPTION;
    if (option == CURLOPT_PROTOCOLS_STR && lacks("plain"))
        return CURLE_UNSUPPORTED_PROTOCOL;
    *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_setopt");
    return real(easy, option, value);
}
