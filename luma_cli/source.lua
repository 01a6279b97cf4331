-- SPDX-License-Identifier: MIT
-- Reads the text of a file or of standard input in pieces, as UTF-8.
--
-- A piece has at most 64 KiB. From a pipe or a terminal, it ends with a line,
-- because the rest may come much later. From a pipe that is live, it is what is
-- there, however little. UTF-16 needs a byte order mark.

local stop = require "luma_cli.stop".stop
local streams = require "luma_cli.streams"
local system = require "luma_cli.system"
local text = require "luma_cli.text"

local PIECE = 65536 -- bytes

local UTF16_MARKS = { ["\255\254"] = "little", ["\254\255"] = "big" }
local UTF8_MARK = "\239\187\191"

local Source = {}
Source.__index = Source

local source = {}

local STDIN = 0 -- the descriptor

-- Opens a path ("-" is standard input), or ends the program. With `live`, a pipe
-- or a terminal there can be waited for, and is not read ahead.
function source.open(path, live)
  local self = setmetatable({ name = path, kept = "" }, Source)
  if path == "-" then
    self.name, self.file = "standard input", io.stdin
    self.has_position = streams.stdin_has_position
    self.live = live and not (self.has_position or system.is_windows)
    if self.live then
      self.by_line = system.is_terminal(io.stdin) -- it gives whole lines
      io.stdin:setvbuf "no" -- nobody waits for what is in Lua's buffer
    end
    return self
  end
  local file, why = io.open(path, "rb")
  if not file then stop(2, ("cannot read %s"):format(why)) end
  self.file, self.has_position = file, file:seek() ~= nil
  return self
end

-- The result of file:read, or nil at the end. Ends the program if it fails.
local function read(self, what)
  local bytes, why = self.file:read(what)
  if why then stop(2, ("cannot read %s: %s"):format(self.name, why)) end
  return bytes
end

-- A line with its line end, or a piece of a long line; nil at the end. Some
-- versions of Lua lose what follows a NUL byte if they read a line at once.
local function next_line(self)
  local bytes, n = {}, 0
  while n < PIECE do
    local byte = read(self, 1)
    if not byte then break end
    n = n + 1
    bytes[n] = byte
    if byte == "\n" then break end
  end
  return n > 0 and table.concat(bytes) or nil
end

local function next_piece(self)
  if self.live and not self.by_line then
    local bytes = system.read_some(PIECE)
    if bytes then return bytes ~= "" and bytes or nil end
    self.by_line = true -- there is no dd
  end
  if self.has_position or self.utf16 then return read(self, PIECE) end
  return next_line(self)
end

-- Looks for a byte order mark in the first bytes. Returns those after it, none
-- if it could not look yet.
local function start_of(self, bytes)
  bytes = self.kept .. bytes
  if #bytes < 2 and not self.ended then
    self.kept = bytes
    return ""
  end
  self.started, self.kept = true, ""
  local start = bytes:sub(1, 2)
  self.utf16 = UTF16_MARKS[start]
  if self.utf16 then return bytes:sub(3) end
  if start:find "%z" then
    stop(2, ("%s:1: not an id: a NUL byte (UTF-16 needs a byte order mark)")
      :format(self.name))
  end
  return bytes
end

-- The UTF-16 code unit at `at`, or nil.
local function code_unit(self, bytes, at)
  local first, second = bytes:byte(at, at + 1)
  if not second then return nil end
  if self.utf16 == "big" then return first * 256 + second end
  return second * 256 + first
end

local ASCII = { little = "([%z\1-\127])%z", big = "%z([%z\1-\127])" }

-- Converts UTF-16 to UTF-8. An incomplete character is kept for the next piece.
local function convert(self, bytes)
  bytes = self.kept .. bytes
  local ascii, count = bytes:gsub(ASCII[self.utf16], "%1")
  self.kept = ""
  if count * 2 == #bytes then return ascii end
  local out, at = {}, 1
  while at < #bytes do
    local first = code_unit(self, bytes, at)
    local second = code_unit(self, bytes, at + 2)
    if text.is_surrogate(first) and not second and not self.ended then break end
    local character, used = text.from_utf16(first, second)
    out[#out + 1] = character
    at = at + 2 * used
  end
  self.kept = bytes:sub(at)
  if self.ended and self.kept ~= "" then out[#out + 1] = text.BAD end
  return table.concat(out)
end

-- The descriptor of a live source that may have more, or nil.
function Source:fd() return self.live and not self.ended and STDIN or nil end

-- The next piece, which may be empty, or nil at the end.
function Source:read()
  if self.ended then return nil end
  local piece = next_piece(self)
  if not piece then
    self.ended = true
    if self.file ~= io.stdin then self.file:close() end
  end
  local bytes = piece or ""
  if not self.started then bytes = start_of(self, bytes) end
  if self.utf16 then return convert(self, bytes) end
  return (piece or bytes ~= "") and bytes or nil
end

-- All of standard input, as UTF-8 without a byte order mark.
function source.read_all()
  local self = source.open "-"
  local bytes = read(self, "*a")
  self.utf16, self.ended = UTF16_MARKS[bytes:sub(1, 2)], true
  if self.utf16 then return convert(self, bytes:sub(3)) end
  return bytes:sub(1, 3) == UTF8_MARK and bytes:sub(4) or bytes
end

-- A word of the command line or, for "-", all of standard input, as UTF-8. A
-- console of Windows gives words in another encoding. `what` names it.
function source.text_of(word, what)
  local words = word == "-" and source.read_all() or word
  if not words or text.valid_json(words) == words then return words end
  stop(2, word == "-" and "standard input is not UTF-8"
    or what .. " is not UTF-8; use - to read it from standard input")
end

return source
