/* SPDX-License-Identifier: MIT */
/* Documents and errors as Lua values. */
#include "binding.h"

/* A document's first strings wait on the stack, so that one which stands in it
 * several times is made once. */
enum { MAX_SLOTS = 200, LEVEL_SLOTS = 3, MAX_DEPTH = 130 };

struct build {
    lua_State *L;
    const struct luma_doc *doc;
    int slots; /* stack index of string 0 */
    uint32_t slot_count;
    bool nulls;
};

static void push_string(const struct build *b, uint32_t index)
{
    const struct luma_string *s = &b->doc->strings[index];

    if (index < b->slot_count)
        lua_pushvalue(b->L, b->slots + (int)index);
    else
        lua_pushlstring(b->L, b->doc->text + s->at, s->len);
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

/* Sets table[name] to nil, where both are on top, and pops the name. Most often
 * there is nothing: then nothing is stored, not even an empty place. */
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

/* A null member is absent, and with it one of the same name before it. */
static void push_object(const struct build *b, const struct luma_node *object)
{
    const struct luma_node *node = object + 1, *end = object + object->span;
    uint32_t size = object->many.size - (b->nulls ? 0 : object->many.nulls);

    lua_createtable(b->L, 0, (int)size);
    for (; node < end; node += node->span) {
        push_string(b, node->name);
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

void value_push(lua_State *L, const struct luma_doc *doc, bool nulls)
{
    int top = lua_gettop(L);
    struct build build = {L, doc, top + 1, doc->string_count, nulls};
    uint32_t i;

    if (build.slot_count > MAX_SLOTS)
        build.slot_count = MAX_SLOTS;
    luaL_checkstack(L, MAX_SLOTS + LEVEL_SLOTS * MAX_DEPTH, "task too deep");
    for (i = 0; i < build.slot_count; i++)
        lua_pushlstring(L, doc->text + doc->strings[i].at, doc->strings[i].len);
    push_node(&build, doc->root);
    lua_insert(L, top + 1);
    lua_settop(L, top + 1);
}

/* ---- errors ------------------------------------------------------------ */

static const char error_type[] = "luma.error";

void value_push_error(lua_State *L, const struct luma_error *error)
{
    lua_createtable(L, 0, 8);
    lua_pushstring(L, luma_code_name(error->code));
    lua_setfield(L, -2, "code");
    lua_pushstring(L, error->message);
    lua_setfield(L, -2, "message");
    lua_pushboolean(L, error->retryable);
    lua_setfield(L, -2, "retryable");
    if (error->http_status) {
        lua_pushinteger(L, error->http_status);
        lua_setfield(L, -2, "status");
    }
    if (error->phase) {
        lua_pushstring(L, error->phase);
        lua_setfield(L, -2, "phase");
    }
    if (error->attempts) {
        lua_pushinteger(L, error->attempts);
        lua_setfield(L, -2, "attempts");
    }
    if (error->retry_after >= 0) {
        lua_pushnumber(L, error->retry_after);
        lua_setfield(L, -2, "retry_after");
    }
    if (*error->request_id) {
        lua_pushstring(L, error->request_id);
        lua_setfield(L, -2, "request_id");
    }
    luaL_setmetatable(L, error_type);
}

/* Appends ", label value" of a field that is there; the buffer is on top. */
static void append_field(lua_State *L, luaL_Buffer *b, const char *field,
                         const char *label)
{
    lua_getfield(L, 1, field);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    lua_pushfstring(L, ", %s%s", label, lua_tostring(L, -1));
    lua_remove(L, -2);
    luaL_addvalue(b);
}

/* "the gateway … (auth, HTTP 401, attempts 1, request 7f3a)" */
static int error_tostring(lua_State *L)
{
    luaL_Buffer b;

    lua_settop(L, 1);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_buffinit(L, &b);
    lua_getfield(L, 1, "message");
    luaL_addvalue(&b);
    luaL_addstring(&b, " (");
    lua_getfield(L, 1, "code");
    luaL_addvalue(&b);
    append_field(L, &b, "status", "HTTP ");
    append_field(L, &b, "attempts", "attempts ");
    append_field(L, &b, "request_id", "request ");
    luaL_addstring(&b, ")");
    luaL_pushresult(&b);
    return 1;
}

void value_register(lua_State *L)
{
    luaL_newmetatable(L, error_type);
    lua_pushcfunction(L, error_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);
}
