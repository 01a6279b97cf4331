-- SPDX-License-Identifier: MIT
-- Follows the tasks of the input with watches, for `watch` and `download`. A
-- window of ids is one watch. From a file, one window follows the other. From a
-- pipe, a window has the ids that came in a short time, and several are open.

local monotime = require "system".monotime
local Board = require "luma_cli.board"
local facts_of = require "luma_cli.facts"
local ids = require "luma_cli.ids"
local watching = require "luma_cli.watching"
local work = require "luma_cli.work"

-- Each watch asks the gateway on its own, so ids of a pipe are collected: the
-- more watches there are, the longer.
local COLLECT_TIME = 0.2     -- seconds for each open watch
local MAX_COLLECT_TIME = 5   -- seconds
local MAX_COLLECTED = 100    -- ids: a full request, if --batch-size is not given

local Follower = {}
Follower.__index = Follower

-- The id of a window is not open any more. False: it was so before, and if it
-- has come again since, it belongs to another window.
local function leave(self, id, window)
  if self.ids[id] ~= window then return false end
  self.ids[id], self.open = nil, self.open - 1
  return true
end

local function start(self, list)
  local window = work.window(self.app, list)
  local options = watching.options(self.app.args)
  function options.on_update(task, id, state)
    local facts = type(task) == "table" and facts_of(task, id, state)
    self.board:update(facts or { id = id, state = state })
  end
  function options.on_task(task, id, state)
    self.board:finish(id, state)
    leave(self, id, window)
    self.handler:task(task, id, state, window)
  end
  for _, id in ipairs(list) do self.ids[id] = window end
  self.handler:expect(window)
  window.job = work.start(self.app, "watch", list, options)
  self.windows[#self.windows + 1] = window
  self.board:add(list)
end

local function is_working(self)
  return #self.windows > 0 or self.handler:unsettled() > 0
end

-- If all of a window failed, what comes next would fail as well, unless other
-- ids of a pipe had an answer.
local function may_stop(self)
  return not is_working(self)
    and not (self.was_live and work.answered(self.app) > 0)
end

local function settle_ended(self)
  for i = #self.windows, 1, -1 do
    local window = self.windows[i]
    if window.job:done() then
      table.remove(self.windows, i)
      for _, id in ipairs(window.ids) do
        if leave(self, id, window) then self.board:leave(id) end
      end
      window.total = #self.collected == 0 and self.feed.total
      work.settle(self.app, window.job, self.handler, window, may_stop(self))
      self.board:drop(window.ids)
    end
  end
end

-- The number of ids that may be taken from the input.
local function room(self)
  return self.app.args.window - self.open - self.handler:unsettled()
end

-- The descriptor of a pipe whose next ids are wanted, or nil.
local function wanted_fd(self) return room(self) > 0 and self.feed:fd() or nil end

-- Whether the ids that were collected should be watched now.
local function is_due(self)
  local count = #self.collected
  if count == 0 then return false end
  if #self.windows == 0 or not wanted_fd(self) then return true end
  local time = math.min(COLLECT_TIME * #self.windows, MAX_COLLECT_TIME)
  return count >= MAX_COLLECTED or monotime() - self.since >= time
end

-- Takes ids from the input, without waiting for a pipe. One that is worked on
-- already is not worked on twice.
local function read_more(self)
  local live = self.feed:fd() ~= nil
  self.was_live = self.was_live or live
  if is_working(self) and not live then return end
  local most = room(self)
  for _, id in ipairs(most > 0 and self.feed:next(most) or {}) do
    if not (self.ids[id] or self.handler:has(id)) then
      if #self.collected == 0 then self.since = monotime() end
      self.collected[#self.collected + 1] = id
      self.ids[id], self.open = true, self.open + 1
    end
  end
end

local function take_turn(self)
  local fd = wanted_fd(self)
  if not is_working(self) then return work.wait_for(self.app, fd) end
  work.turn(self.app, function()
    return self.handler:lines(self.board, self.feed.total)
  end, fd)
  for _, window in ipairs(self.windows) do work.check_failures(window) end
  settle_ended(self)
  self.handler:turn()
end

-- Follows all tasks. The handler has these methods:
--
--   handler:expect(window)                   a window begins
--   handler:task(task, id, state, window)    a task has ended
--   handler:missing(id)                      the gateway does not know an id
--   handler:turn()                           between two deliveries
--   handler:unsettled()                      how many tasks it still works on
--   handler:has(id)                          whether this is one of them
--   handler:lines(board, total)              the progress lines
return function(app, handler)
  local self = setmetatable({
    app = app, handler = handler, feed = ids.feed(app, app.args.window, true),
    windows = {}, open = 0, ids = {}, collected = {},
    board = Board.new(app.screen),
  }, Follower)
  repeat
    read_more(self)
    if is_due(self) then
      start(self, self.collected)
      self.collected = {}
    end
    local has_ended = self.feed:has_ended() and not is_working(self)
    if not has_ended then take_turn(self) end
  until has_ended
  self.feed:finish()
end
