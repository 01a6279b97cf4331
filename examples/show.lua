-- SPDX-License-Identifier: MIT
-- Prints tasks for people: on a terminal with colours and the 5 by 5 palette of
-- the picture, otherwise as plain text.
local luma = require "luma"
local term = require "term"

local colourful = term.isatty(io.stdout) and not os.getenv "NO_COLOR"
local state_colour = {
  pending = "33", processing = "36", completed = "32", failed = "31",
}

local function paint(code, text)
  return colourful and ("\27[%sm%s\27[0m"):format(code, text) or text
end

-- A row of the palette as five cells of two columns.
local function cells(palette, row)
  local out = {}
  for column = 1, 5 do
    local r, g, b = table.unpack(palette[(row - 1) * 5 + column])
    out[column] = ("\27[48;2;%d;%d;%dm  "):format(r, g, b)
  end
  return table.concat(out) .. "\27[0m  "
end

local function picture(task, row)
  if not colourful then
    return ""
  end
  local palette = luma.palette(task)
  return palette and cells(palette, row) or (" "):rep(12)
end

-- In the row of an envelope, `data` has the Luma object.
local function facts(task)
  local object = type(task.data) == "table" and task.data or task
  local video = object.video_raw or object.video or {}
  local size = video.width and ("%d x %d"):format(video.width, video.height)
  local seconds = video.duration and ("%.1f s"):format(video.duration)
  local request = object.request or {}
  return {
    prompt = request.prompt or object.prompt,
    size = table.concat({ size, seconds }, ", "),
  }
end

local function show_task(task)
  local fact, state = facts(task), luma.state(task)
  local lines = {
    paint("1", luma.id(task)),
    paint(state_colour[state], state),
    fact.prompt and ('"%s"'):format(fact.prompt) or "",
    fact.size,
    "",
  }
  for row = 1, colourful and 5 or 4 do
    print(picture(task, row) .. lines[row])
  end
  print(luma.url(task) or "no link yet")
  print()
end

-- Fetches the ids and prints the tasks. If some ids could not be fetched, it
-- prints the error to stderr and returns false.
return function(client, ids)
  local tasks, missing = client:tasks(ids)
  local failure = not tasks and missing
  if failure then
    tasks, missing = failure.tasks, failure.missing
  end
  for _, task in ipairs(tasks) do
    show_task(task)
  end
  for _, id in ipairs(missing) do
    print(paint("1", id) .. "\nnot known to the gateway\n")
  end
  if failure then
    io.stderr:write(tostring(failure), "\n")
  end
  return not failure
end
