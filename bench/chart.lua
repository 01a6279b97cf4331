-- SPDX-License-Identifier: MIT
-- Draws results.json as an SVG chart, for light and dark: chart.lua FROM TO

local cjson = require "cjson"
local svg = require "svg"

local WIDTH, LEFT, TOP, ROW, BAR = 840, 208, 86, 27, 15
local PANEL, GAP = 272, 44 -- a panel for each scheme, side by side
local NAMES = {
  luma_cjson = "luma with lua-cjson", by_hand = "C by hand + lua-cjson",
  lua_socket = "LuaSocket + lua-cjson",
}

local draw, label = svg.draw, svg.label

local function milliseconds(row, scheme) return row[scheme].wall * 1000 end

-- The contestants with a bar, the fastest first, and the limit.
local function sort_out(race)
  local rows, limit = {}, nil
  for _, row in ipairs(race) do
    if row.name == "limit" then limit = row end
    if row.kind ~= "limit" and row.http and row.https then
      rows[#rows + 1] = row
    end
  end
  table.sort(rows, function(a, b)
    return a.http.wall + a.https.wall < b.http.wall + b.https.wall
  end)
  return rows, limit
end

-- The end of the scale: the slowest time within 8 times luma's. The bar of a
-- slower contestant is drawn with a gap.
local function longest(rows)
  local most, luma = 0, 0
  for _, row in ipairs(rows) do
    if row.name == "luma" then luma = milliseconds(row, "http") end
  end
  for _, row in ipairs(rows) do
    for _, scheme in ipairs { "http", "https" } do
      local ms = milliseconds(row, scheme)
      if ms < 8 * luma and ms > most then most = ms end
    end
  end
  return most
end

local function draw_bar(x, y, ms, scale, class)
  local width = math.min(ms * scale, PANEL)
  draw('<rect x="%g" y="%g" width="%.1f" height="%d" rx="2" class="bar %s"/>',
    x, y, width, BAR, class)
  if ms * scale > PANEL then
    draw('<path d="M%g %g l6 -%d" class="torn"/>', x + width - 60, y + BAR + 2,
      BAR + 4)
    label(x + width - 6, y + 12, class, ("%.0f"):format(ms), "end")
  else
    label(x + width + 5, y + 12, class, ("%.0f"):format(ms))
  end
end

local function draw_panel(x, scheme, rows, limit, scale)
  local bottom = TOP + #rows * ROW
  local at = x + milliseconds(limit, scheme) * scale
  label(x, TOP - 14, "soft", scheme .. ", ms")
  for i, row in ipairs(rows) do
    draw_bar(x, TOP + (i - 1) * ROW, milliseconds(row, scheme), scale,
      row.name == "luma" and "luma" or "")
  end
  draw('<path d="M%.1f %d V%d" class="limit"/>', at, TOP - 6, bottom)
  label(at, bottom + 14, "limit-text",
    ("limit %.0f"):format(milliseconds(limit, scheme)), "middle")
end

local function draw_chart(results)
  local rows, limit = sort_out(results.race)
  local scale = (PANEL - 34) / longest(rows)
  local height = TOP + #rows * ROW + 48
  svg.begin(WIDTH, height)
  label(16, 28, "title", "10,000 tasks as native values, kept")
  label(16, 48, "soft", "100 responses of 100 tasks, nginx on the same machine"
    .. ", 8 connections; less is better")
  for i, row in ipairs(rows) do
    label(LEFT - 10, TOP + (i - 1) * ROW + 12, row.name == "luma" and "luma"
      or "", NAMES[row.name] or row.title, "end")
  end
  draw_panel(LEFT, "http", rows, limit, scale)
  draw_panel(LEFT + PANEL + GAP, "https", rows, limit, scale)
  label(16, height - 12, "soft", ("%s, %s cores, %s. Limit: one thread "
    .. "transfers while another builds the same tables."):format(
    results.machine.cpu, results.machine.cores, results.machine.date))
end

local from = assert(io.open(arg[1]))
draw_chart(cjson.decode(from:read "a"))
from:close()
svg.finish(arg[2])
