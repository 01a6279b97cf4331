/* SPDX-License-Identifier: MIT */
/* The tables of options. */
#include "options.h"

#include <stddef.h>
#include <stdlib.h>

#include "binding.h"
#include "reader.h"

/* ---- tables ------------------------------------------------------------ */

#define CLIENT(field) offsetof(struct client_options, field), 0
#define JOB(field)    offsetof(struct job_args, field)

static const struct option client_options[] = {
    {"token", TEXT, CLIENT(core.token)},
    {"base_url", TEXT, CLIENT(core.base_url)},
    {"proxy", TEXT, CLIENT(core.proxy)},
    {"ca_file", TEXT, CLIENT(core.ca_file)},
    {"user_agent", TEXT, CLIENT(core.user_agent)},
    {"headers", HEADERS, CLIENT(core.headers)},
    {"batch_size", COUNT, CLIENT(core.batch_size)},
    {"connections", COUNT, CLIENT(core.connections)},
    {"attempts", COUNT, CLIENT(core.limits.attempts)},
    {"max_reply", COUNT, CLIENT(core.max_reply)},
    {"max_task", COUNT, CLIENT(core.max_task)},
    {"max_undelivered", COUNT, CLIENT(core.max_undelivered)},
    {"plain_http", FLAG, CLIENT(core.plain_http)},
    {"http2", FLAG, CLIENT(core.http2)},
    {"timeout", LIMITS, CLIENT(core.limits)},
    {"nulls", FLAG, CLIENT(nulls)},
    {"decode", FUNCTION, CLIENT_DECODE, 0},
    {"on_attempt", FUNCTION, CLIENT_ON_ATTEMPT, 0},
    {NULL, TEXT, 0, 0},
};

/* The options of luma.decode. */
static const struct option decode_options[] = {
    {"nulls", FLAG, CLIENT(nulls)},
    {NULL, TEXT, 0, 0},
};

static const struct option job_options[] = {
    {"on_task", FUNCTION, JOB_ON_TASK, KIND_FETCH | KIND_WATCHES},
    {"on_update", FUNCTION, JOB_ON_UPDATE, KIND_WATCHES},
    {"on_progress", FUNCTION, JOB_ON_PROGRESS,
     KIND_FETCH | KIND_WATCHES | KIND_DOWNLOADS},
    {"on_done", FUNCTION, JOB_ON_DONE, KIND_ANY},
    {"deadline", DEADLINE, JOB(job.deadline), KIND_ANY},
    {"timeout", LIMITS, JOB(job.limits), KIND_ANY},
    {"attempts", COUNT, JOB(job.limits.attempts), KIND_ANY},
    {"interval", SECONDS, JOB(watch.interval), KIND_WATCHES},
    {"max_interval", SECONDS, JOB(watch.max_interval), KIND_WATCHES},
    {"missing_grace", GRACE, JOB(watch.missing_grace), KIND_WATCHES},
    {"link_grace", GRACE, JOB(watch.link_grace), KIND_WATCHES},
    {"retry", FLAG, JOB(request.retry), KIND_REQUEST},
    {"path", NAME, JOB(download.path), KIND_DOWNLOADS},
    {"dir", NAME, JOB(download.dir), KIND_DOWNLOADS},
    {"what", CHOICE, JOB(download.media), KIND_DOWNLOADS},
    {"exists", EXISTS, JOB(download.skip_existing), KIND_DOWNLOAD},
    {"max_bytes", BYTES, JOB(download.max_bytes), KIND_DOWNLOADS},
    {"allow_private", FLAG, JOB(download.allow_private), KIND_DOWNLOADS},
    {"sync", FLAG, JOB(sync), KIND_DOWNLOADS},
    {NULL, TEXT, 0, 0},
};

#undef CLIENT
#undef JOB

unsigned options_read_job(lua_State *L, int functions, unsigned kind,
                          struct job_args *args)
{
    return reader_read(
        (struct reader){L, args->options, functions, kind, .target = args},
        job_options);
}

bool options_read_decode(lua_State *L)
{
    struct client_options o = {.nulls = false};

    reader_read((struct reader){L, 2, .target = &o}, decode_options);
    return o.nulls;
}

unsigned options_read_client(lua_State *L, int functions,
                             struct client_options *o)
{
    unsigned given = reader_read((struct reader){L, 1, functions, .target = o},
                                 client_options);

    if (!o->core.token)
        o->core.token = getenv("LUMA_GATEWAY_TOKEN");
    if (!o->core.base_url)
        o->core.base_url = getenv("LUMA_GATEWAY_URL");
    if (!o->core.token)
        options_error(L, 1, "token",
                      "must be given, here or as "
                      "LUMA_GATEWAY_TOKEN in the environment");
    return given;
}
