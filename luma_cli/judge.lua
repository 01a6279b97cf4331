-- SPDX-License-Identifier: MIT
-- What a JSON object is, given what was found in it: a task with an id, or an
-- envelope with a list of tasks. The places of ids, states and lists are those
-- of the core, and so is their order.
--
-- An object with a `task_id`, or with an id and a word for its state, is a
-- task. Else a list of objects with ids makes it an envelope. Without such a
-- list, an object that has an id is a task, and a list under a name like
-- `items` is its own. Where both may be true, it is neither: the program must
-- not guess an id.

local places = require "luma_cli.places"

local find, sub = string.find, string.sub

local judge = {}

local OWN_LISTS = { "ids", "data.ids" } -- as in the body of a request
local MAY_BE_OF_A_TASK = {
  items = true, list = true, results = true, tasks = true, records = true,
}
local OBJECTS = { data = true, ["data.data"] = true } -- are looked into

-- ---- places --------------------------------------------------------------

local function add_all(set, names, prefix)
  for _, name in ipairs(names) do set[prefix .. name] = true end
  return set
end

-- Those of ids stand below `data` as well, if that is the task of an envelope.
local IS_ID = add_all(add_all({}, places.id, ""), places.id, "data.")
local IS_STATE = add_all({}, places.state, "")
local IS_LIST = add_all(add_all({}, places.list, ""), OWN_LISTS, "")
local IS_KNOWN = add_all({}, { "code", "data", "data.data" }, "")
for _, set in ipairs { IS_ID, IS_STATE, IS_LIST } do
  for place in pairs(set) do IS_KNOWN[place] = true end
end

-- Each takes the path of a member, or nil.
function judge.knows(path) return IS_KNOWN[path] end
function judge.wants(path) return path and (IS_ID[path] or IS_STATE[path]) end
function judge.is_id_place(path) return path and IS_ID[path] end
function judge.is_list_place(path) return path and IS_LIST[path] end
function judge.has_members(path) return path and OBJECTS[path] end

-- ---- what is known of an object ------------------------------------------

-- `values` has each known member that there is: a string, { what } for
-- something else where an id belongs, or false.
function judge.new_object(list, line)
  return { list = list, line = line, values = {}, lists = {} }
end

function judge.add_list(object, place)
  local list = { place = place, ids = {}, count = 0, words = 0, rows = 0 }
  object.lists[#object.lists + 1] = list
  return list
end

local function is_within(name, path)
  return name == path or sub(name, 1, #path + 1) == path .. "."
end

-- Takes back what a member of that name said, with all that is in it.
local function forget(object, path)
  local values, lists = object.values, object.lists
  for name in pairs(values) do
    if is_within(name, path) then values[name] = nil end
  end
  for i = #lists, 1, -1 do
    if is_within(lists[i].place, path) then
      object.torn = object.torn or lists[i].went_out
      table.remove(lists, i)
    end
  end
end

-- A known member begins.
function judge.begin_member(object, path)
  if object.values[path] ~= nil then forget(object, path) end
  object.values[path] = false
end

-- ---- ids and states ------------------------------------------------------

local function says_something(value) return value and value ~= "" end

-- The id, or nil and what stands in its place.
local function id_below(values, prefix)
  for _, place in ipairs(places.id) do
    local value = values[prefix .. place]
    if type(value) == "table" then return nil, value[1] end
    if says_something(value) then return value end
  end
end

-- Whether `data` is a task of its own, whose id is not told by the places of
-- the object: it has a `task_id` and its own `data`, or stands in an envelope
-- that has a `code` and no id.
local function is_envelope_of_one(values)
  if says_something(values.task_id) then return false end
  return values.code ~= nil and not says_something(values.id)
    or values["data.data"] ~= nil and says_something(values["data.task_id"])
end

local function id_of(values)
  if is_envelope_of_one(values) then
    local id, odd = id_below(values, "data.")
    if id or odd then return id, odd end
  end
  return id_below(values, "")
end

-- Words that say how a request went, and not only how a task is.
local SAYS_NO_STATE = { [""] = true, unknown = true, success = true, ok = true }

local function has_state(values)
  for _, place in ipairs(places.state) do
    local word = values[place]
    word = word and word:match "^%s*(.-)%s*$":lower()
    if word and not SAYS_NO_STATE[word] and find(word, "[^%d%.-]") then
      return true
    end
  end
  return false
end

-- ---- the verdict ---------------------------------------------------------

-- Whether the task may be an envelope whose list only has no rows.
local function is_doubtful(object, list)
  local of_a_task = MAY_BE_OF_A_TASK[list.place:match "[^.]*$"]
  if list.count == 0 then return not of_a_task or object.values.code ~= nil end
  return list.words > 0 and not of_a_task
end

-- "task", "envelope", "both", or "neither"; and the id, or nil and what stands
-- in its place.
function judge.verdict(object)
  local values = object.values
  local id, odd = id_of(values)
  if not (id or odd) then return object.lists[1] and "envelope" or "neither" end
  local doubtful
  if says_something(values.task_id) or has_state(values) then
    return "task", id, odd
  end
  for _, list in ipairs(object.lists) do
    if list.rows > 0 then return "envelope", id, odd end
    doubtful = doubtful or is_doubtful(object, list)
  end
  return doubtful and "both" or "task", id, odd
end

-- Whether the ids of a list are wanted. Beside an id of its own, an envelope
-- may have lists that are not of tasks.
function judge.counts(object, list, verdict)
  if verdict ~= "envelope" then return false end
  local id, odd = id_of(object.values)
  return list.rows > 0 or not (id or odd)
end

return judge
