-- SPDX-License-Identifier: MIT
-- Finds the ids in a JSON value. scanner.lua reports strings, numbers, and the
-- start and end of arrays and objects. Ids and problems go to `out`, the
-- argument of new(), as they are found.
--
-- An array has ids and objects. An object is a task with an id, or an envelope
-- with a list of tasks. Its members come in any order, so judge.lua decides at
-- the end of the object. Until then, the ids of its lists are held back. If an
-- object is larger than any task, judge.lua also decides after each piece of
-- text, so that memory is bounded. If the end of the object contradicts this,
-- the program stops there.

local judge = require "luma_cli.judge"

local Found = { LONGEST = 1024 } -- bytes of an id
Found.__index = Found

local LARGEST = 2 ^ 20 -- bytes of a task; luma accepts only smaller ones

-- `out` has an array `ids` for the ids and a method `fail`.
function Found.new(out)
  return setmetatable({
    out = out, frames = {}, top = nil, objects = {}, size = 0,
  }, Found)
end

-- ---- the elements of a list ----------------------------------------------

-- A list of an object has `place`, `ids` (held back), and the number of its
-- elements: `count` of all, `scalars` of strings and numbers, `rows` of objects
-- with ids. At the top level, `list` is nil.

-- Stores a problem in a list. It is reported only if the list is used.
local function note_problem(self, list, line, what)
  if not list then return self.out:fail(line, what) end
  list.problem = list.problem or { line = line, what = what }
end

local function add(self, list, id, line)
  if id == "" then return note_problem(self, list, line, "an empty string") end
  if #id > Found.LONGEST then
    return note_problem(self, list, line, ("more than %d bytes")
      :format(Found.LONGEST))
  end
  if list and list.problem then return end
  local ids = list and list.ids or self.out.ids
  ids[#ids + 1] = id
end

local function count(list, kind)
  if list then list[kind] = list[kind] + 1 end
end

-- ---- strings and numbers -------------------------------------------------

-- If two members have the same name, the last one counts.
local function begin_member(top, name)
  local path = top.prefix .. name
  top.path = judge.is_known(path) and path or nil
  if top.path then judge.begin_member(top.object, path) end
end

-- Whether the value of the next string is needed.
function Found:wants_string()
  local top = self.top
  return not top or top.is_list or judge.is_wanted(top.path)
end

-- Takes a string, or the digits of a whole number. `value` is nil if the string
-- is not needed.
function Found:string(value, line, is_name)
  local top = self.top
  if is_name then return begin_member(top, value) end
  if not top then return add(self, nil, value, line) end
  if top.is_list then
    count(top.list, "count")
    count(top.list, "scalars")
    add(self, top.list, value, line)
  elseif value and judge.is_wanted(top.path) then
    top.object.values[top.path] = value
  end
end

-- Takes any other number, true, false or null.
function Found:other(word, line)
  local top = self.top
  if top.is_list then
    count(top.list, "count")
    note_problem(self, top.list, line, word)
  elseif word ~= "null" and judge.is_id_place(top.path) then
    top.object.values[top.path] = { word }
  end
end

-- ---- the end of an object, and large objects -----------------------------

local BOTH = "both an id and a list"

-- Forwards the ids of the wanted lists to the list around the object. A problem
-- in a list is reported at the end of the object, or at once if ids of the list
-- were emitted. Returns false if ids were emitted or discarded by mistake.
local function forward_ids(self, object, verdict, has_ended)
  local ok = not object.overwritten
  for _, list in ipairs(object.lists) do
    local ids = list.ids
    list.ids = {}
    if not judge.is_wanted_list(object, list, verdict) then
      list.discarded = list.discarded or #ids > 0
      ok = ok and not list.emitted
    else
      ok = ok and not list.discarded
      list.emitted = list.emitted or #ids > 0
      if #ids > 0 then count(object.list, "rows") end
      for _, id in ipairs(ids) do add(self, object.list, id, object.line) end
      local problem = (has_ended or list.emitted) and list.problem
      if problem then
        note_problem(self, object.list, problem.line, problem.what)
      end
    end
  end
  return ok
end

local function end_object(self, object)
  self.objects[#self.objects] = nil
  local verdict, id, bad_id = judge.verdict(object)
  local list, line = object.list, object.line
  if not forward_ids(self, object, verdict, true) or verdict == "both" then
    note_problem(self, list, line, BOTH)
  elseif verdict == "task" and id then
    count(list, "rows")
    add(self, list, id, line)
  elseif verdict ~= "envelope" then
    note_problem(self, list, line, bad_id and "an object whose id is " .. bad_id
      or "an object without an id")
  end
end

local function has_new_ids(object)
  for _, list in ipairs(object.lists) do
    if #list.ids > 0 or list.emitted and list.problem then return true end
  end
  return false
end

-- Counts `size` more bytes, and checks large objects.
function Found:has_read(size)
  self.size = self.size + size
  for i = #self.objects, 1, -1 do
    local object = self.objects[i]
    if self.size - object.start > LARGEST and has_new_ids(object) then
      local verdict = judge.verdict(object)
      if not forward_ids(self, object, verdict) or verdict == "both" then
        note_problem(self, object.list, object.line, BOTH)
      end
    end
  end
end

-- ---- arrays and objects --------------------------------------------------

local function new_object(self, list, line)
  local object = judge.new_object(list, line)
  object.start = self.size
  self.objects[#self.objects + 1] = object
  return { object = object, prefix = "" }
end

-- The frame of an array or object that is an element, or the top-level value.
local function frame_of_element(self, is_list, line)
  local top = self.top
  if not top and is_list then return { is_list = true } end
  local list = top and top.list
  count(list, "count")
  if not is_list then return new_object(self, list, line) end
  note_problem(self, list, line, "an array in an array")
end

-- The frame of an array or object that is the value of a member.
local function frame_of_member(top, is_list)
  local object, path = top.object, top.path
  if is_list and judge.is_list_place(path) then
    return { is_list = true, list = judge.add_list(object, path) }
  elseif not is_list and judge.has_members(path) then
    return { object = object, prefix = path .. "." }
  elseif judge.is_id_place(path) then
    object.values[path] = { is_list and "an array" or "an object" }
  end
end

-- Begins an array or an object. Returns false if it cannot have ids.
function Found:open(opener, line)
  local top, is_list = self.top, opener == "["
  local frame
  if not top or top.is_list then
    frame = frame_of_element(self, is_list, line)
  else
    frame = frame_of_member(top, is_list)
  end
  if not frame then return false end
  self.frames[#self.frames + 1] = frame
  self.top = frame
  return true
end

-- Ends the innermost array or object.
function Found:close()
  local frame, frames = self.top, self.frames
  frames[#frames] = nil
  self.top = frames[#frames]
  if frame.prefix == "" then end_object(self, frame.object) end
end

return Found
