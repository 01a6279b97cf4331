-- SPDX-License-Identifier: MIT
-- luma get: requests each task once.

local ids = require "luma_cli.ids"
local Show = require "luma_cli.show"
local units = require "luma_cli.units"
local work = require "luma_cli.work"

local ROWS = 1000 -- ids of a window for the table, which sorts its rows

-- "12,300 of 50,000 ids, 4,100/s, 0:09 left"
local function progress_line(app, job, window)
  local p, total = job:progress(), window.total
  local done = window.before + p.tasks + p.missing + p.failed
  local elapsed = app.live:elapsed()
  local rate = done / elapsed
  local line = total and ("%s of %s"):format(units.count(done),
    units.plural(total, "id")) or units.plural(done, "id")
  line = line .. (", %s/s"):format(units.count(rate))
  if total and done > 0 then
    return line .. (", %s left"):format(units.clock((total - done) / rate))
  end
  return line .. ", " .. units.clock(elapsed)
end

-- JSON objects are printed as they arrive. The rows of the table are in the
-- order of the ids. A row has the requested id, because a number in the task
-- may have lost digits.
local function fetch(app, window, show)
  local options, rows = { deadline = app.args.deadline }, {}
  function options.on_task(task, id, state)
    if app.screen.as_json then return show:task(task, id, state) end
    rows[id] = { task, id, state }
  end
  local job = work.start(app, "fetch", window.ids, options)
  window.job = job
  work.drive(app, function() return not job:done() end, function()
    return { { progress_line(app, job, window) } }
  end, window)
  for _, id in ipairs(window.ids) do
    local row = rows[id]
    rows[id] = nil
    if row then show:task(row[1], row[2], row[3]) end
  end
  work.settle(app, job, show, window, true)
end

return function(app)
  local args = app.args
  local size = args.window
  if not app.screen.as_json then size = math.min(size, ROWS) end
  local show = Show.new(app, args.long or ids.is_one(args))
  local feed = ids.feed(app, size)
  for list in function() return feed:next() end do
    show:expect(list)
    fetch(app, work.window(app, list, feed.total), show)
  end
  feed:finish()
  show:sum_up()
end
