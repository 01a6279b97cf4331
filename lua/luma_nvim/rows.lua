-- SPDX-License-Identifier: MIT
-- Tasks as rows of the view, and counts as its header.

local rows = {}

local function dig(value, ...)
  for i = 1, select("#", ...) do
    if type(value) ~= "table" then return nil end
    value = value[select(i, ...)]
  end
  return value
end

-- The first value that is a non-empty string.
local function text(...)
  for i = 1, select("#", ...) do
    local value = select(i, ...)
    if type(value) == "string" and value ~= "" then return value end
  end
end

local function size(video)
  local width, height = dig(video, "width"), dig(video, "height")
  if type(width) == "number" and type(height) == "number" then
    return ("%d x %d"):format(width, height)
  end
end

-- Where a size will be once there is a video. A task that is not completed may
-- have a size already.
local function progress(luma, task, state)
  local percent = state == "processing" and luma.progress(task)
  return percent and ("%.0f %%"):format(percent)
end

-- A task as a row of the view. In the row of an envelope, `data` has the Luma
-- object. fail_reason is used for failed tasks only, because some gateways put
-- the link there.
function rows.of(luma, task, state)
  local row = type(dig(task, "data")) == "table" and task.data or task
  return {
    state = state,
    size = progress(luma, task, state) or size(dig(row, "video_raw"))
      or size(dig(row, "video")),
    prompt = text(dig(row, "request", "prompt"), dig(row, "prompt")),
    link = luma.url(task),
    note = state == "failed"
      and text(dig(row, "failure_reason"), dig(task, "fail_reason")) or nil,
  }
end

function rows.count(n, one, many)
  return ("%d %s"):format(n, n == 1 and one or many)
end

-- The header: how many of `p.ids` have come, which are tasks or files. Counts
-- that are zero are left out.
function rows.header(p, one, many, last)
  local words = { ("%d of %s"):format(p.tasks, rows.count(p.ids, one, many)) }
  local function add(n, single, plural)
    if n <= 0 then return end
    words[#words + 1] = rows.count(n, single, plural or single)
  end
  add(p.missing, "missing")
  add(p.failed, "error", "errors")
  add(p.ids - p.tasks - p.missing - p.failed, "pending")
  return ("%s (%s)"):format(table.concat(words, ", "), last)
end

return rows
