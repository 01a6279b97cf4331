-- SPDX-License-Identifier: MIT
-- The grammar of a text with ids in it, read a piece at a time: words, with
-- blanks, commas or line ends between them, and JSON values. What the ids in
-- a JSON value are is decided in found.lua.
--
-- `feed` takes the next piece and `finish` the end. Both add ids to the array
-- `ids`, which the caller empties. The first thing that cannot be read is put
-- into `problem`, { line =, what = }; the rest of the text is left alone then.
-- Time is linear in the text. Memory is bounded by a piece: values that hold
-- no id are skipped, and strings longer than any id are not kept.

local Found = require "luma_cli.found"
local literal = require "luma_cli.literal"

local byte, find, sub = string.byte, string.find, string.sub

-- As JSON, where \u0041 is an A: what is longer is longer than an id as well.
local LONGEST_STRING = 6 * Found.LONGEST
local DEEPEST = 1000

-- The bytes of a word that may go on in the next piece, with those that are
-- invisible.
local LONGEST_WORD = 4 * Found.LONGEST

-- What is before a word, and the word up to what may be a blank.
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

-- Positions are those in `piece`: what was `kept` of the text before, because
-- it may go on, and what was fed. `line` is the one that ends at `line_end`.
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

-- The line of a position, which is not before those asked for earlier. CR,
-- LF, and CR LF end a line.
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

-- Begins to read the next piece.
local function take_piece(self, piece)
  self.piece, self.kept = piece, ""
  self.line_end = next_line_end(piece, 1)
end

-- Notes the first problem. Nothing is read after it.
function Scanner:fail(line, what)
  self.problem = self.problem or { line = line, what = what }
end

local function wrong(self, at, what)
  self:fail(self:line_at(at), what)
end

-- ---- values --------------------------------------------------------------

-- A word outside of JSON. Most of them are plain ids.
local function take_word(self, word, at)
  if find(word, PLAIN_WORD) and #word <= Found.LONGEST
      and not CONSTANT[word] then
    self.ids[#self.ids + 1] = word
    return
  end
  local why = literal.why_no_id(word)
  if why then return wrong(self, at, why) end
  self.found:string(word, self:line_at(at))
end

-- A number or a constant inside JSON.
local function take_token(self, word, at)
  if find(word, "^-?%d+$") then
    self.found:string(word, self:line_at(at))
  elseif CONSTANT[word] or find(word, "^-?%d+%.?%d*[eE]?[+-]?%d*$") then
    self.found:other(word, self:line_at(at))
  else
    wrong(self, at, "not JSON: " .. literal.quoted(word))
  end
end

-- A string has been read to its end.
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

-- ---- the parts of a text: each takes a position and gives the next one, or
-- nil where it needs more text -------------------------------------------

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
  if to == #piece then -- the other half of the escape is to come
    add_to_string(self, at, to - 1)
    return keep(self, to)
  end
  add_to_string(self, at, to + 1)
  return to + 2
end

local function open_string(self, at)
  local wanted = not self.skipped
    and (self.expects == "key" or self.found:wants())
  self.string = { size = wanted and 0 or nil }
  self.string_line = wanted and self:line_at(at)
  return at + 1
end

local function end_value(self)
  self.expects = self.depth > 0 and "comma" or nil
end

local function open_value(self, at, opener)
  if self.depth == DEEPEST then
    return wrong(self, at, "not JSON: nested too deeply")
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
    return wrong(self, at, ("not JSON: unexpected '%s'"):format(closer))
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

-- Inside a value that holds no id.
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

-- Where the next word is, after blanks: an empty one is before a sign or the
-- end. Each byte is looked at once.
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

-- The word at `at`, whether it may go on in the next piece and is kept for
-- that, and where it stands.
local function next_word(self, kind, at)
  local piece = self.piece
  local from, to = find_word(piece, kind, at)
  if from > to then return "", false, from, to end
  local goes_on = to == #piece and not self.ended
    and to - from < LONGEST_WORD
  if goes_on then keep(self, from) end
  return literal.visible(sub(piece, from, to)), goes_on, from, to
end

-- Outside of JSON values.
local function between(self, at)
  local piece = self.piece
  local word, goes_on, from, to = next_word(self, WORD, at)
  if goes_on then return nil end
  if word == "" and from <= to then return to + 1 end
  local sign = sub(piece, to + 1, to + 1)
  if word ~= "" then
    if find(sign, '["%[%]{}]') then
      return wrong(self, from, literal.quoted(word .. sign))
    end
    take_word(self, word, from)
    return to + 1
  end
  if sign == "" then return keep(self, to + 1) end
  if sign == '"' then return open_string(self, to + 1) end
  if CLOSER[sign] then return open_value(self, to + 1, sign) end
  return wrong(self, to + 1, ("not JSON: unexpected '%s'"):format(sign))
end

-- What may stand where a value, a key, a colon or a comma is expected. A
-- comma after the last value is let pass.
local MAY_BE = {
  value = '^["%[{%]]', key = '^["}]', colon = "^:", comma = "^[,%]}]",
}

-- In an array or an object that may hold ids.
local function inside(self, at)
  local piece = self.piece
  local word, goes_on, from, to = next_word(self, TOKEN, at)
  if goes_on then return nil end
  if word == "" and from <= to then return to + 1 end
  if word ~= "" then
    if self.expects ~= "value" then
      return wrong(self, from, "not JSON: " .. literal.quoted(word))
    end
    take_token(self, word, from)
    end_value(self)
    return to + 1
  end
  at = to + 1
  local sign = sub(piece, at, at)
  if sign == "" then return keep(self, at) end
  if not find(sign, MAY_BE[self.expects]) then
    return wrong(self, at, ("not JSON: unexpected '%s'"):format(sign))
  end
  if sign == '"' then return open_string(self, at) end
  if CLOSER[sign] then return open_value(self, at, sign) end
  if sign == "]" or sign == "}" then return close_value(self, at, sign) end
  local in_object = self.closers[self.depth] == "}"
  self.expects = sign == "," and in_object and "key" or "value"
  return at + 1
end

-- ---- the whole -------------------------------------------------------

local function run(self)
  local at = 1
  while at and not self.problem do
    local part = self.string and in_string or self.skipped and in_skipped
      or self.depth > 0 and inside or between
    at = part(self, at)
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
