/* SPDX-License-Identifier: MIT */
/* Names and words, spelled as gateways do. docs/gateways.md is generated from
 * these tables: after a change run `make docs/gateways.md`. */
#include "gateway/places.h"

/* In an envelope, a row has the Luma object in `data`. A bare Luma object has
 * all members at its top level. */
static const char *const lists[] = {
    "data",       "items",        "list",      "results",   "tasks",
    "records",    "data.items",   "data.list", "data.data", "data.results",
    "data.tasks", "data.records", NULL,
};

/* The `id` of a row may be the number of a database row, so it comes late. */
static const char *const ids[] = {
    "task_id", "data.id", "id", "data.task_id", NULL,
};

/* Some gateways give the bare id. */
static const char *const submitted[] = {
    "task_id",        "data.task_id", "data.id", "id", "data",
    "result.task_id", "result.id",    "result",  NULL,
};

/* The row takes precedence over the object in it. */
static const char *const states[] = {
    "status",           "task_status", "data.state", "state",
    "data.task_status", "data.status", NULL,
};

static const char *const progresses[] = {"progress", "data.progress", NULL};

/* Links without a watermark come first. */
static const char *const videos[] = {
    "data.video.download_url",
    "data.video_raw.url",
    "data.video.url",
    "data.artifact.video.download_url",
    "data.artifact.video_raw.url",
    "data.artifact.video.url",
    "data.assets.video",
    "data.video",
    "data.video_url",
    "data.result_url",
    "video.download_url",
    "video_raw.url",
    "video.url",
    "artifact.video.download_url",
    "artifact.video_raw.url",
    "artifact.video.url",
    "assets.video",
    "video",
    "video_url",
    "result_url",
    NULL,
};

static const char *const thumbnails[] = {
    "data.thumbnail.url",
    "data.artifact.thumbnail.url",
    "data.assets.image",
    "data.thumbnail",
    "data.thumbnail_url",
    "data.video.thumbnail",
    "thumbnail.url",
    "artifact.thumbnail.url",
    "assets.image",
    "thumbnail",
    "thumbnail_url",
    "video.thumbnail",
    NULL,
};

static const char *const last_frames[] = {
    "data.last_frame.url",
    "data.artifact.last_frame.url",
    "data.last_frame",
    "data.last_frame_url",
    "last_frame.url",
    "artifact.last_frame.url",
    "last_frame",
    "last_frame_url",
    NULL,
};

/* Old gateways have the link only here. */
static const char *const completed_videos[] = {"fail_reason",
                                               "data.fail_reason", NULL};

static const char *const palettes[] = {
    "data.thumbnail.palette.grid",
    "data.last_frame.palette.grid",
    "thumbnail.palette.grid",
    "last_frame.palette.grid",
    NULL,
};

/* A place in `data` counts only if `data` is not a task, which may have
 * failed. */
static const char *const errors[] = {
    "error",  "errors",     "error_code",  "errcode",        "err", "error_msg",
    "detail", "data.error", "data.errors", "data.error_msg", NULL,
};

/* Not `detail`, which is the quality of a picture elsewhere. */
static const char *const request_errors[] = {
    "error", "errors", "error_code", "errcode", "err", "error_msg", NULL,
};

#define FAILURES_IN(object)                                                   \
    object "message", object "reason", object "error", object "detail",       \
        object "msg", object "description", object "err", object "error_msg", \
        object "fail_reason"

static const char *const failures[] = {
    FAILURES_IN("error."),
    FAILURES_IN("detail."),
    FAILURES_IN("data."),
    FAILURES_IN(""),
    NULL,
};

