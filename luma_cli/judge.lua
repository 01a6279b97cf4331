-- SPDX-License-Identifier: MIT
-- Decides whether a JSON object is a task with an id, or an envelope with a
-- list of tasks. The places of ids, states and lists are those of the core, in
-- the same order.
--
-- An object with a `task_id`, or with an id and a word for its state, is a
-- task. Otherwise, an object with a list of objects with ids is an envelope.
-- Otherwise, an object with an id is a task, and a list under a name like
-- `items` belongs to it. If both are possible, the program ends, because it
-- must not guess an id.

local places = require "luma_cli.places"

local find, sub = string.find, string.sub

local judge = {}

local OWN_LISTS = { "ids", "data.ids" } -- from the body of a request
local MAY_BE_OF_A_TASK = {
  items = true, list = true, results = true, tasks = true, records = true,
}
local OBJECTS = { data = true, ["data.data"] = true } -- their members are read

-- ---- places --------------------------------------------------------------

local function add_all(set, names, prefix)
  for _, name in ipairs(names) do set[prefix .. name] = true end
  return set
end

-- Ids are below `data` as well, because `data` may be the task of an envelope.
local IS_ID = add_all(add_all({}, places.id, ""), places.id, "data.")
local IS_STATE = add_all({}, places.state, "")
local IS_LIST = add_all(add_all({}, places.list, ""), OWN_LISTS, "")
local IS_KNOWN = add_all({}, { "code", "data", "data.data" }, "")
for _, set in ipairs { IS_ID, IS_STATE, IS_LIST } do
  for place in pairs(set) do IS_KNOWN[place] = true end
end

-- Each takes the path of a member, or nil.
function judge.is_known(path) return IS_KNOWN[path] end
function judge.is_wanted(path)
  return path and (IS_ID[path] or IS_STATE[path])
end
function judge.is_id_place(path) return path and IS_ID[path] end
function judge.is_list_place(path) return path and IS_LIST[path] end
function judge.has_members(path) return path and OBJECTS[path] end

-- ---- the known members of an object --------------------------------------

-- `values` has the known members by path. A value is a string, { what } for an
-- id that is not a string, or false.
function judge.new_object(list, line)
  return { list = list, line = line, values = {}, lists = {} }
end

function judge.add_list(object, place)
  local list = { place = place, ids = {}, count = 0, scalars = 0, rows = 0 }
  object.lists[#object.lists + 1] = list
  return list
end

local function is_within(name, path)
  return name == path or sub(name, 1, #path + 1) == path .. "."
end

-- Forgets a member and its contents, because a later one has the same name.
local function forget(object, path)
  local values, lists = object.values, object.lists
  for name in pairs(values) do
    if is_within(name, path) then values[name] = nil end
  end
  for i = #lists, 1, -1 do
    if is_within(lists[i].place, path) then
      object.overwritten = object.overwritten or lists[i].emitted
      table.remove(lists, i)
    end
  end
end

-- Begins a known member.
function judge.begin_member(object, path)
  if object.values[path] ~= nil then forget(object, path) end
  object.values[path] = false
end

-- ---- ids and states ------------------------------------------------------

local function is_present(value) return value and value ~= "" end

-- Returns the id, or nil and the description of a bad id.
local function id_below(values, prefix)
  for _, place in ipairs(places.id) do
    local value = values[prefix .. place]
    if type(value) == "table" then return nil, value[1] end
    if is_present(value) then return value end
  end
end

-- Whether `data` is a task of its own, so that the id is searched there first.
-- Either `data` has a `task_id` and a `data`, or the object has a `code` and no
-- id.
local function has_own_task(values)
  if is_present(values.task_id) then return false end
  return values.code ~= nil and not is_present(values.id)
    or values["data.data"] ~= nil and is_present(values["data.task_id"])
end

local function id_of(values)
  if has_own_task(values) then
    local id, bad_id = id_below(values, "data.")
    if id or bad_id then return id, bad_id end
  end
  return id_below(values, "")
end

-- Words that are also used for the result of a request.
local NOT_A_STATE = { [""] = true, unknown = true, success = true, ok = true }

local function has_state(values)
  for _, place in ipairs(places.state) do
    local word = values[place]
    word = word and word:match "^%s*(.-)%s*$":lower()
    if word and not NOT_A_STATE[word] and find(word, "[^%d%.-]") then
      return true
    end
  end
  return false
end

-- ---- the verdict ---------------------------------------------------------

-- Whether the object could also be an envelope whose list has no tasks.
local function may_be_empty_envelope(object, list)
  local of_a_task = MAY_BE_OF_A_TASK[list.place:match "[^.]*$"]
  if list.count == 0 then return not of_a_task or object.values.code ~= nil end
  return list.scalars > 0 and not of_a_task
end

-- Returns "task", "envelope", "both" or "neither", and then the id, or nil and
-- the description of a bad id.
function judge.verdict(object)
  local values = object.values
  local id, bad_id = id_of(values)
  if not (id or bad_id) then
    return object.lists[1] and "envelope" or "neither"
  end
  local is_unclear
  if is_present(values.task_id) or has_state(values) then
    return "task", id, bad_id
  end
  for _, list in ipairs(object.lists) do
    if list.rows > 0 then return "envelope", id, bad_id end
    is_unclear = is_unclear or may_be_empty_envelope(object, list)
  end
  return is_unclear and "both" or "task", id, bad_id
end

-- Whether the ids of a list are wanted. An envelope with an id of its own may
-- have lists of other things than tasks.
function judge.is_wanted_list(object, list, verdict)
  if verdict ~= "envelope" then return false end
  local id, bad_id = id_of(object.values)
  return list.rows > 0 or not (id or bad_id)
end

return judge
