-- SPDX-License-Identifier: MIT
-- Reads a text with ids, in pieces. The text has words and JSON values. Blanks,
-- commas or line ends separate the words. found.lua finds the ids in a JSON
-- value.
--
-- `feed` takes the next piece, and `finish` ends the text. Both add ids to the
-- array `ids`, which the caller empties. The first error is stored in `problem`
-- as { line =, what = }, and the rest of the text is not read. Time is linear
-- in the text. Memory is bounded by the size of a piece: values without ids are
-- skipped, and strings that are longer than any id are not kept.

local Found = require "luma_cli.found"
local literal = require "luma_cli.literal"

local byte, find, sub = string.byte, string.find, string.sub

-- The longest id as a JSON string with escapes like \u0041.
local LONGEST_STRING = 6 * Found.LONGEST
local DEEPEST = 1000

-- The bytes of a word that may continue in the next piece, with invisible
-- characters.
local LONGEST_WORD = 4 * Found.LONGEST

-- Patterns for the text before a word, and for the word up to a possible blank.
local function pattern(before, ends)
  local rest = ("[^%s%s]*"):format(ends, literal.BLANK_LEADS)
  return { first = "^" .. before .. "(" .. rest .. ")", rest = "^" .. rest,
    before = "^" .. before }
end
local WORD = pattern("[%s,]*", '%s,"%[%]{}')  -- outside of JSON values
local TOKEN = pattern("%s*", '%s,"%[%]{}:')   -- inside
local PLAIN_WORD = "^%w[%w_-]*$"
local BLANK_LEAD = "^[" .. literal.BLANK_LEADS .. "]"
local CLOSER = { ["["] = "]", ["{"] = "}" }
local NAME = { ["]"] = "an array", ["}"] = "an object" }
local CONSTANT = literal.CONSTANT

local Scanner = {}
Scanner.__index = Scanner

-- Positions are in `piece`, which is the text that was `kept` from before, and
-- the text that was fed. `line` is the number of the line that ends at
-- `line_end`.
function Scanner.new()
  local self = setmetatable({
    ids = {}, piece = "", kept = "", line = 1, before = nil, depth = 0,
    closers = {},
  }, Scanner)
  self.found = Found.new(self)
  return self
end

-- ---- lines and problems --------------------------------------------------

local function next_line_end(piece, at)
  return find(piece, "[\r\n]", at) or math.huge
end

-- The line of a position. Positions must not go back. CR, LF, and CR LF end a
-- line.
function Scanner:line_at(at)
  local piece, to = self.piece, self.line_end
  while to < at do
    local before = to == 1 and self.before or byte(piece, to - 1)
    if byte(piece, to) == 13 or before ~= 13 then self.line = self.line + 1 end
    to = next_line_end(piece, to + 1)
  end
  self.line_end = to
  return self.line
end

local function take_piece(self, piece)
  self.piece, self.kept = piece, ""
  self.line_end = next_line_end(piece, 1)
end

-- Stores the first problem. The rest of the text is not read.
function Scanner:fail(line, what)
  self.problem = self.problem or { line = line, what = what }
end

local function fail_at(self, at, what)
  self:fail(self:line_at(at), what)
end

-- ---- values --------------------------------------------------------------

