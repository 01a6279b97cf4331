-- SPDX-License-Identifier: MIT
-- Draws results.json as an SVG chart, for light and dark: chart.lua FROM TO

local cjson = require "cjson"
local report = require "report"
local svg = require "svg"

local WIDTH, LEFT, TOP, ROW, BAR = 840, 208, 86, 27, 15
local PANEL, GAP = 272, 44 -- a panel for each scheme, side by side
local NAMES = {
  luma_cjson = "luma with lua-cjson", by_hand = "C by hand + lua-cjson",
  lua_socket = "LuaSocket + lua-cjson",
}

local draw, label = svg.draw, svg.label

local function title_of(row) return NAMES[row.name] or row.title end

local function milliseconds(row, scheme) return row[scheme].wall * 1000 end

-- The contestants with a bar, the fastest first, and the rows by name.
local function sort_out(race)
  local rows, named = {}, {}
  for _, row in ipairs(race) do
    named[row.name] = row
    if row.kind ~= "limit" and row.http and row.https then
      rows[#rows + 1] = row
    end
  end
  table.sort(rows, function(a, b)
    return a.http.wall + a.https.wall < b.http.wall + b.https.wall
  end)
  return rows, named
end

-- The end of the scale: the slowest time within 8 times luma's. The bar of a
-- slower contestant is drawn with a gap.
local function longest(rows, named)
  local most, luma = 0, milliseconds(named.luma, "http")
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

-- The other Lua client that is the fastest, and the text that names it.
local function best_in_lua(rows, named, scheme)
  local best = report.best(rows, scheme, { lua = true })
  if not best or named.lua_curl.missing then
    return nil, scheme .. ", ms. Lua-cURLv3 is not measured"
  end
  return best, ("%s, ms. %s: %.1f x luma"):format(scheme, title_of(best),
    best[scheme].wall / named.luma[scheme].wall)
end

local function draw_panel(x, scheme, rows, named, scale)
  local bottom = TOP + #rows * ROW
  local at = x + milliseconds(named.limit, scheme) * scale
  local best, text = best_in_lua(rows, named, scheme)
  label(x, TOP - 14, "soft", text)
  for i, row in ipairs(rows) do
    draw_bar(x, TOP + (i - 1) * ROW, milliseconds(row, scheme), scale,
      row == best and "best" or row.name == "luma" and "luma" or "")
  end
  draw('<path d="M%.1f %d V%d" class="limit"/>', at, TOP - 6, bottom)
  label(at, bottom + 14, "limit-text",
    ("limit %.0f"):format(milliseconds(named.limit, scheme)), "middle")
end

local function draw_chart(results)
  local rows, named = sort_out(results.race)
  local scale = (PANEL - 34) / longest(rows, named)
  local height = TOP + #rows * ROW + 48
  svg.begin(WIDTH, height)
  label(16, 28, "title", "10,000 tasks as native values, kept")
  label(16, 48, "soft", "100 responses of 100 tasks, nginx on the same machine"
    .. ", 8 connections; less is better. Over the bars: the fastest other Lua "
    .. "client")
  for i, row in ipairs(rows) do
    label(LEFT - 10, TOP + (i - 1) * ROW + 12, row.name == "luma" and "luma"
      or "", title_of(row), "end")
  end
  draw_panel(LEFT, "http", rows, named, scale)
  draw_panel(LEFT + PANEL + GAP, "https", rows, named, scale)
  label(16, height - 12, "soft", ("%s, %s cores, %s. Limit: one thread "
    .. "transfers while another builds the same tables."):format(
    results.machine.cpu, results.machine.cores, results.machine.date))
end

local from = assert(io.open(arg[1]))
draw_chart(cjson.decode(from:read "a"))
from:close()
svg.finish(arg[2])
