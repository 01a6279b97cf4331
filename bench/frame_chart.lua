-- SPDX-License-Identifier: MIT
-- Draws frame.json as SVG histograms: frame_chart.lua FROM TO

local cjson = require "cjson"
local svg = require "svg"

local WIDTH, LEFT, RIGHT = 840, 132, 816
local TOP, PANEL, GAP = 110, 84, 34
local FIRST, LAST = 20, 55 -- the buckets that are drawn: 100 us to 316 ms
local BUDGET, FRAME = 1, 1000 / 60 -- ms
local LEAST, MOST = 0.02, 100 -- per cent of the frames, on a log scale

local STYLE = [[
  .axis { stroke: #d0d7de; stroke-width: 1 }
  .frame { stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    .axis { stroke: #30363d }
    .frame { stroke: #9198a1 }
  }
]]

local draw, label = svg.draw, svg.label

-- The x coordinate of a bucket's start, or of a time in ms.
local function x_of(bucket)
  return LEFT + (bucket - FIRST) * (RIGHT - LEFT) / (LAST - FIRST)
end

local function x_of_ms(ms) return x_of(10 * math.log(ms * 1000, 10)) end

local function height_of(per_cent)
  local share = math.log(per_cent / LEAST, 10) / math.log(MOST / LEAST, 10)
  return math.max(2, share * PANEL)
end

local function draw_bars(bottom, histogram, frames, class)
  local width = x_of(1) - x_of(0)
  for bucket, count in ipairs(histogram) do
    if count > 0 then
      local at = math.max(FIRST, math.min(LAST - 1, bucket))
      local height = height_of(100 * count / frames)
      draw('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="%s"/>',
        x_of(at) + 0.5, bottom - height, width - 1, height, class)
    end
  end
end

local function draw_scale(bottom)
  for _, per_cent in ipairs { 0.1, 1, 10, 100 } do
    local y = bottom - height_of(per_cent)
    draw('<path d="M%d %.1f H%d" class="axis"/>', LEFT, y, RIGHT)
    label(LEFT - 8, y + 4, "soft", ("%g %%"):format(per_cent), "end")
  end
  draw('<path d="M%d %d H%d" class="axis"/>', LEFT, bottom, RIGHT)
end

local function draw_mark(bottom, ms, class)
  draw('<path d="M%.1f %d V%d" class="%s"/>', x_of_ms(ms), bottom - PANEL - 4,
    bottom + 4, class)
end

local function milliseconds(seconds)
  return (seconds < 0.01 and "%.2f ms" or "%.0f ms"):format(seconds * 1e3)
end

-- The ms by which a figure of the step is above that of the control.
local function more(variant, field)
  return ("%+.2f"):format((variant.step[field] - variant.busy[field]) * 1e3)
end

local function draw_panel(i, name, spread, histogram, frames, class)
  local bottom = TOP + i * PANEL + (i - 1) * GAP
  draw_scale(bottom)
  draw_bars(bottom, histogram, frames, "bar " .. class)
  draw_mark(bottom, BUDGET, "limit")
  draw_mark(bottom, FRAME, "frame")
  label(LEFT, bottom - PANEL - 9, class, name)
  label(RIGHT, bottom - PANEL - 9, "soft", ("half within %s, 99.9 of 100 "
    .. "within %s, worst %s"):format(milliseconds(spread.p50),
    milliseconds(spread.p999), milliseconds(spread.worst)), "end")
end

local function label_times(y)
  label(x_of_ms(BUDGET), y, "limit-text", "budget 1 ms", "middle")
  label(x_of_ms(FRAME), y, "soft", "frame 16.7 ms", "middle")
  for _, ms in ipairs { 0.1, 100 } do
    label(x_of_ms(ms), y, "soft", ("%g ms"):format(ms), "middle")
  end
end

local function by_name(variants)
  local named = {}
  for _, variant in ipairs(variants) do named[variant.name] = variant end
  return named
end

local function draw_chart(results)
  local named = by_name(results.variants)
  local luma, by_hand = named.luma, named.by_hand
  local bottom = TOP + 3 * PANEL + 2 * GAP
  svg.begin(WIDTH, bottom + 58, STYLE)
  label(16, 28, "title",
    "The time of a step in a frame while 100,000 tasks arrive over https")
  label(16, 48, "soft", "Share of the frames by the time of their step, both axes "
    .. "logarithmic; 60 frames a second; each task goes to a callback")
  draw_panel(1, "luma, step(0.001)", luma.step, luma.step_histogram,
    luma.frames, "luma")
  label(16, 66, "soft", ("luma's step minus the control: %s ms in 99.9 of 100 "
    .. "frames, %s ms in the worst"):format(
    more(luma, "p999"), more(luma, "worst")))
  draw_panel(2, "control: a busy loop of 1 ms, same frames", luma.busy,
    luma.busy_histogram, luma.frames, "")
  draw_panel(3, "libcurl + lua-cjson by hand in C",
    by_hand.step, by_hand.step_histogram, by_hand.frames, "")
  label_times(bottom + 20)
  label(16, bottom + 46, "soft", ("%s, %s cores, %s; lua5.4, incremental "
    .. "collector; the server runs on the same machine."):format(
    results.machine.cpu, results.machine.cores, results.machine.date))
end

local from = assert(io.open(arg[1]))
draw_chart(cjson.decode(from:read "a"))
from:close()
svg.finish(arg[2])