-- Takes a word outside of JSON. Most words are plain ids.
local function take_word(self, word, at)
  if find(word, PLAIN_WORD) and #word <= Found.LONGEST
      and not CONSTANT[word] then
    self.ids[#self.ids + 1] = word
    return
  end
  local why = literal.why_not_id(word)
  if why then return fail_at(self, at, why) end
  self.found:string(word, self:line_at(at))
end

-- Takes a number or a constant inside JSON.
local function take_token(self, word, at)
  if find(word, "^-?%d+$") then
    self.found:string(word, self:line_at(at))
  elseif CONSTANT[word] or find(word, "^-?%d+%.?%d*[eE]?[+-]?%d*$") then
    self.found:other(word, self:line_at(at))
  else
    fail_at(self, at, "not JSON: " .. literal.quoted(word))
  end
end

-- Takes a complete string.
local function take_string(self)
  local pieces, line = self.string, self.string_line
  self.string = nil
  if self.skipped then return end
  local is_key = self.expects == "key"
  self.expects = is_key and "colon" or self.depth > 0 and "comma" or nil
  if not pieces.size then return self.found:string(nil, line) end
  local raw = table.concat(pieces)
  local value = #raw > LONGEST_STRING and raw or literal.unescape(raw)
  if not value then
    return self:fail(line, "not JSON: an invalid escape in a string")
  end
  if self.depth == 0 and find(value, "[\r\n]") then
    return self:fail(line, "a string that does not end on its line")
  end
  self.found:string(value, line, is_key)
end

-- ---- parts of a text ---------------------------------------------------

-- Each of these functions takes a position and returns the next one, or nil if
-- it needs more text.

-- Keeps the text from `at` for the next piece.
local function keep(self, at)
  self.kept = sub(self.piece, at)
end

local function add_to_string(self, from, to)
  local pieces = self.string
  if not pieces.size or pieces.size > LONGEST_STRING then return end
  pieces.size = pieces.size + to - from + 1
  pieces[#pieces + 1] = sub(self.piece, from, to)
end

local function in_string(self, at)
  local piece = self.piece
  local to = find(piece, '["\\]', at)
  if not to then
    add_to_string(self, at, #piece)
    return keep(self, #piece + 1)
  end
  if byte(piece, to) == 34 then
    add_to_string(self, at, to - 1)
    take_string(self)
    return to + 1
  end
  if to == #piece then -- the rest of the escape is in the next piece
    add_to_string(self, at, to - 1)
    return keep(self, to)
  end
  add_to_string(self, at, to + 1)
  return to + 2
end

local function open_string(self, at)
  local wanted = not self.skipped
    and (self.expects == "key" or self.found:wants_string())
  self.string = { size = wanted and 0 or nil }
  self.string_line = wanted and self:line_at(at)
  return at + 1
end

local function end_value(self)
  self.expects = self.depth > 0 and "comma" or nil
end

local function open_value(self, at, opener)
  if self.depth == DEEPEST then
    return fail_at(self, at, "not JSON: nested too deeply")
  end
  if self.depth == 0 then self.top_line = self:line_at(at) end
  self.depth = self.depth + 1
  self.closers[self.depth] = CLOSER[opener]
  if not self.skipped and not self.found:open(opener, self:line_at(at)) then
    self.skipped = self.depth
  end
  self.expects = opener == "{" and "key" or "value"
  return at + 1
end

local function close_value(self, at, closer)
  if self.closers[self.depth] ~= closer then
    return fail_at(self, at, ("not JSON: unexpected '%s'"):format(closer))
  end
  self.depth = self.depth - 1
  if self.skipped then
    if self.skipped > self.depth then self.skipped = nil end
  else
    self.found:close()
  end
  if not self.skipped then end_value(self) end
  return at + 1
end

-- Inside a value without ids.
local function in_skipped(self, at)
  local piece = self.piece
  while true do
    local to = find(piece, '["{}%[%]]', at)
    if not to then return keep(self, #piece + 1) end
    local sign = sub(piece, to, to)
    if sign ~= '"' then
      return (CLOSER[sign] and open_value or close_value)(self, to, sign)
    end
    local _, stop = find(piece, '^[^"\\]*"', to + 1)
    if not stop then return open_string(self, to) end
    at = stop + 1
  end
end

-- The first and last position of the next word, after blanks. The word is empty
-- before punctuation and at the end. Each byte is read once.
local function find_word(piece, kind, at)
  local _, to, word = find(piece, kind.first, at)
  local from = to - #word + 1
  while find(piece, BLANK_LEAD, to + 1) do
    local length = literal.blank_at(piece, to + 1)
    if length > 0 and from <= to then break end
    to = to + math.max(length, 1)
    if length > 0 then
      _, to = find(piece, kind.before, to + 1)
      from = to + 1
    end
    _, to = find(piece, kind.rest, to + 1)
  end
  return from, to
end

-- The word at `at`, whether it may continue in the next piece and is kept for
-- it, and its first and last position.
local function next_word(self, kind, at)
  local piece = self.piece
  local from, to = find_word(piece, kind, at)
  if from > to then return "", false, from, to end
  local is_partial = to == #piece and not self.ended
    and to - from < LONGEST_WORD
  if is_partial then keep(self, from) end
  return literal.without_invisible(sub(piece, from, to)), is_partial, from, to
end

-- Outside of JSON values.
local function outside_json(self, at)
  local piece = self.piece
  local word, is_partial, from, to = next_word(self, WORD, at)
  if is_partial then return nil end
  if word == "" and from <= to then return to + 1 end
  local sign = sub(piece, to + 1, to + 1)
  if word ~= "" then
    if find(sign, '["%[%]{}]') then
      return fail_at(self, from, literal.quoted(word .. sign))
    end
    take_word(self, word, from)
    return to + 1
  end
  if sign == "" then return keep(self, to + 1) end
  if sign == '"' then return open_string(self, to + 1) end
  if CLOSER[sign] then return open_value(self, to + 1, sign) end
  return fail_at(self, to + 1, ("not JSON: unexpected '%s'"):format(sign))
end

-- The characters that are allowed where a value, a key, a colon or a comma is
-- expected. A comma after the last value is accepted.
local MAY_BE = {
  value = '^["%[{%]]', key = '^["}]', colon = "^:", comma = "^[,%]}]",
}

-- In an array or an object that may have ids.
local function inside_json(self, at)
  local piece = self.piece
  local word, is_partial, from, to = next_word(self, TOKEN, at)
  if is_partial then return nil end
  if word == "" and from <= to then return to + 1 end
  if word ~= "" then
    if self.expects ~= "value" then
      return fail_at(self, from, "not JSON: " .. literal.quoted(word))
    end
    take_token(self, word, from)
    end_value(self)
    return to + 1
  end
  at = to + 1
  local sign = sub(piece, at, at)
  if sign == "" then return keep(self, at) end
  if not find(sign, MAY_BE[self.expects]) then
    return fail_at(self, at, ("not JSON: unexpected '%s'"):format(sign))
  end
  if sign == '"' then return open_string(self, at) end
  if CLOSER[sign] then return open_value(self, at, sign) end
  if sign == "]" or sign == "}" then return close_value(self, at, sign) end
  local in_object = self.closers[self.depth] == "}"
  self.expects = sign == "," and in_object and "key" or "value"
  return at + 1
end

-- ---- the whole text --------------------------------------------------

local function run(self)
  local at = 1
  while at and not self.problem do
    local read = self.string and in_string or self.skipped and in_skipped
      or self.depth > 0 and inside_json or outside_json
    at = read(self, at)
  end
end

function Scanner:feed(bytes)
  if self.problem or bytes == "" then return end
  take_piece(self, self.kept .. bytes)
  run(self)
  if self.problem then return end
  local size = #self.piece - #self.kept
  self:line_at(size + 1)
  self.before = size > 0 and byte(self.piece, size) or self.before
  self.found:has_read(size)
end

function Scanner:finish()
  if self.problem then return end
  self.ended = true
  take_piece(self, self.kept)
  run(self)
  if self.string and self.depth == 0 then
    self:fail(self.string_line, "a string without an end")
  elseif self.depth > 0 then
    self:fail(self.top_line, ("not JSON: %s without an end"):format(
      NAME[self.closers[1]]))
  end
end

return Scanner
