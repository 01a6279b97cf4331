-- SPDX-License-Identifier: MIT
-- Writes tasks to stdout: as JSON lines, as a table, or in detail.

local facts_of = require "luma_cli.facts"
local show_card = require "luma_cli.card"
local Table = require "luma_cli.table"
local text = require "luma_cli.text"

local UNKNOWN = "unknown to the gateway"

local Show = {}
Show.__index = Show

function Show.new(app, long)
  return setmetatable({
    app = app, long = long, id_width = 0, lines = app.lines,
    write = function(s) app.out:line(s) end,
  }, Show)
end

-- Sets the width of the id column for the next ids. The head is written once.
function Show:expect(ids)
  local screen = self.app.screen
  if screen.as_json or self.long or self.lines then return end
  local before = self.id_width
  for _, id in ipairs(ids) do
    self.id_width = math.max(self.id_width, text.width(screen:safe(id)))
  end
  if self.id_width == before then return end
  self.rows = Table.new(screen, self.write, self.id_width)
  if before == 0 then self.rows:head() end
end

local function put(self, facts)
  if self.long then
    show_card(self.app.screen, self.write, facts)
  else
    self.rows:row(facts)
  end
end

-- Shows a task with its requested id. `task` is a table, or its JSON text.
function Show:task(task, id, state)
  self.app.outcome:add_task(state)
  if self.lines then
    local line = self.lines(task, id, state)
    if line then return self.write(line) end
    return self.app.outcome:add_error(("no link: %s: %s"):format(id, state))
  end
  if type(task) == "table" then return put(self, facts_of(task, id, state)) end
  self.write(self.app.screen:json(task))
end

-- Shows a missing id. JSON output has no line for it, so stderr has one.
function Show:missing(id)
  local has_row = not (self.app.screen.as_json or self.lines)
  self.app.outcome:add_missing(id, has_row)
  if has_row then
    put(self, { id = id, state = "missing", note = UNKNOWN })
  end
end

-- Writes the summary if there is more than one row.
function Show:sum_up()
  local app = self.app
  if app.screen.as_json or not app.screen.shows_progress then return end
  if app.outcome:total() > 1 then
    app.live:say(app.screen:paint_err("dim", app.outcome:summary()))
  end
end

return Show
