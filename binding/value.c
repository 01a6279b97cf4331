/* SPDX-License-Identifier: MIT */
/* Documents, errors and counters as Lua values. */
#include <stdlib.h>

#include "access.h"
#include "options.h"

/* The first strings of a document are kept on the stack, so that a string that
 * occurs several times is made once. The core has at most 128 levels. */
enum { MAX_SLOTS = 200, LEVEL_SLOTS = 3, MAX_DEPTH = 130 };

struct build {
    lua_State *L;
    const struct luma_doc *doc;
    bool nulls;     /* null members are luma.null, not absent */
    uint32_t *made; /* how many names are in the table; see lua_client */
    int names;      /* stack index of the table CLIENT_NAMES */
    int slots;      /* stack index of string 0 */
    uint32_t slot_count;
};

static void push_string(const struct build *b, uint32_t index)
{
    const struct luma_string *s = &b->doc->strings[index];

    if (index < b->slot_count)
        lua_pushvalue(b->L, b->slots + (int)index);
    else
        lua_pushlstring(b->L, b->doc->text + s->at, s->len);
}

/* Makes Lua strings of the shared names up to this one. */
static void make_names(const struct build *b, uint32_t last)
{
    const struct luma_names *names = b->doc->names;
    uint32_t *made = b->made;

    for (; *made <= last; ++*made) {
        const struct luma_string *s = &names->strings[*made];

        lua_pushlstring(b->L, names->text + s->at, s->len);
        lua_rawseti(b->L, b->names, (lua_Integer)*made + 1);
    }
}

static void push_name(const struct build *b, uint32_t name)
{
    uint32_t index = name & ~(uint32_t)LUMA_NAME_SHARED;

    if (index == name) {
        push_string(b, name);
        return;
    }
    if (index >= *b->made)
        make_names(b, index);
    lua_rawgeti(b->L, b->names, (lua_Integer)index + 1);
}

static void push_big(const struct build *b, const struct luma_node *node)
{
    const struct luma_string *s = &b->doc->strings[node->string];

    lua_pushnumber(b->L, luma_bigint_to_double(b->doc->text + s->at, s->len));
}

static void push_node(const struct build *b, const struct luma_node *node);

static void push_array(const struct build *b, const struct luma_node *array)
{
    const struct luma_node *node = array + 1, *end = array + array->span;
    lua_Integer i;

    lua_createtable(b->L, (int)array->many.size, 0);
    for (i = 1; node < end; node += node->span, i++) {
        push_node(b, node);
        lua_rawseti(b->L, -2, i);
    }
}

/* Sets table[name] to nil, where both are on top, and pops the name. Usually
 * there is no such member; then the table is not written to, so it does not
 * grow. */
static void clear_member(lua_State *L)
{
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 2);
        return;
    }
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_rawset(L, -3);
}

/* A null member is absent, and removes an earlier one of the same name. */
static void push_object(const struct build *b, const struct luma_node *object)
{
    const struct luma_node *node = object + 1, *end = object + object->span;
    uint32_t size = object->many.size - (b->nulls ? 0 : object->many.nulls);

    lua_createtable(b->L, 0, (int)size);
    for (; node < end; node += node->span) {
        push_name(b, node->name);
        if (node->kind == LUMA_JSON_NULL && !b->nulls) {
            clear_member(b->L);
            continue;
        }
        push_node(b, node);
        lua_rawset(b->L, -3);
    }
}

static void push_node(const struct build *b, const struct luma_node *node)
{
    switch (node->kind) {
    case LUMA_JSON_NULL:
        lua_pushlightuserdata(b->L, NULL);
        break;
    case LUMA_JSON_FALSE:
    case LUMA_JSON_TRUE:
        lua_pushboolean(b->L, node->kind == LUMA_JSON_TRUE);
        break;
    case LUMA_JSON_INTEGER:
        lua_pushinteger(b->L, node->integer);
        break;
    case LUMA_JSON_FLOAT:
        lua_pushnumber(b->L, node->number);
        break;
    case LUMA_JSON_BIGINT:
        push_big(b, node);
        break;
    case LUMA_JSON_STRING:
        push_string(b, node->string);
        break;
    case LUMA_JSON_ARRAY:
        push_array(b, node);
        break;
    default:
        push_object(b, node);
    }
}

/* The table CLIENT_NAMES is on top, and is popped; anything for a document
 * without shared names. */
static void push_doc(lua_State *L, const struct luma_doc *doc, bool nulls,
                     uint32_t *made)
{
    int top = lua_gettop(L);
    struct build build = {L, doc, nulls, made, top, top + 1, doc->string_count};
    uint32_t i;

    if (build.slot_count > MAX_SLOTS)
        build.slot_count = MAX_SLOTS;
    stack_reserve(L, MAX_SLOTS + LEVEL_SLOTS * MAX_DEPTH, "task too deep");
    for (i = 0; i < build.slot_count; i++)
        lua_pushlstring(L, doc->text + doc->strings[i].at, doc->strings[i].len);
    push_node(&build, doc->root);
    lua_replace(L, top);
    lua_settop(L, top);
}

/* Calls the decode hook on top with the task's text. Leaves the value, or an
 * error and false. */
