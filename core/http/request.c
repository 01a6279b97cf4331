/* SPDX-License-Identifier: MIT */
/* What may be asked for, and what may be asked for twice. */
#include "http/request.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_METHOD = 16, MAX_PATH = 8192 };

static struct request *wrong(struct luma_error *error, const char *field,
                             const char *problem)
{
    luma_error_set_argument(error, field, problem);
    return NULL;
}

static bool is_method(const char *method)
{
    size_t len = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return len && len <= MAX_METHOD && !method[len] &&
           strcmp(method, "CONNECT") != 0;
}

/* Printable ASCII, so that nothing can hide behind the request's line. */
static bool is_path(const char *path)
{
    const char *c = path;

    while (*c > ' ' && *c <= '~')
        c++;
    return path[0] == '/' && path[1] != '/' && !*c && c - path <= MAX_PATH;
}

/* A second time does no more than the first. */
static bool is_idempotent(const char *method)
{
    static const char *const methods[] = {"GET",     "HEAD",  "PUT",
                                          "OPTIONS", "TRACE", "DELETE"};
    size_t i;

    for (i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(method, methods[i]) == 0)
            return true;
    return false;
}

/* Servers may refuse it when nothing says how long its body is. */
static bool expects_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
}

struct request *request_new(const struct luma_request *from,
                            struct luma_error *error)
{
    size_t method = strlen(from->method) + 1, path = strlen(from->path) + 1;
    struct request *r;

    if (!is_method(from->method))
        return wrong(error, "method",
                     "must be a word in capital letters, such "
                     "as GET or POST");
    if (from->body && strcmp(from->method, "HEAD") == 0)
        return wrong(error, "method", "HEAD goes without a body");
    if (!is_path(from->path))
        return wrong(error, "path",
                     "must start with one / and be printable "
                     "ASCII without spaces");
    r = malloc(sizeof *r + method + path + from->len + 1);
    if (!r) {
        luma_error_set(error, LUMA_ERR_MEMORY);
        return NULL;
    }
    *r = (struct request){
        .repeats = from->retry || is_idempotent(from->method),
        .sends_body = from->body || expects_body(from->method),
        .len = from->body ? from->len : 0,
        .method = memcpy(r->text, from->method, method),
        .path = memcpy(r->text + method, from->path, path),
        .body = r->text + method + path,
    };
    if (from->body)
        memcpy(r->text + method + path, from->body, from->len);
    return r;
}
