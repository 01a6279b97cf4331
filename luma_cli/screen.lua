-- SPDX-License-Identifier: MIT
-- The properties of the terminal: whether there is one, its size, colours,
-- UTF-8.

local term = require "term"
local text = require "luma_cli.text"

local Screen = {}
Screen.__index = Screen

local function env(name)
  local value = os.getenv(name)
  return value and value ~= "" and value or nil
end

local function is_utf8_locale()
  local locale = env "LC_ALL" or env "LC_CTYPE" or env "LANG" or ""
  return locale:lower():find "utf%-?8" ~= nil
end

-- NO_COLOR counts only if --color is not given.
local function uses_colour(setting, is_terminal)
  if setting ~= "auto" then return setting == "always" end
  return is_terminal and not env "NO_COLOR"
    and os.getenv "TERM" ~= "dumb"
end

-- Rows and columns from stty, which every Unix has.
local function terminal_size()
  local pipe = io.popen "{ stty size </dev/tty; } 2>/dev/null"
  local answer = pipe and pipe:read "*l" or ""
  if pipe then pipe:close() end
  local rows, columns = answer:match "^(%d+) (%d+)$"
  return tonumber(rows), tonumber(columns)
end

-- `options` are the arguments of the command.
function Screen.new(options)
  local out, err = term.isatty(io.stdout), term.isatty(io.stderr)
  local self = setmetatable({
    out_is_terminal = out, err_is_terminal = err,
    as_json = options.json or not (out or options.table or options.long),
    colour = uses_colour(options.color, out),
    err_colour = uses_colour(options.color, err),
    shows_progress = err and not options.quiet and os.getenv "TERM" ~= "dumb",
    utf8 = is_utf8_locale(), rows = 24, columns = 80,
  }, Screen)
  if err or not self.as_json then self:update_size() end
  return self
end

-- Reads the size, which changes when the window is resized. COLUMNS overrides
-- the width.
function Screen:update_size()
  local rows, columns = terminal_size()
  local setting = tonumber(os.getenv "COLUMNS" or "") or 0
  if (rows or 0) > 0 then self.rows = rows end
  if (columns or 0) > 0 then self.columns = columns end
  if setting > 0 then self.columns = setting end
end

-- Untrusted text, in a form that is safe on this terminal.
function Screen:safe(s)
  s = text.safe(s)
  return self.utf8 and s or text.ascii(s)
end

-- JSON text for stdout: safe on a terminal, and valid UTF-8 everywhere.
function Screen:json(json)
  return self.out_is_terminal and text.safe_json(json) or text.valid_json(json)
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
