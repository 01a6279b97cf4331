/* SPDX-License-Identifier: MIT */
/* Requirements on libcurl. */
#include "http/library.h"

#include <curl/curl.h>
#include <stdio.h>

static const char *wrong(const char *format, const char *version)
{
    static char sentence[200];

    snprintf(sentence, sizeof sentence, format, version);
    return sentence;
}

const char *library_init(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    if (info->version_num < 0x075500)
        return wrong("luma needs libcurl 7.85 or later, and this is %s: "
                     "install a newer one, or let LD_LIBRARY_PATH name the "
                     "folder of one",
                     info->version);
    if (!(info->features & CURL_VERSION_THREADSAFE))
        return wrong("luma needs a libcurl with the feature \"threadsafe\", "
                     "which this %s was built without: install another one",
                     info->version);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return wrong("libcurl %s could not be initialised", info->version);
    return NULL;
}
