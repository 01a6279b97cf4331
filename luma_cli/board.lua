-- SPDX-License-Identifier: MIT
-- The open tasks of the live view. A task keeps its line while it is open, and
-- after that until another one needs the line.

local COLOUR = require "luma_cli.table".COLOUR
local bar = require "luma_cli.bar"
local text = require "luma_cli.text"

local MARGIN = 28         -- columns of a line without its id
local MIN_FOR_PROMPT = 60 -- columns of a screen with room for the prompt

local Board = {}
Board.__index = Board

function Board.new(screen)
  return setmetatable({
    screen = screen, lists = {}, open = {}, slots = {}, has_slot = {},
  }, Board)
end

-- The ids whose tasks may be open, in the order of the lines.
function Board:add(list) self.lists[#self.lists + 1] = list end

function Board:update(facts)
  self.open[facts.id] = facts
  local slot = self.has_slot[facts.id]
  if slot then slot.facts, slot.ended = facts, nil end
end

-- The task is not open any more, whatever has become of it. Returns its slot.
function Board:leave(id)
  self.open[id] = nil
  local slot = self.has_slot[id]
  if slot then slot.ended = true end
  return slot
end

-- A task has ended in this state.
function Board:finish(id, state)
  local slot = self:leave(id)
  if not slot then return end
  slot.facts = {
    id = id, state = state, prompt = slot.facts.prompt,
    progress = slot.facts.progress,
  }
end

-- None of these ids will be open again in this list.
function Board:drop(list)
  for i = #self.lists, 1, -1 do
    if self.lists[i] == list then table.remove(self.lists, i) end
  end
end

-- The number of open tasks in each state.
function Board:count()
  local counts = {}
  for _, facts in pairs(self.open) do
    counts[facts.state] = (counts[facts.state] or 0) + 1
  end
  return counts
end

-- An iterator over the open tasks in this state that have no line.
local function without_slot(self, state)
  local list, at = 1, 0
  return function()
    while self.lists[list] do
      at = at + 1
      local id = self.lists[list][at]
      local facts = id and self.open[id]
      if not id then
        list, at = list + 1, 0
      elseif facts and facts.state == state and not self.has_slot[id] then
        return facts
      end
    end
  end
end

local function put(self, at, facts)
  local old = self.slots[at]
  if old then self.has_slot[old.facts.id] = nil end
  local slot = facts and { facts = facts }
  self.slots[at] = slot
  if slot then self.has_slot[facts.id] = slot end
end

-- Gives the tasks of a state the lines that `is_free(slot)` allows, and new ones
-- while there is room.
local function place(self, state, room, is_free)
  local next_task, at = without_slot(self, state), 1
  while at <= room do
    local slot = self.slots[at]
    if not slot or is_free(slot) then
      local facts = next_task()
      if not facts then return end
      put(self, at, facts)
    end
    at = at + 1
  end
end

local function has_ended(slot) return slot.ended end

-- What runs is more interesting than what waits.
local function is_idle(slot)
  return slot.ended or slot.facts.state == "pending"
end

-- "processing  42% ████░░░░░░  id", and the prompt if there is room.
local function line_of(screen, slot)
  local facts = slot.facts
  local progress = facts.state == "completed" and 100 or facts.progress
  local percent = progress and ("%3.0f%%"):format(progress) or "    "
  local room = screen.columns - MARGIN - 1
  local id = screen:cut(screen:safe(facts.id), room)
  local line = ("%s %s %s  %s"):format(text.pad(facts.state, 10), percent,
    bar(screen, progress or 0, 10), id)
  if facts.prompt and screen.columns >= MIN_FOR_PROMPT then
    line = line .. "  " .. screen:safe(facts.prompt)
  end
  return { line, slot.ended and "dim" or COLOUR[facts.state] }
end

-- Lines for at most `room` tasks.
function Board:lines(room)
  room = math.max(room, 0)
  for at = #self.slots, room + 1, -1 do put(self, at, nil) end
  place(self, "processing", room, is_idle)
  place(self, "pending", room, has_ended)
  local lines = {}
  for i, slot in ipairs(self.slots) do
    lines[i] = line_of(self.screen, slot)
  end
  return lines
end

return Board
