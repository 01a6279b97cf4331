/* SPDX-License-Identifier: MIT */
/* Names and words as gateways spell them. docs/gateways.md is made from these
 * tables: `make docs/gateways.md` after a change. */
#include "gateway/places.h"

/* A row of an envelope has the Luma object in `data`; a bare Luma object has
 * everything at its top. */
static const char *const lists[] = {
    "data",       "items",        "list",      "results",   "tasks",
    "records",    "data.items",   "data.list", "data.data", "data.results",
    "data.tasks", "data.records", NULL,
};

/* A row's own `id` may be the number of a database row: it comes last. */
static const char *const ids[] = {
    "task_id", "data.id", "id", "data.task_id", NULL,
};

/* What a row says wins over what the object inside says. */
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

/* Old gateways have no other place for it. */
static const char *const completed_videos[] = {"fail_reason",
                                               "data.fail_reason", NULL};

static const char *const palettes[] = {
    "data.thumbnail.palette.grid",
    "data.last_frame.palette.grid",
    "thumbnail.palette.grid",
    "last_frame.palette.grid",
    NULL,
};

/* Those in `data` count only where that is no task, which may have failed. */
static const char *const errors[] = {
    "error",  "errors",     "error_code",  "errcode",        "err", "error_msg",
    "detail", "data.error", "data.errors", "data.error_msg", NULL,
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
        {"what makes a response with status 200 an error, unless it "
         "is empty, false or 0",
         errors},
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
    {"", LUMA_NO_STATE},
    {"unknown", LUMA_NO_STATE},
    {"pending", LUMA_WAITING},
    {"queued", LUMA_WAITING},
    {"in_queue", LUMA_WAITING},
    {"waiting", LUMA_WAITING},
    {"not_start", LUMA_WAITING},
    {"not_started", LUMA_WAITING},
    {"submitted", LUMA_WAITING},
    {"processing", LUMA_PROCESSING},
    {"in_progress", LUMA_PROCESSING},
    {"dreaming", LUMA_PROCESSING},
    {"generating", LUMA_PROCESSING},
    {"running", LUMA_PROCESSING},
    {"0", LUMA_PROCESSING},
    {"completed", LUMA_COMPLETED},
    {"complete", LUMA_COMPLETED},
    {"success", LUMA_COMPLETED},
    {"succeeded", LUMA_COMPLETED},
    {"succeed", LUMA_COMPLETED},
    {"successful", LUMA_COMPLETED},
    {"finished", LUMA_COMPLETED},
    {"finish", LUMA_COMPLETED},
    {"done", LUMA_COMPLETED},
    {"ok", LUMA_COMPLETED},
    {"1", LUMA_COMPLETED},
    {"failed", LUMA_FAILED},
    {"failure", LUMA_FAILED},
    {"fail", LUMA_FAILED},
    {"create_task_failed", LUMA_FAILED},
    {"generate_failed", LUMA_FAILED},
    {"error", LUMA_FAILED},
    {"expired", LUMA_FAILED},
    {"timeout", LUMA_FAILED},
    {"timed_out", LUMA_FAILED},
    {"aborted", LUMA_FAILED},
    {"terminated", LUMA_FAILED},
    {"stopped", LUMA_FAILED},
    {"rejected", LUMA_FAILED},
    {"denied", LUMA_FAILED},
    {"blocked", LUMA_FAILED},
    {"moderated", LUMA_FAILED},
    {"cancel", LUMA_FAILED},
    {"cancelled", LUMA_FAILED},
    {"canceled", LUMA_FAILED},
    {"deleted", LUMA_FAILED},
    {"not_found", LUMA_FAILED},
    {"2", LUMA_FAILED},
    {"3", LUMA_FAILED},
    {NULL, LUMA_NO_STATE},
};

const struct place_word *places_words(void)
{
    return words;
}
