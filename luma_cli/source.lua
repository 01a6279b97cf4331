-- SPDX-License-Identifier: MIT
-- Reads the text of a file or of standard input in pieces, as UTF-8.
--
-- A seekable file is read in pieces of 64 KiB. A pipe or a terminal is read
-- line by line, so that each line is available as soon as it is written. A long
-- line is also returned in pieces, but it is in memory once. UTF-16 needs a
-- byte order mark. UTF-16 from a pipe is read in pieces, not in lines.
--
-- When Lua 5.1, 5.2 or LuaJIT reads a line with a NUL byte, it silently loses
-- the rest of the line and joins the next line to it. So these versions read a
-- pipe byte by byte: a second for 8 MB on Lua 5.1, or for 20 MB on LuaJIT.

local stop = require "luma_cli.stop".stop
local streams = require "luma_cli.streams"
local system = require "luma_cli.system"
local text = require "luma_cli.text"

local PIECE = 65536 -- bytes
local LINES_LOSE_NUL = _VERSION == "Lua 5.1" -- LuaJIT has this value as well
  or _VERSION == "Lua 5.2"

local UTF16_MARKS = { ["\255\254"] = "little", ["\254\255"] = "big" }
local UTF8_MARK = "\239\187\191"

local Source = {}
Source.__index = Source

local source = {}

local STDIN = 0 -- the descriptor

-- Opens a path ("-" is standard input), or ends the program. With `live`, it is
-- known of a pipe or a terminal whether there is more to read: nothing is read
-- ahead then.
function source.open(path, live)
  local self = setmetatable({ name = path, kept = "" }, Source)
  if path == "-" then
    self.name, self.file = "standard input", io.stdin
    self.has_position = streams.stdin_has_position
    self.live = live and not (self.has_position or system.is_windows)
    if self.live then io.stdin:setvbuf "no" end
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

-- A line with its line end, or a piece of a long line; nil at the end.
local function next_bytes(self)
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
  if self.has_position or self.utf16 then return read(self, PIECE) end
  if LINES_LOSE_NUL then return next_bytes(self) end
  if not self.line then
    local line = read(self, "*l")
    if not line or #line < PIECE then return line and line .. "\n" end
    self.line, self.at = line .. "\n", 1
  end
  local piece = self.line:sub(self.at, self.at + PIECE - 1)
  self.at = self.at + PIECE
  if self.at > #self.line then self.line = nil end
  return piece
end

-- The first two bytes, unless they are a byte order mark. If the first line is
-- empty, it reads only one byte, because the next line may come much later.
local function start_of(self)
  local start = read(self, 1) or ""
  if start == "" or start:find "[\r\n]" then return start end
  start = start .. (read(self, 1) or "")
  self.utf16 = UTF16_MARKS[start]
  if not self.utf16 and start:find "%z" then
    stop(2, ("%s:1: not an id: a NUL byte (UTF-16 needs a byte order mark)")
      :format(self.name))
  end
  return self.utf16 and "" or start
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

-- Whether reading would not wait for whoever writes the input. `can_read(fd)`
-- asks the system.
function Source:is_ready(can_read)
  local fd = not self.line and self:fd()
  return not fd or can_read(fd)
end

-- The next piece, which may be empty, or nil at the end.
function Source:read()
  if self.ended then return nil end
  if not self.started then
    self.started = true
    local start = start_of(self)
    if start ~= "" then return start end
  end
  local piece = next_piece(self)
  if not piece then
    self.ended = true
    if self.file ~= io.stdin then self.file:close() end
  end
  if self.utf16 then return convert(self, piece or "") end
  return piece
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
