-- SPDX-License-Identifier: MIT
-- The header of the gallery: the progress of the job, and the time of each
-- frame and of luma's step in it.

local look = require "look"

local header = { HEIGHT = 128 }

local KEPT, BAR = 110, 2         -- frames in the graph, and their width
local CELL = 9                   -- size of a cell of the emblem
local TALL, FULL = 34, 1 / 30    -- the graph's height, and the seconds for it

local frames, steps, at = {}, {}, 0
local shown = 0                  -- part of the bar, which follows the count
header.count, header.worst, header.total, header.longest = 0, 0, 0, 0

-- Stores the time of one frame and of luma's step in it.
function header.frame(seconds, step)
  at = at % KEPT + 1
  frames[at], steps[at] = seconds, step
  header.count = header.count + 1
  header.total = header.total + step
  header.worst = math.max(header.worst, step)
end

local function mean(list)
  local sum = 0
  for _, value in ipairs(list) do sum = sum + value end
  return #list > 0 and sum / #list or 0
end

local function column(x, top, seconds)
  local tall = math.min(1, seconds / FULL) * TALL
  love.graphics.rectangle("fill", x, top + TALL - tall, BAR, tall)
end

-- The line in the middle is a frame at 60 Hz.
local function graph(right, top)
  local left = right - KEPT * BAR
  look.set(look.colour.track)
  look.box(left - 8, top - 6, right - left + 16, TALL + 12, 7)
  for i = 1, #frames do
    local slot = (at + i - 1) % #frames + 1
    local x = right - (#frames - i + 1) * BAR
    look.set(look.colour.processing, 0.4)
    column(x, top, frames[slot])
    look.set(look.colour.luma)
    column(x, top, steps[slot])
  end
  look.set(look.colour.text, 0.12)
  love.graphics.rectangle("fill", left, top + TALL / 2, right - left, 1)
  return left - 8
end

local function figure(right, top, seconds, words, colour)
  local font = look.font
  look.set(colour)
  look.print(font.number, ("%.1f ms"):format(seconds * 1000), right, top - 5,
    "right")
  look.set(look.colour.soft)
  look.print(font.small, words, right, top + 22, "right")
end

local function costs(right, top)
  local left = graph(right - 8, top)
  figure(left - 20, top, mean(frames), "frame", look.colour.text)
  figure(left - 116, top, header.worst, "luma at worst", look.colour.luma)
end

-- The parts of the bar, in its order.
local PARTS = {
  { "completed", "completed" }, { "processing", "processing" },
  { "pending", "waiting" }, { "failed", "failed" }, { "missing", "missing" },
}

local function bar(x, y, width, counts, all)
  look.set(look.colour.track)
  look.box(x, y, width, 6, 3)
  local done = 0
  for _, part in ipairs(PARTS) do done = done + counts[part[1]] end
  local from, scale = x, done > 0 and width * shown / done or 0
  for _, part in ipairs(PARTS) do
    local wide = counts[part[1]] * scale
    look.set(look.colour[part[1]])
    look.box(from, y, wide - 2, 6, 3)
    from = from + wide
  end
  return all > 0 and done / all or 0
end

local function legend(x, y, counts)
  for _, part in ipairs(PARTS) do
    local count = counts[part[1]]
    if count > 0 then
      look.set(look.colour[part[1]])
      look.box(x, y + 4, 6, 6, 3)
      local words = ("%d %s"):format(count, part[2])
      look.set(look.colour.soft)
      look.print(look.font.small, words, x + 12, y)
      x = x + 12 + look.font.small:getWidth(words) + 20
    end
  end
end

-- The number of ids for each outcome. The cards count tasks, and the job counts
-- the other ids.
local function counts_of(progress, kinds)
  return {
    completed = kinds.completed or 0,
    processing = kinds.processing or 0,
    pending = kinds.pending or 0,
    failed = (kinds.failed or 0) + progress.failed + progress.cancelled,
    missing = progress.missing,
  }
end

-- The last palette that arrived.
local function emblem(x, y, palette)
  for i = 0, 24 do
    local c = palette and palette[i + 1]
    look.set(look.colour.bone)
    if c then love.graphics.setColor(c[1] / 255, c[2] / 255, c[3] / 255) end
    love.graphics.rectangle("fill", x + i % 5 * CELL,
      y + math.floor(i / 5) * CELL, CELL - 1, CELL - 1)
  end
end

local function title(x, y, width, place, palette)
  emblem(x, y, palette)
  x = x + 5 * CELL + 15
  look.set(look.colour.text)
  look.print(look.font.title, "luma gallery", x, y - 4)
  look.set(look.colour.soft)
  look.print(look.font.small, look.shorten(look.font.small, place, width),
    x + 1, y + 29)
end

-- `progress` is from the job. `grid` has the number of cards of each kind.
function header.draw(margin, progress, grid, place, dt)
  local width = love.graphics.getWidth() - 2 * margin
  local kinds = grid.kinds
  title(margin, 25, width - 500, place, grid.palette)
  costs(margin + width, 28)
  local counts = counts_of(progress, kinds)
  local share = bar(margin, 88, width, counts, progress.ids)
  shown = shown + (share - shown) * (1 - math.exp(-dt * 5))
  legend(margin, 102, counts)
  look.set(look.colour.soft)
  look.print(look.font.small, ("%d of %d"):format(
    math.floor(share * progress.ids + 0.5), progress.ids),
    margin + width, 102, "right")
end

return header
