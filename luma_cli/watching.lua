-- SPDX-License-Identifier: MIT
-- What `watch` and `download` share: the options of a watch, and the lines
-- for tasks that have not ended.

local COLOUR = require "luma_cli.table".COLOUR
local bar = require "luma_cli.bar"
local text = require "luma_cli.text"
local units = require "luma_cli.units"
local work = require "luma_cli.work"

local watching = {}

local MARGIN = 28   -- columns of a line that are not its id
local PROMPT = 60   -- columns from which on there is a prompt as well

-- The module's defaults, in seconds. They adapt to what is given: nobody has to
-- say both.
local INTERVAL, MAX_INTERVAL = 5, 15

function watching.options(args)
  local interval, longest = args.interval, args.max_interval
  return {
    deadline = args.deadline, missing_grace = args.missing_grace,
    interval = interval or longest and math.min(INTERVAL, longest),
    max_interval = longest or interval and math.max(MAX_INTERVAL, interval),
  }
end

-- "processing  42% ████░░░░░░  id", and a prompt where there is room.
local function open_line(screen, facts)
  local percent = facts.progress and ("%3.0f%%"):format(facts.progress)
    or "    "
  local room = screen.columns - MARGIN - 1
  local id = screen:cut(screen:safe(facts.id), room)
  local line = ("%s %s %s  %s"):format(text.pad(facts.state, 10), percent,
    bar(screen, facts.progress or 0, 10), id)
  if facts.prompt and screen.columns >= PROMPT then
    line = line .. "  " .. screen:safe(facts.prompt)
  end
  return { line, COLOUR[facts.state] }
end

local function count_states(open)
  local counts = {}
  for _, facts in pairs(open) do
    counts[facts.state] = (counts[facts.state] or 0) + 1
  end
  return counts
end

-- "3 of 10 done, 2 processing, 5 pending, 1:05"
local function whole_line(app, open, total)
  local done = work.answered(app)
  local line = total and ("%s of %s done"):format(units.count(done),
    units.count(total)) or units.count(done) .. " done"
  local counts = count_states(open)
  for _, state in ipairs { "processing", "pending" } do
    if counts[state] then
      line = ("%s, %s %s"):format(line, units.count(counts[state]), state)
    end
  end
  return line .. ", " .. units.clock(app.live:elapsed())
end

-- Lines for as many open tasks as there is room for, those at work first, in
-- the order of the ids.
function watching.open_lines(app, ids, open, room)
  local lines = {}
  for _, state in ipairs { "processing", "pending" } do
    for _, id in ipairs(ids) do
      if #lines >= room then return lines end
      if open[id] and open[id].state == state then
        lines[#lines + 1] = open_line(app.screen, open[id])
      end
    end
  end
  return lines
end

-- The same, and one for the whole.
function watching.lines(app, turn, open)
  local lines = watching.open_lines(app, turn.ids, open, app.live:room() - 1)
  lines[#lines + 1] = { whole_line(app, open, turn.total) }
  return lines
end

return watching
