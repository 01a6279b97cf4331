/* SPDX-License-Identifier: MIT */
/* The result of a job: tasks and missing ids, or an error with all that is
 * known; and its progress in numbers. */
#include "result.h"

#include <string.h>

#include "access.h"

/* ---- ids and tasks ----------------------------------------------------- */

/* Pushes an array of the ids with this outcome, in the order asked for. */
static void push_ids(lua_State *L, const struct lua_job *job,
                     enum luma_outcome outcome)
{
    struct luma_progress progress;
    size_t i, n = 0;

    luma_job_progress(job->core, &progress);
    lua_createtable(L, (int)progress.outcome[outcome], 0);
    for (i = 0; n < progress.outcome[outcome] && i < progress.ids; i++) {
        if (luma_job_outcome(job->core, i) != outcome)
            continue;
        job_push_id(L, job, i);
        lua_rawseti(L, -2, (lua_Integer)++n);
    }
}

/* Pushes the tasks that were kept, in the order asked for. */
static void push_tasks(lua_State *L, const struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);
    lua_Integer n = 0;

    uservalue_get(L, 1, JOB_TASKS);
    if (!lua_isnil(L, -1) && job->stored == count)
        return; /* without holes it is the result already */
    lua_createtable(L, (int)job->stored, 0);
    for (i = 1; n < (lua_Integer)job->stored && i <= count; i++) {
        lua_rawgeti(L, -2, (lua_Integer)i);
        if (!lua_isnil(L, -1))
            lua_rawseti(L, -2, ++n);
        else
            lua_pop(L, 1);
    }
    lua_remove(L, -2);
}

/* ---- errors ------------------------------------------------------------ */

/* Puts "2 of 5 ids failed" before the error's message. */
static void set_message(lua_State *L, const struct lua_job *job)
{
    struct luma_progress p;
    size_t failed;

    luma_job_progress(job->core, &p);
    failed = p.outcome[LUMA_OUTCOME_FAILED];
    if (p.ids < 2)
        return;
    lua_getfield(L, -1, "message");
    lua_pushfstring(L, "%d of %d ids %s: %s",
                    (int)(failed ? failed
                                 : p.outcome[LUMA_OUTCOME_OPEN] +
                                       p.outcome[LUMA_OUTCOME_CANCELLED]),
                    (int)p.ids, failed ? "failed" : "unfinished",
                    lua_tostring(L, -1));
    lua_setfield(L, -3, "message");
    lua_pop(L, 1);
}

/* Pushes the table of failed ids to their errors. */
static void push_failed(lua_State *L, const struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);

    uservalue_get(L, 1, JOB_FAILED);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    uservalue_get(L, 1, JOB_END_ERROR);
    for (i = 0; !lua_isnil(L, -1) && i < count; i++) {
        if (luma_job_outcome(job->core, i) != LUMA_OUTCOME_FAILED)
            continue;
        job_push_id(L, job, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, -4);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushvalue(L, -2);
            lua_rawset(L, -4);
        } else {
            lua_pop(L, 2);
        }
    }
    lua_pop(L, 1);
}

/* Pushes a copy of the first failure, or the error that the job ended with. */
static void push_reason(lua_State *L, const struct lua_job *job)
{
    const struct luma_error *end = luma_job_error(job->core);
    struct luma_error cancelled;

    status_set(&cancelled, LUMA_ERR_CANCELLED);
    uservalue_get(L, 1, JOB_FIRST_ERROR);
    if (end->code == LUMA_ERR_PENDING || lua_isnil(L, -1)) {
        value_push_error(L, end->code == LUMA_OK ? &cancelled : end);
    } else {
        lua_newtable(L);
        for (lua_pushnil(L); lua_next(L, -3);) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, -4);
        }
        lua_getmetatable(L, -2);
        lua_setmetatable(L, -2);
    }
    lua_remove(L, -2);
}

void result_add_ids(lua_State *L, const struct lua_job *job)
{
    set_message(L, job);
    push_tasks(L, job);
    lua_setfield(L, -2, "tasks");
    push_ids(L, job, LUMA_OUTCOME_MISSING);
    lua_setfield(L, -2, "missing");
    push_ids(L, job, LUMA_OUTCOME_CANCELLED);
    lua_setfield(L, -2, "cancelled");
    push_ids(L, job, LUMA_OUTCOME_OPEN);
    lua_setfield(L, -2, "pending");
    push_failed(L, job);
    lua_setfield(L, -2, "failed");
}

