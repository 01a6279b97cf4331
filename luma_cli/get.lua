-- SPDX-License-Identifier: MIT
-- luma get: each task once.

local ids = require "luma_cli.ids"
local Show = require "luma_cli.show"
local units = require "luma_cli.units"
local work = require "luma_cli.work"

local ROWS = 1000 -- ids in hand for a table, whose rows wait for the last

-- "12,300 of 50,000 ids, 4,100/s, 0:09 left"
local function progress_line(app, job, turn)
  local p, total = job:progress(), turn.total
  local done = turn.before + p.tasks + p.missing + p.failed
  local elapsed = app.live:elapsed()
  local rate = done / elapsed
  local line = total and ("%s of %s"):format(units.count(done),
    units.some(total, "id")) or units.some(done, "id")
  line = line .. (", %s/s"):format(units.count(rate))
  if total and done > 0 then
    return line .. (", %s left"):format(units.clock((total - done) / rate))
  end
  return line .. ", " .. units.clock(elapsed)
end

-- Objects go out as they arrive. Rows of a table come in the order asked for;
-- each keeps the id that was asked for, which is exact where a number is not.
local function fetch(app, turn, show)
  local options, rows = { deadline = app.args.deadline }, {}
  function options.on_task(task, id, state)
    if app.screen.as_json then return show:task(task, id, state) end
    rows[id] = { task, id, state }
  end
  local job = work.start(app, "fetch", turn.ids, options)
  work.drive(app, function() return not job:done() end, function()
    return { { progress_line(app, job, turn) } }
  end, job)
  for _, id in ipairs(turn.ids) do
    local row = rows[id]
    rows[id] = nil
    if row then show:task(row[1], row[2], row[3]) end
  end
  work.settle(app, job, show, turn)
end

return function(app)
  local args = app.args
  local next_id = ids.of(app)
  local size = args.window
  if not app.screen.as_json then size = math.min(size, ROWS) end
  local show = Show.new(app, args.long or ids.is_one(args))
  for window, total in ids.windows(next_id, size) do
    show:expect(window)
    fetch(app, work.turn(app, window, total), show)
  end
  show:sum_up()
end
