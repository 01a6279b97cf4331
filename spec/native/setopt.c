/* SPDX-License-Identifier: MIT */
/* Preloaded into a process: writes each option that libcurl is told, and its
 * value where it has one that can be shown, into the file that CURL_OPTIONS in
 * the environment names. Has to be linked with libcurl. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#undef curl_easy_setopt
#undef curl_multi_setopt
#undef curl_share_setopt

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void note(const char *name, const char *value)
{
    FILE *file;

    pthread_mutex_lock(&lock);
    file = fopen(getenv("CURL_OPTIONS"), "a");
    if (!file)
        abort();
    fprintf(file, "%s %s\n", name, value);
    fclose(file);
    pthread_mutex_unlock(&lock);
}

static void note_number(const char *name, long value)
{
    char text[24];

    snprintf(text, sizeof text, "%ld", value);
    note(name, text);
}

/* One that this libcurl has no name for has its number. */
static void note_easy(CURLoption option, void *value)
{
    const struct curl_easyoption *known = curl_easy_option_by_id(option);
    char name[80];

    if (known)
        snprintf(name, sizeof name, "CURLOPT_%s", known->name);
    else
        snprintf(name, sizeof name, "CURLOPT_%d", (int)option);
    if (known && (known->type == CURLOT_LONG || known->type == CURLOT_VALUES ||
                  known->type == CURLOT_OFF_T))
        note_number(name, (long)value);
    else if (!value)
        note(name, "NULL");
    else if (known && known->type == CURLOT_STRING)
        note(name, *(const char *)value ? value : "\"\"");
    else
        note(name, "-");
}

/* Every argument has the size of a pointer on the systems of the specs. */
#define READ_VALUE(last)          \
    va_start(list, last);         \
    value = va_arg(list, void *); \
    va_end(list)

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    CURLcode (*real)(CURL *, CURLoption, ...) = NULL;
    void *value;
    va_list list;

    READ_VALUE(option);
    note_easy(option, value);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_setopt");
    return real(easy, option, value);
}

CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
    CURLMcode (*real)(CURLM *, CURLMoption, ...) = NULL;
    char name[80] = "CURLMOPT_MAXCONNECTS";
    void *value;
    va_list list;

    READ_VALUE(option);
    if (option != CURLMOPT_MAXCONNECTS)
        snprintf(name, sizeof name, "CURLMOPT_%d", (int)option);
    note_number(name, (long)value);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_setopt");
    return real(multi, option, value);
}

CURLSHcode curl_share_setopt(CURLSH *share, CURLSHoption option, ...)
{
    CURLSHcode (*real)(CURLSH *, CURLSHoption, ...) = NULL;
    char name[80];
    void *value;
    va_list list;

    READ_VALUE(option);
    snprintf(name, sizeof name, "CURLSHOPT_%d", (int)option);
    note(name, "-");
    *(void **)&real = dlsym(RTLD_NEXT, "curl_share_setopt");
    return real(share, option, value);
}
