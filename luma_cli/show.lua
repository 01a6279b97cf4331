-- SPDX-License-Identifier: MIT
-- Tasks on stdout: JSON lines, rows of a table, or one after the other at
-- length.

local facts_of = require "luma_cli.facts"
local show_card = require "luma_cli.card"
local Table = require "luma_cli.table"
local text = require "luma_cli.text"

local UNKNOWN = "unknown to the gateway"

local Show = {}
Show.__index = Show

function Show.new(app, long)
  return setmetatable({
    app = app, long = long, id_width = 0,
    write = function(s) app.out:line(s) end,
  }, Show)
end

-- The ids to come, so that they fit. A head is written once only.
function Show:expect(ids)
  local screen = self.app.screen
  if screen.as_json or self.long then return end
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

-- A task with the id that was asked for: a table, or in JSON its text.
function Show:task(task, id, state)
  self.app.outcome:saw(state)
  if type(task) == "table" then return put(self, facts_of(task, id, state)) end
  local on_terminal = self.app.screen.out_is_terminal
  self.write(on_terminal and text.safe_json(task) or task)
end

-- In JSON there is no line for what the gateway does not have.
function Show:missing(id)
  local as_json = self.app.screen.as_json
  self.app.outcome:is_missing(id, not as_json)
  if not as_json then
    put(self, { id = id, state = "missing", note = UNKNOWN })
  end
end

-- Adds it up for those who see more than one row.
function Show:sum_up()
  local app = self.app
  if app.screen.as_json or not app.screen.moves then return end
  if app.outcome:total() > 1 then
    app.live:say(app.screen:paint_err("dim", app.outcome:summary()))
  end
end

return Show
