-- SPDX-License-Identifier: MIT
-- Shared by `watch` and `download`: the options of a watch, and the progress
-- lines of open tasks.

local COLOUR = require "luma_cli.table".COLOUR
local bar = require "luma_cli.bar"
local text = require "luma_cli.text"
local units = require "luma_cli.units"
local work = require "luma_cli.work"

local watching = {}

local MARGIN = 28         -- columns of a line without its id
local MIN_FOR_PROMPT = 60 -- columns of a screen with room for the prompt

-- The module's defaults, in seconds. If one is given, the other one adapts.
local INTERVAL, MAX_INTERVAL = 5, 15

function watching.options(args)
  local interval, max_interval = args.interval, args.max_interval
  return {
    deadline = args.deadline, missing_grace = args.missing_grace,
    interval = interval or max_interval and math.min(INTERVAL, max_interval),
    max_interval = max_interval
      or interval and math.max(MAX_INTERVAL, interval),
  }
end

-- "processing  42% ████░░░░░░  id", and the prompt if there is room.
local function open_line(screen, facts)
  local percent = facts.progress and ("%3.0f%%"):format(facts.progress)
    or "    "
  local room = screen.columns - MARGIN - 1
  local id = screen:cut(screen:safe(facts.id), room)
  local line = ("%s %s %s  %s"):format(text.pad(facts.state, 10), percent,
    bar(screen, facts.progress or 0, 10), id)
  if facts.prompt and screen.columns >= MIN_FOR_PROMPT then
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
local function total_line(app, open, total)
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

-- Lines for at most `room` open tasks, processing tasks first, in the order of
-- the ids.
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

-- The same, and a line for all tasks.
function watching.lines(app, window, open)
  local lines = watching.open_lines(app, window.ids, open, app.live:room() - 1)
  lines[#lines + 1] = { total_line(app, open, window.total) }
  return lines
end

return watching
