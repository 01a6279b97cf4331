/* SPDX-License-Identifier: MIT */
/* What an attempt shows. The link of a file may be signed, and the query of a
 * path may be a secret: neither is shown. */
#include "loop/attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/proxy.h"
#include "http/url.h"
#include "job/job.h"

_Static_assert(sizeof((struct luma_attempt *)0)->host >= URL_HOST_SIZE,
               "a host fits");

static void set_target(struct luma_attempt *attempt,
                       const struct request *request,
                       const struct luma_options *options)
{
    bool file = request->target == REQUEST_FILE;

    snprintf(attempt->method, sizeof attempt->method, "%s",
             file ? "GET" : request->method);
    url_read_host(file ? request->url : options->base_url, options,
                  attempt->host);
    if (!file)
        proxy_sanitize(attempt->path, sizeof attempt->path, request->path,
                       strcspn(request->path, "?"), false, options);
}

struct luma_attempt *attempt_report(const struct request *request,
                                    const struct exchange_end *end,
                                    const struct luma_options *options,
                                    struct event_list *events)
{
    struct luma_attempt *attempt = NULL;

    if (options->wants_attempts)
        attempt = calloc(1, sizeof *attempt);
    if (!attempt)
        return NULL;
    set_target(attempt, request, options);
    attempt->event.kind = LUMA_EVENT_ATTEMPT;
    attempt->event.job = request->job->end.event.job;
    attempt->code = end->error.code;
    attempt->http_status = end->error.http_status;
    attempt->number = request->attempts + 1;
    attempt->bytes = end->bytes;
    attempt->time = end->time;
    attempt->retry_in = -1;
    event_list_add(events, &attempt->event);
    return attempt;
}
