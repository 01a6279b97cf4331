-- SPDX-License-Identifier: MIT
-- Follows the tasks of the input with watches, for `watch` and `download`. A
-- window of ids is one watch. Usually one follows the other. From a pipe, a
-- window has the ids that are there, and the next one begins when more come.

local Board = require "luma_cli.board"
local facts_of = require "luma_cli.facts"
local ids = require "luma_cli.ids"
local watching = require "luma_cli.watching"
local work = require "luma_cli.work"

local Follower = {}
Follower.__index = Follower

local function start(self, list)
  local window = work.window(self.app, list)
  local options = watching.options(self.app.args)
  function options.on_update(task, id, state)
    local facts = type(task) == "table" and facts_of(task, id, state)
    self.board:update(facts or { id = id, state = state })
  end
  function options.on_task(task, id, state)
    self.board:finish(id, state)
    self.handler:task(task, id, state, window)
  end
  self.handler:expect(window)
  window.job = work.start(self.app, "watch", list, options)
  self.windows[#self.windows + 1] = window
  self.open = self.open + #list
  self.board:add(list)
end

local function settle_ended(self)
  for i = #self.windows, 1, -1 do
    local window = self.windows[i]
    if window.job:done() then
      table.remove(self.windows, i)
      self.open = self.open - #window.ids
      window.total = self.feed.total
      work.settle(self.app, window.job, self.handler, window)
      self.board:drop(window.ids)
    end
  end
end

-- Starts a watch of the ids that can be had. While there is work, nothing is
-- waited for.
local function read_more(self)
  local idle = #self.windows == 0 and not self.handler:is_busy()
  local room = self.app.args.window - self.open
  if not idle and (room <= 0 or not self.feed:fd()) then return end
  local list = self.feed:next(idle and "first" or "none", room)
  if list then start(self, list) end
end

local function is_working(self)
  return #self.windows > 0 or self.handler:is_busy()
end

-- Follows all tasks. The handler has these methods:
--
--   handler:expect(window)                   a window begins
--   handler:task(task, id, state, window)    a task has ended
--   handler:missing(id)                      the gateway does not know an id
--   handler:turn()                           between two deliveries
--   handler:is_busy()                        it has work of its own to do
--   handler:lines(board, total)              the progress lines
return function(app, handler)
  local self = setmetatable({
    app = app, handler = handler, feed = ids.feed(app, app.args.window, true),
    windows = {}, open = 0, board = Board.new(app.screen),
  }, Follower)
  local function lines() return handler:lines(self.board, self.feed.total) end
  repeat
    read_more(self)
    if is_working(self) then
      work.turn(app, lines, self.feed:fd())
      for _, window in ipairs(self.windows) do work.check_failures(window) end
      settle_ended(self)
      handler:turn()
    end
  until self.feed:has_ended() and not is_working(self)
  self.feed:finish()
end
