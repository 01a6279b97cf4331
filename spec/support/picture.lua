-- SPDX-License-Identifier: MIT
-- Draws the screen of a terminal.lua as SVG, for the pages.

local COLUMN, ROW, MARGIN = 8.4, 18, 12 -- units of the picture
local BACKGROUND, FOREGROUND = "#16161d", "#dcd7ba"
local NAMED = {
  ["1"] = FOREGROUND, ["2"] = "#727169", ["31"] = "#e46876",
  ["32"] = "#98bb6c", ["33"] = "#e6c384", ["34"] = "#7e9cd8",
  ["35"] = "#957fb8", ["36"] = "#7aa89f",
}

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function rgb(red, green, blue)
  return ("#%02x%02x%02x"):format(red, green, blue)
end

-- The colours of a style: of the letters, and behind them.
local function colours_of(style)
  local front = style:match "38;2;(%d+;%d+;%d+)"
  local back = style:match "48;2;(%d+;%d+;%d+)"
  if not (front or back) then return NAMED[style] or FOREGROUND end
  return rgb((front or "0;0;0"):match "(%d+);(%d+);(%d+)"),
    back and rgb(back:match "(%d+);(%d+);(%d+)")
end

-- The cells of a row from `column` on that have the same style.
local function run_at(line, column, columns)
  local style = line[column] and line[column].style or ""
  local words, to = {}, column
  while to <= columns do
    local cell = line[to] or { text = " " }
    if (cell.style or "") ~= style and cell.text ~= "" then break end
    words[#words + 1] = cell.text
    to = to + 1
  end
  return table.concat(words), style, to
end

local function draw_row(out, line, row, columns)
  local column, y = 1, MARGIN + row * ROW
  while column <= columns do
    local text, style, to = run_at(line, column, columns)
    local front, back = colours_of(style)
    local x = MARGIN + (column - 1) * COLUMN
    if back then
      out[#out + 1] = ('<rect x="%.1f" y="%d" width="%.1f" height="%d" '
        .. 'fill="%s"/>'):format(x, y - 14, (to - column) * COLUMN, ROW, back)
    end
    if text:find "%S" then
      out[#out + 1] = ('<text x="%.1f" y="%d" fill="%s" textLength="%.1f" '
        .. 'xml:space="preserve">%s</text>'):format(x, y, front,
        (to - column) * COLUMN, (text:gsub("[&<>]", ESCAPES)))
    end
    column = to
  end
end

return function(screen, rows)
  local width = screen.columns * COLUMN + 2 * MARGIN
  local height = rows * ROW + 2 * MARGIN
  local out = {
    ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" '
      .. 'font-family="monospace" font-size="14">'):format(width, height),
    ('<rect width="100%%" height="100%%" rx="6" fill="%s"/>')
      :format(BACKGROUND),
  }
  for row = 1, rows do
    draw_row(out, screen.lines[row] or {}, row, screen.columns)
  end
  out[#out + 1] = "</svg>\n"
  return table.concat(out, "\n")
end
