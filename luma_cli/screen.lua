-- SPDX-License-Identifier: MIT
-- The properties of the terminal: whether there is one, its size, colours,
-- UTF-8.

local system = require "luma_cli.system"
local text = require "luma_cli.text"

local Screen = {}
Screen.__index = Screen

-- Whether the stream is a terminal, and whether that obeys escape sequences.
local function terminal(stream)
  local is_terminal = system.is_terminal(stream)
  return is_terminal, is_terminal and os.getenv "TERM" ~= "dumb"
    and system.enable_escapes(stream)
end

-- NO_COLOR counts only if --color is not given.
local function uses_colour(setting, has_escapes)
  if setting ~= "auto" then return setting == "always" end
  return has_escapes and not system.env "NO_COLOR"
end

-- Consoles of Windows have all colours, and terminals of Unix where they say so.
local function has_true_colour()
  local word = os.getenv "COLORTERM"
  return system.is_windows or word == "truecolor" or word == "24bit"
end

-- `options` are the arguments of the command.
function Screen.new(options)
  local out, out_escapes = terminal(io.stdout)
  local err, err_escapes = terminal(io.stderr)
  local self = setmetatable({
    out_is_terminal = out, err_is_terminal = err,
    as_json = options.json or options.jsonl or not (out or options.table
      or options.long or options.format or options.fields
      or options.command == "url"),
    colour = uses_colour(options.color, out_escapes),
    err_colour = uses_colour(options.color, err_escapes),
    true_colour = has_true_colour(),
    shows_progress = err_escapes and not options.quiet,
    utf8 = system.is_utf8(), rows = 24, columns = 80,
  }, Screen)
  if err or not self.as_json then self:update_size() end
  return self
end

-- Reads the size, which changes when the window is resized. COLUMNS overrides
-- the width.
function Screen:update_size()
  local rows, columns = system.terminal_size()
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

-- A value in a line of stdout: safe on a terminal. Elsewhere it is UTF-8 as it
-- is, without what ends a line or a column.
function Screen:field(s)
  if self.out_is_terminal then return self:safe(s) end
  return (text.valid_json(s):gsub("%c", " "))
end

-- JSON text for stdout: safe on a terminal, and valid UTF-8 everywhere.
function Screen:json(json)
  if not self.out_is_terminal then return text.valid_json(json) end
  return text.safe_json(json, not self.utf8)
end

function Screen:cut(s, width)
  return text.cut(s, width, self.utf8 and "\226\128\166" or "~")
end

local CODE = {
  bold = "1", dim = "2", red = "31", green = "32", yellow = "33",
  blue = "34", magenta = "35", cyan = "36",
}

-- The nearest of the six levels that terminals with 256 colours have: 0, 95, 135,
-- 175, 215, 255.
local function level(value)
  return value < 48 and 0 or value < 115 and 1 or math.floor((value - 35) / 40)
end

-- The parameters of an escape sequence for a colour, {red, green, blue}.
function Screen:rgb(colour)
  local red, green, blue = colour[1], colour[2], colour[3]
  if self.true_colour then return ("2;%d;%d;%d"):format(red, green, blue) end
  return ("5;%d"):format(16 + 36 * level(red) + 6 * level(green) + level(blue))
end

-- Text in a colour, for stdout.
function Screen:paint(colour, s)
  return self.colour and ("\27[%sm%s\27[0m"):format(CODE[colour], s) or s
end

-- The same for stderr.
function Screen:paint_err(colour, s)
  return self.err_colour and ("\27[%sm%s\27[0m"):format(CODE[colour], s) or s
end

return Screen
