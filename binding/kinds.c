/* SPDX-License-Identifier: MIT */
/* The table of kinds. */
#include "kinds.h"

#include "result.h"
#include "start.h"

static const struct job_kind fetch = {
    .name = "fetch",
    .kind = KIND_FETCH,
    .arguments = 3,
    .read = start_read_ids,
    .start = start_fetch,
    .push_values = result_push_tasks,
    .add_details = result_add_ids,
};

static const struct job_kind watch = {
    .name = "watch",
    .kind = KIND_WATCH,
    .arguments = 3,
    .defaults = {.deadline = 600000,
                 .watch = {.interval = 5000,
                           .max_interval = 15000,
                           .missing_grace = 60000,
                           .link_grace = 60000}},
    .read = start_read_ids,
    .check = start_check_watch,
    .start = start_watch,
    .push_values = result_push_tasks,
    .add_details = result_add_ids_and_states,
};

static const struct job_kind request = {
    .name = "request",
    .kind = KIND_REQUEST,
    .arguments = 5,
    .read = start_read_request,
    .start = start_request,
    .fields = {{"method", 2}, {"path", 3}},
    .push_values = result_push_value,
    .no_each = "a request has one value, for result",
};

static const struct job_kind download = {
    .name = "download",
    .kind = KIND_DOWNLOAD,
    .arguments = 4,
    .defaults = {.sync = true},
    .read = download_read,
    .check = download_check,
    .start = download_start,
    .fields = {{"path", 3}, {"dir", 3}},
    .push_values = result_push_file,
    .add_details = result_add_ids,
    .in_bytes = true,
};

int client_fetch(lua_State *L)
{
    return job_start(L, &fetch);
}

int client_watch(lua_State *L)
{
    return job_start(L, &watch);
}

int client_request(lua_State *L)
{
    return job_start(L, &request);
}

int client_download(lua_State *L)
{
    return job_start(L, &download);
}
