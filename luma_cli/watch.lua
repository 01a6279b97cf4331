-- SPDX-License-Identifier: MIT
-- luma watch: follows tasks until each is completed or failed.

local facts_of = require "luma_cli.facts"
local ids = require "luma_cli.ids"
local Show = require "luma_cli.show"
local watching = require "luma_cli.watching"
local work = require "luma_cli.work"

local function follow(app, window, show)
  local open = {} -- id to facts of an open task
  local options = watching.options(app.args)
  function options.on_update(task, id, state)
    local facts = type(task) == "table" and facts_of(task, id, state)
    open[id] = facts or { id = id, state = state }
  end
  function options.on_task(task, id, state)
    open[id] = nil
    show:task(task, id, state)
  end
  local job = work.start(app, "watch", window.ids, options)
  work.drive(app, function() return not job:done() end, function()
    return watching.lines(app, window, open)
  end, job)
  work.settle(app, job, show, window)
end

return function(app)
  local args = app.args
  local show = Show.new(app, args.long or ids.is_one(args))
  for list, total in ids.windows(app, args.window) do
    show:expect(list)
    follow(app, work.window(app, list, total), show)
  end
  show:sum_up()
end
