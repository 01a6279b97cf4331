-- SPDX-License-Identifier: MIT
-- luma download: downloads the file of each task when it is completed.

local facts_of = require "luma_cli.facts"
local files = require "luma_cli.files"
local make_folder = require "luma_cli.folder"
local ids = require "luma_cli.ids"
local text = require "luma_cli.text"
local watching = require "luma_cli.watching"
local work = require "luma_cli.work"

local function show_unsaved(app, colour, word, id, why)
  local screen = app.screen
  if screen.as_json then return end
  app.out:line(("%s  %8s  %s%s"):format(
    screen:paint(colour, text.pad(word, 7)), "", screen:safe(id),
    why and ": " .. screen:safe(why) or ""))
end

-- Takes the place of a Show for work.settle.
local Rows = {}
Rows.__index = Rows

function Rows:missing(id)
  self.app.outcome:add_missing(id, not self.app.screen.as_json)
  show_unsaved(self.app, "magenta", "missing", id)
end

function Rows:add_task(task, id, state)
  self.app.outcome:add_task(state)
  if state == "failed" then
    local reason = facts_of(task, id, state).reason
    if self.app.screen.as_json then
      self.app.live:say(("luma: task failed: %s%s"):format(
        self.app.screen:safe(id),
        reason and ": " .. self.app.screen:safe(reason) or ""))
    end
    return show_unsaved(self.app, "red", "failed", id, reason)
  end
  self.files:add(task, id)
end

local function follow(app, window, rows)
  local open = {}
  rows.files:begin()
  local options = watching.options(app.args)
  function options.on_update(task, id, state)
    open[id] = facts_of(task, id, state)
  end
  function options.on_task(task, id, state)
    open[id] = nil
    rows:add_task(task, id, state)
  end
  local job = work.start(app, "watch", window.ids, options)
  work.drive(app, function()
    rows.files:start()
    rows.files:run_programs()
    return rows.files:busy() or not job:done()
  end, function()
    local without_file = (app.outcome.states.failed or 0) + app.outcome.missing
    local lines = rows.files:lines()
    local more = watching.open_lines(app, window.ids, open,
      app.live:room() - 1 - #lines)
    for _, line in ipairs(more) do lines[#lines + 1] = line end
    lines[#lines + 1] = rows.files:total_line(window.total
      and window.total - without_file)
    return lines
  end)
  rows.files:run_programs()
  work.settle(app, job, rows, window)
end

return function(app)
  local args = app.args
  if not args.output then
    args.dir = args.dir or "."
    make_folder(args.dir)
  end
  local rows = setmetatable({ app = app }, Rows)
  rows.files = files.new(app)
  for list, total in ids.windows(app, args.window) do
    follow(app, work.window(app, list, total), rows)
  end
  if app.screen.shows_progress and app.outcome:total() > 1 then
    rows.files:sum_up()
  end
end
