-- SPDX-License-Identifier: MIT
-- luma watch: follows tasks until each is completed or failed.

local luma = require "luma"
local exec = require "luma_cli.exec"
local facts_of = require "luma_cli.facts"
local ids = require "luma_cli.ids"
local Show = require "luma_cli.show"
local watching = require "luma_cli.watching"
local work = require "luma_cli.work"

-- A task is its JSON text where that is printed.
local function values_of(task, id, state)
  if type(task) == "string" then task = luma.decode(task) end
  local facts = facts_of(task, id, state)
  return { id = id, state = state, url = facts.url, prompt = facts.prompt }
end

local function follow(app, window, show, run)
  local open = {} -- id to facts of an open task
  local ended = {} -- values of tasks for which the program is to be run
  local options = watching.options(app.args)
  function options.on_update(task, id, state)
    local facts = type(task) == "table" and facts_of(task, id, state)
    open[id] = facts or { id = id, state = state }
  end
  function options.on_task(task, id, state)
    open[id] = nil
    show:task(task, id, state)
    if run then ended[#ended + 1] = values_of(task, id, state) end
  end
  local job = work.start(app, "watch", window.ids, options)
  work.drive(app, function()
    while ended[1] do run(table.remove(ended, 1)) end
    return not job:done()
  end, function()
    return watching.lines(app, window, open)
  end, job)
  work.settle(app, job, show, window)
end

return function(app)
  local args = app.args
  local show = Show.new(app, args.long or ids.is_one(args))
  local run = exec.new(app, false)
  for list, total in ids.windows(app, args.window) do
    show:expect(list)
    follow(app, work.window(app, list, total), show, run)
  end
  show:sum_up()
end
