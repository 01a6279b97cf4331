-- SPDX-License-Identifier: MIT
-- Which ids a JSON value holds. scanner.lua reports what it reads: strings,
-- numbers, and where arrays and objects begin and end. Ids and the sentence
-- for what is no id go to the `out` that new() was given, as they are found.
--
-- An array has ids and objects. judge.lua says what an object is when it has
-- ended, since its members come in any order: a task with an id, or an
-- envelope with a list of tasks. Until then the ids of its lists are held
-- back. An object that is larger than any task is judged after each piece of
-- text, by what has been read of it, so that memory is bounded. If the end of
-- the object says something else, the program stops there.

local judge = require "luma_cli.judge"

local Found = { LONGEST = 1024 } -- bytes that an id may have
Found.__index = Found

local LARGEST = 2 ^ 20 -- bytes of a task; luma takes less than that

-- `out` has the array `ids` to put them in, and a method `fail`.
function Found.new(out)
  return setmetatable({
    out = out, frames = {}, top = nil, objects = {}, size = 0,
  }, Found)
end

-- ---- the elements of a list ----------------------------------------------

-- A list of an object has `place`, `ids` (held back), and how many elements
-- there were: `count` of all, `words` of strings and numbers, `rows` of
-- objects with ids. The list that is the whole text is nil.

-- Notes what is wrong in a list. It does not matter where the list does not.
local function bad(self, list, line, what)
  if not list then return self.out:fail(line, what) end
  list.problem = list.problem or { line = line, what = what }
end

local function add(self, list, id, line)
  if id == "" then return bad(self, list, line, "an empty string") end
  if #id > Found.LONGEST then
    return bad(self, list, line, ("more than %d bytes"):format(Found.LONGEST))
  end
  if list and list.problem then return end
  local ids = list and list.ids or self.out.ids
  ids[#ids + 1] = id
end

local function count(list, kind)
  if list then list[kind] = list[kind] + 1 end
end

-- ---- strings and other words ---------------------------------------------

-- Of members with the same name the last one counts.
local function take_name(top, name)
  local path = top.prefix .. name
  top.path = judge.knows(path) and path or nil
  if top.path then judge.begin_member(top.object, path) end
end

-- Whether the string that begins now is looked at.
function Found:wants()
  local top = self.top
  return not top or top.is_list or judge.wants(top.path)
end

-- A string, or a whole number as its digits; nil stands for a string that is
-- not looked at.
function Found:string(value, line, is_name)
  local top = self.top
  if is_name then return take_name(top, value) end
  if not top then return add(self, nil, value, line) end
  if top.is_list then
    count(top.list, "count")
    count(top.list, "words")
    add(self, top.list, value, line)
  elseif value and judge.wants(top.path) then
    top.object.values[top.path] = value
  end
end

-- Any other number, true, false or null.
function Found:other(word, line)
  local top = self.top
  if top.is_list then
    count(top.list, "count")
    bad(self, top.list, line, word)
  elseif word ~= "null" and judge.is_id_place(top.path) then
    top.object.values[top.path] = { word }
  end
end

-- ---- objects that end, or grow too large ---------------------------------

local BOTH = "both an id and a list"

-- Hands the ids of the lists that count on, to the list that the object is
-- in. What is wrong in a list waits for the end of the object, unless ids of
-- the list went out. False: ids went out, or were given up, that should not
-- have been.
local function hand_on(self, object, verdict, has_ended)
  local right = not object.torn
  for _, list in ipairs(object.lists) do
    local ids = list.ids
    list.ids = {}
    if not judge.counts(object, list, verdict) then
      list.given_up = list.given_up or #ids > 0
      right = right and not list.went_out
    else
      right = right and not list.given_up
      list.went_out = list.went_out or #ids > 0
      if #ids > 0 then count(object.list, "rows") end
      for _, id in ipairs(ids) do add(self, object.list, id, object.line) end
      local problem = (has_ended or list.went_out) and list.problem
      if problem then bad(self, object.list, problem.line, problem.what) end
    end
  end
  return right
end

local function end_object(self, object)
  self.objects[#self.objects] = nil
  local verdict, id, odd = judge.verdict(object)
  local list, line = object.list, object.line
  if not hand_on(self, object, verdict, true) or verdict == "both" then
    bad(self, list, line, BOTH)
  elseif verdict == "task" and id then
    count(list, "rows")
    add(self, list, id, line)
  elseif verdict ~= "envelope" then
    bad(self, list, line, odd and "an object whose id is " .. odd
      or "an object without an id")
  end
end

local function has_news(object)
  for _, list in ipairs(object.lists) do
    if #list.ids > 0 or list.went_out and list.problem then return true end
  end
  return false
end

-- So many bytes more have been read.
function Found:has_read(size)
  self.size = self.size + size
  for i = #self.objects, 1, -1 do
    local object = self.objects[i]
    if self.size - object.start > LARGEST and has_news(object) then
      local verdict = judge.verdict(object)
      if not hand_on(self, object, verdict) or verdict == "both" then
        bad(self, object.list, object.line, BOTH)
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

-- An element of the list begins, or the whole value.
local function frame_of_element(self, is_list, line)
  local top = self.top
  if not top and is_list then return { is_list = true } end
  local list = top and top.list
  count(list, "count")
  if not is_list then return new_object(self, list, line) end
  bad(self, list, line, "an array in an array")
end

-- The value of a member begins.
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

-- An array or an object begins; false if there is no id to be found in it.
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

-- The array or object that was opened last ends.
function Found:close()
  local frame, frames = self.top, self.frames
  frames[#frames] = nil
  self.top = frames[#frames]
  if frame.prefix == "" then end_object(self, frame.object) end
end

return Found
