-- SPDX-License-Identifier: MIT
-- Writes a page as plain text or as HTML. It is a list of parts: { title = },
-- { text = } for a paragraph, { code = a list of lines }, { rows = a list of
-- {name, text} }.
--
--   page.text(parts)         in 80 columns, but code is never cut
--   page.html(parts, title)

local page = {}

local function wrapped(text, width)
  local lines, line = {}, nil
  for word in text:gmatch "%S+" do
    if line and #line + 1 + #word <= width then
      line = line .. " " .. word
    else
      lines[#lines + 1], line = line, word
    end
  end
  lines[#lines + 1] = line
  return lines
end

local function as_text(part, out)
  local function add(...) out[#out + 1] = (...) end
  if part.title then
    add(part.title)
    add(("="):rep(#part.title))
  end
  for _, line in ipairs(part.text and wrapped(part.text, 80) or {}) do
    add(line)
  end
  for _, line in ipairs(part.code or {}) do add("  " .. line) end
  for _, row in ipairs(part.rows or {}) do
    local lines = wrapped(row[2], 62)
    for i, line in ipairs(lines) do
      add(("  %-14s  %s"):format(i == 1 and row[1] or "", line))
    end
  end
  add ""
end

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }
local function escaped(text) return (text:gsub("[&<>]", ESCAPES)) end

local function as_html(part, out)
  local function add(form, ...)
    local values = { ... }
    for i, value in ipairs(values) do values[i] = escaped(value) end
    out[#out + 1] = form:format(table.unpack(values))
  end
  if part.title then add("<h2>%s</h2>", part.title) end
  if part.text then add("<p>%s</p>", part.text) end
  if part.code then add("<pre>%s</pre>", table.concat(part.code, "\n")) end
  if not part.rows then return end
  out[#out + 1] = "<table>"
  for _, row in ipairs(part.rows) do
    add("<tr><td><code>%s</code></td><td>%s</td></tr>", row[1], row[2])
  end
  out[#out + 1] = "</table>"
end

local HTML = [[
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>%s</title>
<style>
body { max-width: 46em; margin: 2em auto; padding: 0 1em; line-height: 1.5;
  font-family: system-ui, sans-serif; color: #222; background: #fdfcfa }
pre, code { font-family: ui-monospace, monospace; font-size: 0.9em }
pre { background: #f1eee8; padding: 1em; overflow-x: auto }
td { padding: 0.15em 1.5em 0.15em 0; vertical-align: top }
</style></head><body>
%s
</body></html>
]]

local function write(parts, as)
  local out = {}
  for _, part in ipairs(parts) do as(part, out) end
  return table.concat(out, "\n")
end

function page.text(parts) return write(parts, as_text) end

function page.html(parts, title)
  return HTML:format(escaped(title), write(parts, as_html))
end

return page
