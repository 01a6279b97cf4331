/* SPDX-License-Identifier: MIT */
/* The result of a job: tasks and missing ids, or an error with all that is
 * known; and its progress in numbers. */
#include "result.h"

#include "access.h"
#include "kind.h"

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

/* Pushes the stored tasks, in the order asked for. */
static void push_tasks(lua_State *L, const struct lua_job *job)
{
    size_t i, count = luma_job_count(job->core);
    lua_Integer n = 0;

    uservalue_get(L, 1, JOB_TASKS);
    if (!lua_isnil(L, -1) && job->stored == count &&
        luma_job_error(job->core)->code != LUMA_ERR_PENDING)
        return; /* without holes, the table is the result */
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
    size_t failed, unfinished;

    luma_job_progress(job->core, &p);
    failed = p.outcome[LUMA_OUTCOME_FAILED];
    unfinished = p.outcome[LUMA_OUTCOME_OPEN] +
                 p.outcome[LUMA_OUTCOME_CANCELLED];
    if (p.ids < 2)
        return;
    lua_getfield(L, -1, "message");
    lua_pushfstring(L, "%d of %d ids %s: %s",
                    (int)(failed ? failed : unfinished), (int)p.ids,
                    failed ? "failed" : "unfinished", lua_tostring(L, -1));
    lua_setfield(L, -3, "message");
    lua_pop(L, 1);
}

/* Pushes a copy of the first failure, or the error that the job ended with. */
static void push_reason(lua_State *L, const struct lua_job *job)
{
    const struct luma_error *end = luma_job_error(job->core);
    struct luma_error cancelled;

    luma_error_set(&cancelled, LUMA_ERR_CANCELLED);
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

/* These functions push what is known of an id, or nil. */
typedef void push_of_id(lua_State *L, const struct lua_job *job, size_t index);

static void push_error(lua_State *L, const struct lua_job *job, size_t index)
{
    uservalue_get(L, 1, JOB_FAILED);
    if (!lua_isnil(L, -1)) {
        job_push_id(L, job, index);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    }
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        uservalue_get(L, 1, JOB_END_ERROR);
    }
}

static void push_state(lua_State *L, const struct lua_job *job, size_t index)
{
    enum luma_state state = luma_job_state(job->core, index);

    lua_pushstring(L, state == LUMA_STATE_NONE ? NULL : luma_state_name(state));
}

static void push_word(lua_State *L, const struct lua_job *job, size_t index)
{
    size_t len;
    const char *word = luma_job_word(job->core, index, &len);

    if (word)
        lua_pushlstring(L, word, len);
    else
        lua_pushnil(L);
}

/* Adds a table to the error on top: each id with this outcome to what is known
 * of it. */
static void add_by_id(lua_State *L, const struct lua_job *job, const char *name,
                      enum luma_outcome outcome, push_of_id *push)
{
    size_t i, count = luma_job_count(job->core);

    lua_newtable(L);
    for (i = 0; i < count; i++) {
        if (luma_job_outcome(job->core, i) != outcome)
            continue;
        job_push_id(L, job, i);
        push(L, job, i);
        lua_rawset(L, -3);
    }
    lua_setfield(L, -2, name);
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
    add_by_id(L, job, "failed", LUMA_OUTCOME_FAILED, push_error);
}

void result_add_ids_and_states(lua_State *L, const struct lua_job *job)
{
    result_add_ids(L, job);
    add_by_id(L, job, "states", LUMA_OUTCOME_OPEN, push_state);
    add_by_id(L, job, "words", LUMA_OUTCOME_OPEN, push_word);
}

/* Pushes the id that the job has learned, or nil. */
static void push_learned(lua_State *L, const struct lua_job *job)
{
    size_t len;

    luma_job_id(job->core, 0, &len);
    if (len)
        job_push_id(L, job, 0);
    else
        lua_pushnil(L);
}

void result_add_generated(lua_State *L, const struct lua_job *job)
{
    push_learned(L, job);
    if (!lua_isnil(L, -1)) {
        lua_setfield(L, -2, "id");
        result_add_ids_and_states(L, job);
        return;
    }
    lua_pop(L, 1);
}

/* ---- values ------------------------------------------------------------ */

/* The tasks and the missing ids. */
bool result_push_tasks(lua_State *L, const struct lua_job *job)
{
    push_tasks(L, job);
    push_ids(L, job, LUMA_OUTCOME_MISSING);
    return true;
}

/* The one value of a request. */
bool result_push_value(lua_State *L, const struct lua_job *job)
{
    (void)job;
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

/* The task, and the path of its file where one was wanted. */
bool result_push_generated(lua_State *L, const struct lua_job *job)
{
    if (luma_job_error(job->core)->code != LUMA_OK)
        return false;
    uservalue_get(L, 1, JOB_TASKS);
    lua_rawgeti(L, -1, 1);
    lua_replace(L, -2);
    lua_pushstring(L, luma_job_path(job->core));
    return true;
}

/* Each id has its task or is missing. */
static bool is_complete(const struct lua_job *job)
{
    struct luma_progress p;

    luma_job_progress(job->core, &p);
    return p.outcome[LUMA_OUTCOME_TASK] + p.outcome[LUMA_OUTCOME_MISSING] ==
           p.ids;
}

int result_push(lua_State *L)
{
    struct lua_job *job = lua_touserdata(L, 1);
    bool ended = luma_job_error(job->core)->code != LUMA_ERR_PENDING;

    if (!job->has_result) {
        if (!ended || !is_complete(job) || !job->kind->push_values(L, job)) {
            lua_pushnil(L);
            push_reason(L, job);
            if (job->kind->add_details)
                job->kind->add_details(L, job);
        }
        if (!ended || luma_job_peek(job->core)) /* more tasks may arrive */
            return 2;
        uservalue_set(L, 1, JOB_RESULT2);
        uservalue_set(L, 1, JOB_RESULT);
        job->has_result = true;
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
    if (job->kind->learns_id) {
        push_learned(L, job);
        lua_setfield(L, -2, "id");
    }
}

static void set_seconds(lua_State *L, const char *name, int64_t ms)
{
    lua_pushnumber(L, (lua_Number)ms / 1000);
    lua_setfield(L, -2, name);
}

void result_push_attempt(lua_State *L, const struct luma_attempt *attempt)
{
    lua_createtable(L, 0, 9);
    value_set_text(L, "method", attempt->method);
    value_set_text(L, "host", attempt->host);
    value_set_text(L, "path", attempt->path);
    if (attempt->code != LUMA_OK)
        value_set_text(L, "code", luma_code_name(attempt->code));
    if (attempt->http_status)
        value_set_number(L, "status", (uint64_t)attempt->http_status);
    value_set_number(L, "attempt", attempt->number);
    value_set_number(L, "bytes", attempt->bytes);
    set_seconds(L, "seconds", attempt->time);
    if (attempt->retry_in >= 0)
        set_seconds(L, "retry_in", attempt->retry_in);
}
