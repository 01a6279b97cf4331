-- SPDX-License-Identifier: MIT
-- luma watch: follows tasks until each is completed or failed.

local luma = require "luma"
local exec = require "luma_cli.exec"
local facts_of = require "luma_cli.facts"
local follow = require "luma_cli.follow"
local ids = require "luma_cli.ids"
local Show = require "luma_cli.show"
local units = require "luma_cli.units"
local work = require "luma_cli.work"

-- A task is its JSON text where that is printed.
local function values_of(task, id, state)
  if type(task) == "string" then task = luma.decode(task) end
  local facts = facts_of(task, id, state)
  return { id = id, state = state, url = facts.url, prompt = facts.prompt }
end

-- The handler of follow.lua.
local Watch = {}
Watch.__index = Watch

function Watch:expect(window) self.show:expect(window.ids) end

function Watch:task(task, id, state)
  self.show:task(task, id, state)
  if self.run then self.ended[#self.ended + 1] = values_of(task, id, state) end
end

function Watch:missing(id) self.show:missing(id) end

-- A program may take its time, so it is run between two deliveries.
function Watch:turn()
  while self.ended[1] do self.run(table.remove(self.ended, 1)) end
end

function Watch:unsettled() return #self.ended end

function Watch.has() return false end

-- "3 of 10 done, 2 processing, 5 pending, 1:05"
function Watch:total_line(board, total)
  local done, counts = work.answered(self.app), board:count()
  local line = total and ("%s of %s done"):format(units.count(done),
    units.count(total)) or units.count(done) .. " done"
  for _, state in ipairs { "processing", "pending" } do
    if counts[state] then
      line = ("%s, %s %s"):format(line, units.count(counts[state]), state)
    end
  end
  return line .. ", " .. units.clock(self.app.live:elapsed())
end

function Watch:lines(board, total)
  local lines = board:lines(self.app.live:room() - 1)
  lines[#lines + 1] = { self:total_line(board, total) }
  return lines
end

return function(app)
  local args = app.args
  local show = Show.new(app, args.long or ids.is_one(args))
  follow(app, setmetatable({
    app = app, show = show, run = exec.new(app, false), ended = {},
  }, Watch))
  show:sum_up()
end
