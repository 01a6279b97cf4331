-- SPDX-License-Identifier: MIT
-- The drawing functions of the charts: SVG for light and dark.

local svg = {}

local STYLE = [[
  text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .luma { font-weight: 600 }
  .soft { fill: #57606a; font-size: 12px }
  .bar { fill: #b6bfc9 }
  .bar.luma { fill: #8250df }
  .bar.best { fill: #57606a }
  .limit { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 4 3 }
  .limit-text { fill: #cf222e; font-size: 12px }
  .torn { stroke: #ffffff; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .soft { fill: #9198a1 }
    .bar { fill: #4d5661 }
    .bar.luma { fill: #ab7df8 }
    .bar.best { fill: #9198a1 }
    .limit { stroke: #ff7b72 }
    .limit-text { fill: #ff7b72 }
    .torn { stroke: #0d1117 }
  }
]]

local out = {}

function svg.draw(format, ...)
  out[#out + 1] = format:format(...)
end

function svg.label(x, y, class, text, anchor)
  text = text:gsub("&", "&amp;"):gsub("<", "&lt;")
  svg.draw('<text x="%g" y="%g" class="%s" text-anchor="%s">%s</text>', x, y,
    class, anchor or "start", text)
end

-- `style` has the rules of this chart only.
function svg.begin(width, height, style)
  svg.draw('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d">',
    width, height)
  svg.draw("<style>\n%s%s</style>", STYLE, style or "")
end

function svg.finish(name)
  svg.draw "</svg>"
  local file = assert(io.open(name, "w"))
  assert(file:write(table.concat(out, "\n"), "\n"))
  assert(file:close())
end

return svg