static const struct {
    const char *title;
    const char *const *paths;
} places[PLACES] = {
    [PLACE_LIST] = {"the list of tasks", lists},
    [PLACE_SUBMITTED] =
        {"the id in the response to a generation, if that is not the id alone",
         submitted},
    [PLACE_ID] = {"a task's id", ids},
    [PLACE_STATE] = {"a task's state", states},
    [PLACE_PROGRESS] = {"a task's progress", progresses},
    [PLACE_VIDEO] = {"the link to the video", videos},
    [PLACE_THUMBNAIL] = {"the link to the thumbnail", thumbnails},
    [PLACE_LAST_FRAME] = {"the link to the last frame", last_frames},
    [PLACE_COMPLETED_VIDEO] = {"the link to the video of a completed task, "
                               "where it begins with https:// or http://",
                               completed_videos},
    [PLACE_PALETTE] = {"the colours of the placeholder", palettes},
    [PLACE_ERROR] =
        {"what makes a response with status 2xx an error, unless it "
         "is empty, false or 0",
         errors},
    [PLACE_REQUEST_ERROR] =
        {"what makes the response to a `client:request` an error, if it is "
         "true or has a text, unless the response is a task",
         request_errors},
    [PLACE_FAILURE] = {"the text of an error response", failures},
};

const char *places_title(enum place what)
{
    return places[what].title;
}

const char *const *places_of(enum place what)
{
    return places[what].paths;
}

/* ---- words ------------------------------------------------------------- */

static const struct place_word words[] = {
    {"", LUMA_STATE_NONE},
    {"unknown", LUMA_STATE_NONE},
    {"pending", LUMA_STATE_PENDING},
    {"queued", LUMA_STATE_PENDING},
    {"in_queue", LUMA_STATE_PENDING},
    {"waiting", LUMA_STATE_PENDING},
    {"not_start", LUMA_STATE_PENDING},
    {"not_started", LUMA_STATE_PENDING},
    {"submitted", LUMA_STATE_PENDING},
    {"processing", LUMA_STATE_PROCESSING},
    {"in_progress", LUMA_STATE_PROCESSING},
    {"dreaming", LUMA_STATE_PROCESSING},
    {"generating", LUMA_STATE_PROCESSING},
    {"running", LUMA_STATE_PROCESSING},
    {"0", LUMA_STATE_PROCESSING},
    {"completed", LUMA_STATE_COMPLETED},
    {"complete", LUMA_STATE_COMPLETED},
    {"success", LUMA_STATE_COMPLETED},
    {"succeeded", LUMA_STATE_COMPLETED},
    {"succeed", LUMA_STATE_COMPLETED},
    {"successful", LUMA_STATE_COMPLETED},
    {"finished", LUMA_STATE_COMPLETED},
    {"finish", LUMA_STATE_COMPLETED},
    {"done", LUMA_STATE_COMPLETED},
    {"ok", LUMA_STATE_COMPLETED},
    {"1", LUMA_STATE_COMPLETED},
    {"failed", LUMA_STATE_FAILED},
    {"failure", LUMA_STATE_FAILED},
    {"fail", LUMA_STATE_FAILED},
    {"create_task_failed", LUMA_STATE_FAILED},
    {"generate_failed", LUMA_STATE_FAILED},
    {"error", LUMA_STATE_FAILED},
    {"expired", LUMA_STATE_FAILED},
    {"timeout", LUMA_STATE_FAILED},
    {"timed_out", LUMA_STATE_FAILED},
    {"aborted", LUMA_STATE_FAILED},
    {"terminated", LUMA_STATE_FAILED},
    {"stopped", LUMA_STATE_FAILED},
    {"rejected", LUMA_STATE_FAILED},
    {"denied", LUMA_STATE_FAILED},
    {"blocked", LUMA_STATE_FAILED},
    {"moderated", LUMA_STATE_FAILED},
    {"cancel", LUMA_STATE_FAILED},
    {"cancelled", LUMA_STATE_FAILED},
    {"canceled", LUMA_STATE_FAILED},
    {"deleted", LUMA_STATE_FAILED},
    {"not_found", LUMA_STATE_FAILED},
    {"2", LUMA_STATE_FAILED},
    {"3", LUMA_STATE_FAILED},
    {NULL, LUMA_STATE_NONE},
};

const struct place_word *places_words(void)
{
    return words;
}