static bool decode(lua_State *L, const struct luma_doc *doc)
{
    struct luma_error error;
    int status;

    lua_pushlstring(L, doc->json, doc->json_len);
    status = lua_pcall(L, 1, 1, 0);
    if (status == LUA_ERRMEM)
        lua_error(L);
    if (status == LUA_OK && !lua_isnil(L, -1))
        return true;
    luma_error_set(&error, LUMA_ERR_DECODE);
    if (status == LUA_OK)
        luma_error_append(&error, "it returned nil");
    else if (lua_type(L, -1) == LUA_TSTRING)
        luma_error_append(&error, "%s", lua_tostring(L, -1));
    else
        luma_error_append(&error, "it raised a %s", luaL_typename(L, -1));
    value_push_error(L, &error);
    lua_replace(L, -2);
    return false;
}

bool value_push(lua_State *L, const struct lua_job *job,
                const struct luma_doc *doc)
{
    bool decodes = job->client->decodes;

    uservalue_get(L, 1, JOB_CLIENT);
    uservalue_get(L, -1, decodes ? CLIENT_DECODE : CLIENT_NAMES);
    lua_remove(L, -2);
    if (decodes)
        return decode(L, doc);
    push_doc(L, doc, job->client->nulls, &job->client->names);
    return true;
}

/* ---- texts ------------------------------------------------------------- */

const char document_type[] = "luma.document";

/* A userdata frees the document if a Lua error is raised meanwhile. */
int value_decode(lua_State *L)
{
    size_t len;
    const char *text;
    struct luma_doc **doc;
    struct luma_error error;
    bool nulls;

    luaL_checktype(L, 1, LUA_TSTRING);
    text = lua_tolstring(L, 1, &len);
    lua_settop(L, 2);
    nulls = options_read_decode(L);
    lua_settop(L, 2);
    doc = lua_newuserdatauv(L, sizeof *doc, 0);
    *doc = NULL;
    luaL_setmetatable(L, document_type);
    *doc = luma_read_json(text, len, &error);
    if (!*doc)
        return value_push_failure(L, &error);
    lua_pushnil(L);
    push_doc(L, *doc, nulls, NULL);
    free(*doc);
    *doc = NULL;
    return 1;
}

static int document_gc(lua_State *L)
{
    struct luma_doc **doc = luaL_checkudata(L, 1, document_type);

    free(*doc);
    *doc = NULL;
    return 0;
}

const luaL_Reg document_metamethods[] = {
    {"__gc", document_gc},
    {NULL, NULL},
};

/* ---- errors ------------------------------------------------------------ */

const char error_type[] = "luma.error";

void value_set_number(lua_State *L, const char *name, uint64_t number)
{
    lua_pushinteger(L, (lua_Integer)number);
    lua_setfield(L, -2, name);
}

/* Sets a field of the table on top, unless the text is NULL or empty. */
void value_set_text(lua_State *L, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

void value_push_error(lua_State *L, const struct luma_error *error)
{
    lua_createtable(L, 0, 8);
    value_set_text(L, "code", luma_code_name(error->code));
    value_set_text(L, "message", error->message);
    value_set_text(L, "phase", error->phase);
    value_set_text(L, "request_id", error->request_id);
    lua_pushboolean(L, error->retryable);
    lua_setfield(L, -2, "retryable");
    if (error->http_status)
        value_set_number(L, "status", (uint64_t)error->http_status);
    if (error->attempts)
        value_set_number(L, "attempts", error->attempts);
    if (error->retry_after >= 0) {
        lua_pushnumber(L, error->retry_after);
        lua_setfield(L, -2, "retry_after");
    }
    luaL_setmetatable(L, error_type);
}

int value_push_failure(lua_State *L, const struct luma_error *error)
{
    lua_pushnil(L);
    value_push_error(L, error);
    return 2;
}

/* Pushes the prefix and a field of the error at 1, if that is a text or a
 * number. */
static void push_field(lua_State *L, const char *prefix, const char *field)
{
    lua_pushstring(L, prefix);
    lua_getfield(L, 1, field);
    if (!lua_isstring(L, -1))
        lua_pop(L, 2);
}

/* "the gateway … (auth, HTTP 401, attempts 1, request 7f3a)" */
static int error_tostring(lua_State *L)
{
    lua_settop(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    push_field(L, "", "message");
    push_field(L, " (", "code");
    push_field(L, ", HTTP ", "status");
    push_field(L, ", attempts ", "attempts");
    push_field(L, ", request ", "request_id");
    lua_pushliteral(L, ")");
    lua_concat(L, lua_gettop(L) - 1);
    return 1;
}

/* Pushes the operand at `index` of `..`, an error or a text. */
static void push_operand(lua_State *L, int index)
{
    lua_pushvalue(L, index);
    if (luaL_getmetafield(L, index, "__tostring")) {
        lua_insert(L, -2);
        lua_call(L, 1, 1);
    } else if (!lua_isstring(L, -1)) {
        luaL_error(L, "attempt to concatenate a %s value",
                   luaL_typename(L, index));
    }
}

static int error_concat(lua_State *L)
{
    push_operand(L, 1);
    push_operand(L, 2);
    lua_concat(L, 2);
    return 1;
}

const luaL_Reg error_metamethods[] = {
    {"__tostring", error_tostring},
    {"__concat", error_concat},
    {NULL, NULL},
};
