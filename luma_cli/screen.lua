-- SPDX-License-Identifier: MIT
-- What the terminal is like: whether there is one, its size, whether it shows
-- colours and UTF-8.

local term = require "term"
local text = require "luma_cli.text"

local Screen = {}
Screen.__index = Screen

local function present(name)
  local value = os.getenv(name)
  return value and value ~= "" and value or nil
end

local function speaks_utf8()
  local locale = present "LC_ALL" or present "LC_CTYPE" or present "LANG" or ""
  return locale:lower():find "utf%-?8" ~= nil
end

-- NO_COLOR is for those who did not say on the command line what they want.
local function in_colour(wish, is_terminal)
  if wish ~= "auto" then return wish == "always" end
  return is_terminal and not present "NO_COLOR"
    and os.getenv "TERM" ~= "dumb"
end

-- Rows and columns, from the one program that every Unix has for it.
local function measure()
  local pipe = io.popen "{ stty size </dev/tty; } 2>/dev/null"
  local answer = pipe and pipe:read "*l" or ""
  if pipe then pipe:close() end
  local rows, columns = answer:match "^(%d+) (%d+)$"
  return tonumber(rows), tonumber(columns)
end

-- `options` are those of the command: color, json, table.
function Screen.new(options)
  local out, err = term.isatty(io.stdout), term.isatty(io.stderr)
  local self = setmetatable({
    out_is_terminal = out, err_is_terminal = err,
    as_json = options.json or not (out or options.table or options.long),
    colour = in_colour(options.color, out),
    err_colour = in_colour(options.color, err),
    moves = err and not options.quiet and os.getenv "TERM" ~= "dumb",
    utf8 = speaks_utf8(), rows = 24, columns = 80,
  }, Screen)
  if err or not self.as_json then self:look() end
  return self
end

-- Looks at the size, and again now and then: people resize windows. COLUMNS
-- is for those who want another width.
function Screen:look()
  local rows, columns = measure()
  local wish = tonumber(os.getenv "COLUMNS" or "") or 0
  if (rows or 0) > 0 then self.rows = rows end
  if (columns or 0) > 0 then self.columns = columns end
  if wish > 0 then self.columns = wish end
end

-- A stranger's text, as this terminal can show it.
function Screen:safe(s)
  s = text.safe(s)
  return self.utf8 and s or text.ascii(s)
end

function Screen:cut(s, width)
  return text.cut(s, width, self.utf8 and "\226\128\166" or "~")
end

local CODE = {
  bold = "1", dim = "2", red = "31", green = "32", yellow = "33",
  blue = "34", magenta = "35", cyan = "36",
}

-- Text in a colour, for stdout.
function Screen:paint(colour, s)
  return self.colour and ("\27[%sm%s\27[0m"):format(CODE[colour], s) or s
end

-- The same for stderr.
function Screen:paint_err(colour, s)
  return self.err_colour and ("\27[%sm%s\27[0m"):format(CODE[colour], s) or s
end

return Screen