typedef const char *text_of_id(const struct luma_job *job, size_t index,
                               size_t *len);

/* The last known state of an id, or NULL. */
static const char *state_of_id(const struct luma_job *job, size_t index,
                               size_t *len)
{
    enum luma_state state = luma_job_state(job, index);
    const char *name = luma_state_name(state);

    *len = strlen(name);
    return state == LUMA_STATE_NONE ? NULL : name;
}

/* Adds a table of the open ids to their texts to the error on top. */
static void add_texts(lua_State *L, const struct lua_job *job, const char *name,
                      text_of_id *text_of)
{
    size_t i, count = luma_job_count(job->core);

    lua_newtable(L);
    for (i = 0; i < count; i++) {
        size_t len;
        const char *text = text_of(job->core, i, &len);

        if (!text || luma_job_outcome(job->core, i) != LUMA_OUTCOME_OPEN)
            continue;
        job_push_id(L, job, i);
        lua_pushlstring(L, text, len);
        lua_rawset(L, -3);
    }
    lua_setfield(L, -2, name);
}

void result_add_ids_and_states(lua_State *L, const struct lua_job *job)
{
    result_add_ids(L, job);
    add_texts(L, job, "states", state_of_id);
    add_texts(L, job, "words", luma_job_word);
}

void result_push_failure(lua_State *L, const struct lua_job *job)
{
    push_reason(L, job);
    if (job->kind->add_details)
        job->kind->add_details(L, job);
}

/* ---- values ------------------------------------------------------------ */

/* Each id has its task, or is missing. */
static bool is_complete(const struct lua_job *job)
{
    struct luma_progress p;

    luma_job_progress(job->core, &p);
    return !p.outcome[LUMA_OUTCOME_FAILED] &&
           !p.outcome[LUMA_OUTCOME_CANCELLED] && !p.outcome[LUMA_OUTCOME_OPEN];
}

/* The tasks and the missing ids. */
bool result_push_tasks(lua_State *L, const struct lua_job *job)
{
    if (!is_complete(job))
        return false;
    push_tasks(L, job);
    push_ids(L, job, LUMA_OUTCOME_MISSING);
    return true;
}

/* The one value of a request. */
bool result_push_value(lua_State *L, const struct lua_job *job)
{
    if (!is_complete(job))
        return false;
    uservalue_get(L, 1, JOB_TASKS);
    lua_rawgeti(L, -1, 1);
    lua_replace(L, -2);
    lua_pushnil(L);
    return true;
}

/* The path and its bytes. */
bool result_push_file(lua_State *L, const struct lua_job *job)
{
    const char *path = luma_job_path(job->core);
    struct luma_progress p;

    if (!path)
        return false;
    luma_job_progress(job->core, &p);
    lua_pushstring(L, path);
    lua_pushinteger(L, (lua_Integer)p.bytes);
    return true;
}

int result_push(lua_State *L, struct lua_job *job)
{
    if (!job->has_result) {
        if (!job->kind->push_values(L, job)) {
            lua_pushnil(L);
            result_push_failure(L, job);
        }
        uservalue_set(L, 1, JOB_RESULT2);
        uservalue_set(L, 1, JOB_RESULT);
        job->has_result = !luma_job_doc(job->core); /* a loop takes more */
    }
    uservalue_get(L, 1, JOB_RESULT);
    uservalue_get(L, 1, JOB_RESULT2);
    return 2;
}

void result_push_progress(lua_State *L, const struct lua_job *job)
{
    struct luma_progress p;

    luma_job_progress(job->core, &p);
    lua_createtable(L, 0, 10);
    value_set_number(L, "ids", p.ids);
    value_set_number(L, "tasks", p.outcome[LUMA_OUTCOME_TASK]);
    value_set_number(L, "missing", p.outcome[LUMA_OUTCOME_MISSING]);
    value_set_number(L, "failed", p.outcome[LUMA_OUTCOME_FAILED]);
    value_set_number(L, "cancelled", p.outcome[LUMA_OUTCOME_CANCELLED]);
    value_set_number(L, "requests", p.requests);
    value_set_number(L, "retries", p.retries);
    value_set_number(L, "bytes", p.bytes);
    value_set_number(L, "total_bytes", p.total_bytes);
    if (job->kind->in_bytes)
        value_set_number(L, "rate", p.rate);
}
