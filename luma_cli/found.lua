-- SPDX-License-Identifier: MIT
-- Which ids a JSON value holds. scanner.lua tells what it reads: strings,
-- numbers, and where arrays and objects begin and end.
--
-- An array has ids and tasks. An object is a task, whose id is the `task_id`,
-- else that of the object in `data`, else the `id`; or it is an envelope with
-- a list of them, under a name in LISTS. Which of the two is certain at its
-- end only, since the members come in any order. Until then the ids of a list
-- are held back; but an object that is larger than any task is an envelope,
-- and then its ids go out as they come.

local Found = { LONGEST = 1024 } -- bytes that an id may have
Found.__index = Found

local LARGEST = 2 ^ 20 -- bytes of a task; luma takes less than that

local LISTS = {
  ids = true, data = true, items = true, list = true, results = true,
  tasks = true, records = true,
}
local NEVER_IN_A_TASK = { ids = true, data = true }

-- `out` has the array `ids` to put them in, and a method `fail`.
function Found.new(out)
  return setmetatable({ out = out, frames = {}, top = nil }, Found)
end

-- ---- one id, or something else in its place ------------------------------

local function bad(self, line, what)
  local root = self.root
  if not root then return self.out:fail(line, what) end
  root.problem = root.problem or { line = line, what = what }
end

local function add(self, id, line)
  if id == "" then return bad(self, line, "an empty string") end
  if #id > Found.LONGEST then
    return bad(self, line, ("more than %d bytes"):format(Found.LONGEST))
  end
  local root = self.root
  if root then
    root.count = root.count + 1
    root.certain = root.certain or self.top.certain
  end
  local ids = root and root.held or self.out.ids
  ids[#ids + 1] = id
end

-- Whether the string that begins now is looked at.
function Found:wants()
  local top = self.top
  return not top or top.is_list or top.key == "task_id" or top.key == "id"
end

-- A string, or a whole number as its digits; nil stands for a string that is
-- not looked at.
function Found:string(value, line, is_key)
  local top = self.top
  if is_key then
    top.key = value
  elseif not top or top.is_list then
    add(self, value, line)
  elseif top.key == "state" or top.key == "status" then
    top.has_state = true
  elseif value and self:wants() then
    top[top.key] = value ~= "" and value or nil
  end
end

-- Any other number, true, false or null.
function Found:other(word, line)
  local top = self.top
  if top.is_list then return bad(self, line, word) end
  if self:wants() and word ~= "null" then top.odd = word end
end

-- ---- arrays and objects --------------------------------------------------

local function frame_for(self, opener, line)
  local top, is_list = self.top, opener == "["
  if not top then
    return { is_list = is_list, line = line, may_have_lists = true }
  elseif top.is_list then
    return not is_list and { line = line } or nil
  elseif not is_list and top.key == "data" then
    return { line = line, is_data = true, may_have_lists = top.may_have_lists }
  elseif is_list and top.may_have_lists and LISTS[top.key] then
    self.root.has_list = true
    return { is_list = true, certain = NEVER_IN_A_TASK[top.key] }
  end
end

-- An array or an object begins; false if there is no id to be found in it.
function Found:open(opener, line)
  local frame = frame_for(self, opener, line)
  if not frame then
    if self.top.is_list then bad(self, line, "an array in an array") end
    return false
  end
  if not self.top and not frame.is_list then
    self.root = { held = {}, count = 0, size = 0 }
  end
  self.frames[#self.frames + 1] = frame
  self.top = frame
  return true
end

local function without_id(frame)
  return frame.odd and "an object whose id is " .. frame.odd
    or "an object without an id"
end

-- Lets out what was held back.
local function let_out(self, root)
  local ids = self.out.ids
  if root.problem then
    self.out:fail(root.problem.line, root.problem.what)
  end
  for _, id in ipairs(root.held or {}) do ids[#ids + 1] = id end
  root.held = nil
end

-- The outermost object has ended: a task, an envelope, or neither.
local function decide(self, frame, id)
  local root = self.root
  self.root = nil
  local is_task = id and (frame.task_id or root.count == 0
    or frame.has_state and not root.certain)
  if root.held and is_task or root.count == 0 and id then
    add(self, id, frame.line)
  elseif root.has_list then
    let_out(self, root)
  else
    bad(self, frame.line, without_id(frame))
  end
end

-- The array or object that was opened last ends.
function Found:close()
  local frame, frames = self.top, self.frames
  frames[#frames] = nil
  self.top = frames[#frames]
  if frame.is_list then return end
  local id = frame.task_id or frame.data_id or frame.id
  if frame.is_data then
    self.top.data_id = id
    self.top.has_state = self.top.has_state or frame.has_state
    self.top.odd = self.top.odd or frame.odd
  elseif not self.top then
    decide(self, frame, id)
  elseif id then
    add(self, id, frame.line)
  else
    bad(self, frame.line, without_id(frame))
  end
end

-- So many bytes more have been read.
function Found:has_read(size)
  local root = self.root
  if not (root and root.held) then return end
  root.size = root.size + size
  if root.size > LARGEST then let_out(self, root) end
end

return Found
