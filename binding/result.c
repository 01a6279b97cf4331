/* SPDX-License-Identifier: MIT */
/* What a job comes to, in tables: tasks and missing ids, or an error with all
 * that is known; and its progress in numbers. */
#include "result.h"

#include "binding.h"

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

/* Pushes a table of the open ids that have been seen to their last states. */
static void push_states(lua_State *L, const struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);

    lua_newtable(L);
    for (i = 0; i < count; i++) {
        enum luma_state state = luma_job_state(job->core, i);

        if (luma_job_outcome(job->core, i) != LUMA_OUTCOME_OPEN ||
            state == LUMA_STATE_NONE)
            continue;
        job_push_id(L, job, i);
        lua_pushstring(L, luma_state_name(state));
        lua_rawset(L, -3);
    }
}

/* Pushes a table of them to the gateway's own words for these states. */
static void push_words(lua_State *L, const struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);

    lua_newtable(L);
    for (i = 0; i < count; i++) {
        size_t len;
        const char *word = luma_job_word(job->core, i, &len);

        if (!word || luma_job_outcome(job->core, i) != LUMA_OUTCOME_OPEN)
            continue;
        job_push_id(L, job, i);
        lua_pushlstring(L, word, len);
        lua_rawset(L, -3);
    }
}

/* Pushes the tasks that were kept, in the order asked for. */
static void push_tasks(lua_State *L, int index, const struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);
    lua_Integer n = 0;

    slot_push(L, index, JOB_TASKS);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
        return;
    }
    if (job->stored == count)
        return; /* without holes it is the result already */
    lua_createtable(L, (int)count, 0);
    for (i = 1; i <= count; i++) {
        lua_rawgeti(L, -2, (lua_Integer)i);
        if (!lua_isnil(L, -1))
            lua_rawseti(L, -2, ++n);
        else
            lua_pop(L, 1);
    }
    lua_remove(L, -2);
}

/* Puts what became of the ids before the error's message. */
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
static void push_failed(lua_State *L, int index, const struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);

    slot_push(L, index, JOB_FAILED);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    slot_push(L, index, JOB_END_ERROR);
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

/* Pushes a copy of the first failure's fields, or what else there is to say. */
static void push_reason(lua_State *L, int index, const struct lua_job *job)
{
    const struct luma_error *end = luma_job_error(job->core);
    struct luma_error cancelled;

    luma_error_set(&cancelled, LUMA_ERR_CANCELLED);
    slot_push(L, index, JOB_FIRST_ERROR);
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

void result_add_ids(lua_State *L, int index, const struct lua_job *job)
{
    set_message(L, job);
    push_tasks(L, index, job);
    lua_setfield(L, -2, "tasks");
    push_ids(L, job, LUMA_OUTCOME_MISSING);
    lua_setfield(L, -2, "missing");
    push_ids(L, job, LUMA_OUTCOME_CANCELLED);
    lua_setfield(L, -2, "cancelled");
    push_ids(L, job, LUMA_OUTCOME_OPEN);
    lua_setfield(L, -2, "pending");
    push_failed(L, index, job);
    lua_setfield(L, -2, "failed");
}

void result_add_ids_and_states(lua_State *L, int index,
                               const struct lua_job *job)
{
    result_add_ids(L, index, job);
    push_states(L, job);
    lua_setfield(L, -2, "states");
    push_words(L, job);
    lua_setfield(L, -2, "words");
}

void result_push_failure(lua_State *L, int index, const struct lua_job *job)
{
    push_reason(L, index, job);
    if (job->kind->add_details)
        job->kind->add_details(L, index, job);
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
bool result_push_tasks(lua_State *L, int index, const struct lua_job *job)
{
    if (!is_complete(job))
        return false;
    push_tasks(L, index, job);
    push_ids(L, job, LUMA_OUTCOME_MISSING);
    return true;
}

/* The one value of a request. */
bool result_push_value(lua_State *L, int index, const struct lua_job *job)
{
    if (!is_complete(job))
        return false;
    slot_push(L, index, JOB_TASKS);
    lua_rawgeti(L, -1, 1);
    lua_replace(L, -2);
    lua_pushnil(L);
    return true;
}

/* The path and its bytes. */
bool result_push_file(lua_State *L, int index, const struct lua_job *job)
{
    const char *path = luma_job_path(job->core);
    struct luma_progress p;

    (void)index;
    if (!path)
        return false;
    luma_job_progress(job->core, &p);
    lua_pushstring(L, path);
    lua_pushinteger(L, (lua_Integer)p.bytes);
    return true;
}

int result_push(lua_State *L, int index, struct lua_job *job)
{
    if (!job->has_result) {
        if (!job->kind->push_values(L, index, job)) {
            lua_pushnil(L);
            result_push_failure(L, index, job);
        }
        slot_set(L, index, JOB_RESULT2);
        slot_set(L, index, JOB_RESULT);
        job->has_result = true;
    }
    slot_push(L, index, JOB_RESULT);
    slot_push(L, index, JOB_RESULT2);
    return 2;
}

static void set_number(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

void result_push_progress(lua_State *L, const struct lua_job *job)
{
    struct luma_progress p;

    luma_job_progress(job->core, &p);
    lua_createtable(L, 0, 10);
    set_number(L, "ids", p.ids);
    set_number(L, "tasks", p.outcome[LUMA_OUTCOME_TASK]);
    set_number(L, "missing", p.outcome[LUMA_OUTCOME_MISSING]);
    set_number(L, "failed", p.outcome[LUMA_OUTCOME_FAILED]);
    set_number(L, "cancelled", p.outcome[LUMA_OUTCOME_CANCELLED]);
    set_number(L, "requests", p.requests);
    set_number(L, "retries", p.retries);
    set_number(L, "bytes", p.bytes);
    set_number(L, "total_bytes", p.total_bytes);
    if (job->kind->in_bytes)
        set_number(L, "rate", p.rate);
}
