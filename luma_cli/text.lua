-- SPDX-License-Identifier: MIT
-- Makes untrusted text safe for a terminal, and measures its columns.
--
-- Combining marks have no column. East Asian wide and full-width characters,
-- Hangul syllables and the pictographs from U+1F300 have two columns. All other
-- characters have one. Joiners and variation selectors are removed, so that no
-- sequence is narrower than its parts. Scripts whose letters change with their
-- neighbours (Devanagari, for example) may be wrong by about one column.

local has_utf8, utf8 = pcall(require, "utf8") -- not in Lua 5.1 and LuaJIT

local text = {}

-- Pairs of first and last code points, in order.
local ZERO_WIDTH = { -- no column
  0x0300, 0x036F, 0x0483, 0x0489, 0x0591, 0x05BD, 0x064B, 0x065F,
  0x0E31, 0x0E31, 0x0E34, 0x0E3A, 0x0E47, 0x0E4E, 0x1AB0, 0x1AFF,
  0x1DC0, 0x1DFF, 0x20D0, 0x20FF, 0x302A, 0x302D, 0x3099, 0x309A,
  0xFE20, 0xFE2F,
}
local WIDE = {
  0x1100, 0x115F, 0x231A, 0x231B, 0x23E9, 0x23EC, 0x2614, 0x2615,
  0x2648, 0x2653, 0x26BD, 0x26BE, 0x2705, 0x2705, 0x2728, 0x2728,
  0x274C, 0x274C, 0x2753, 0x2757, 0x2795, 0x2797, 0x2B1B, 0x2B1C,
  0x2B50, 0x2B50, 0x2E80, 0x303E, 0x3041, 0xA4CF, 0xA960, 0xA97F,
  0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE30, 0xFE6F, 0xFF01, 0xFF60,
  0xFFE0, 0xFFE6, 0x1F1E6, 0x1F1FF, 0x1F300, 0x1F64F, 0x1F680, 0x1F6FF,
  0x1F7E0, 0x1F7EB, 0x1F900, 0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000, 0x3FFFD,
}
-- Joiners, direction marks, variation selectors, tags. They are invisible, and
-- some of them reverse the following text.
local INVISIBLE = {
  0x00AD, 0x00AD, 0x061C, 0x061C, 0x115F, 0x1160, 0x180B, 0x180F,
  0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F, 0x3164, 0x3164,
  0xFE00, 0xFE0F, 0xFEFF, 0xFEFF, 0xFFF9, 0xFFFB, 0xE0000, 0xE0FFF,
}

local function within(ranges, code)
  local low, high = 1, #ranges / 2
  while low <= high do
    local middle = math.floor((low + high) / 2)
    if code < ranges[2 * middle - 1] then
      high = middle - 1
    elseif code > ranges[2 * middle] then
      low = middle + 1
    else
      return true
    end
  end
  return false
end

local MIN_CODE = { 0, 0x80, 0x800, 0x10000 } -- by length; less is overlong
local FIRST_LEAD = { 0, 0xC0, 0xE0, 0xF0 }
local LAST_LEAD = { 0x7F, 0xDF, 0xEF, 0xF4 }

-- The code point of the bytes, or nil if they are not UTF-8.
local function decode(bytes)
  local lead, length = bytes:byte(), #bytes
  if length > 4 or lead < FIRST_LEAD[length] or lead > LAST_LEAD[length] then
    return nil
  end
  local code = lead - FIRST_LEAD[length]
  for i = 2, length do code = code * 64 + bytes:byte(i) - 0x80 end
  local surrogate = code >= 0xD800 and code <= 0xDFFF
  if code < MIN_CODE[length] or code > 0x10FFFF or surrogate then return nil end
  return code
end

-- A code point as UTF-8.
local function encode(code)
  if code < 0x80 then return string.char(code) end
  local bytes, length = "", 1
  while code >= LAST_LEAD[length] + 1 - FIRST_LEAD[length] or length == 1 do
    bytes = string.char(0x80 + code % 64) .. bytes
    code, length = math.floor(code / 64), length + 1
  end
  return string.char(FIRST_LEAD[length] + code) .. bytes
end

-- Whether a UTF-16 code unit is half of a surrogate pair.
function text.is_surrogate(unit) return unit >= 0xD800 and unit < 0xE000 end

-- The character of one or two UTF-16 code units, and the number of units that
-- it uses. A lone half of a pair becomes U+FFFD.
function text.from_utf16(first, second)
  if not text.is_surrogate(first) then return encode(first), 1 end
  local pair = first < 0xDC00 and second and second >= 0xDC00
    and second < 0xE000
  if not pair then return text.BAD, 1 end
  return encode(0x10000 + (first - 0xD800) * 1024 + second - 0xDC00), 2
end

local function is_control(code)
  return code < 0x20 or code >= 0x7F and code < 0xA0
end

-- A byte and its continuation bytes. In broken text this may not be a
-- character.
local CHARACTER = ".[\128-\191]*"
local BAD = "\239\191\189" -- U+FFFD
text.BAD = BAD
local PLAIN = "^[ -~]*$"

local function safe_character(bytes)
  local code = decode(bytes)
  if code and (code >= 9 and code <= 13 or code == 0x85
      or code == 0x2028 or code == 0x2029) then
    return " "
  end
  if not code or is_control(code) then return BAD end
  if within(INVISIBLE, code) then return "" end
  return bytes
end

-- The text as one line without control characters: they and broken bytes become
-- U+FFFD, and line ends and tabs become spaces.
function text.safe(s)
  if s:find(PLAIN) then return s end
  return (s:gsub(CHARACTER, safe_character))
end

local function columns(bytes)
  local code = decode(bytes)
  if code < 0x300 then return 1 end
  return within(ZERO_WIDTH, code) and 0 or within(WIDE, code) and 2 or 1
end

-- The number of columns of safe text.
function text.width(s)
  if s:find(PLAIN) then return #s end
  local sum = 0
  for bytes in s:gmatch(CHARACTER) do sum = sum + columns(bytes) end
  return sum
end

-- Safe text, cut to at most `width` columns. `mark`, of one column, replaces
-- the part that is cut off.
function text.cut(s, width, mark)
  if text.width(s) <= width then return s end
  local kept, used = {}, 0
  for bytes in s:gmatch(CHARACTER) do
    used = used + columns(bytes)
    if used > width - 1 then break end
    kept[#kept + 1] = bytes
  end
  return width > 0 and table.concat(kept) .. mark or ""
end

function text.pad(s, width)
  return s .. (" "):rep(width - text.width(s))
end

-- Safe text in lines of at most `width` columns, wrapped at spaces.
function text.wrap(s, width)
  local lines, line = {}, nil
  for word in s:gmatch "%S+" do
    local longer = line and line .. " " .. word or word
    if line and text.width(longer) > width then
      lines[#lines + 1], line = line, word
    else
      line = longer
    end
  end
  lines[#lines + 1] = line
  return lines
end

-- ASCII only, for terminals without UTF-8.
function text.ascii(s)
  if s:find(PLAIN) then return s end
  return (s:gsub(CHARACTER, function(bytes)
    return #bytes > 1 and "?" or bytes:byte() > 127 and "?" or nil
  end))
end

local function length_of(lead)
  return lead < 0x80 and 1 or lead < 0xE0 and 2 or lead < 0xF0 and 3 or 4
end

-- Replaces each character by f(character, its code point). The code point of
-- broken bytes is nil. Continuation bytes after a complete character, such as
-- the quote of a string, are not a part of it, and become U+FFFD.
local function replace_characters(s, f)
  return (s:gsub(CHARACTER, function(bytes)
    local length = length_of(bytes:byte())
    local character = bytes:sub(1, length)
    return f(character, decode(character)) .. (#bytes > length and BAD or "")
  end))
end

local SURROGATE = "\237[\160-\191]" -- which utf8.len of Lua 5.3 accepts

local function valid_character(character, code)
  return code and character or BAD
end

-- JSON text as valid UTF-8: broken bytes become U+FFFD.
function text.valid_json(s)
  if has_utf8 and not s:find(SURROGATE) and utf8.len(s) then return s end
  return (s:gsub("[\128-\255]+", function(bytes)
    return replace_characters(bytes, valid_character)
  end))
end

local ESCAPED = { [0x2028] = true, [0x2029] = true }

local function escape(code)
  if code < 0x10000 then return ("\\u%04x"):format(code) end
  code = code - 0x10000
  return ("\\u%04x\\u%04x"):format(0xD800 + math.floor(code / 1024),
    0xDC00 + code % 1024)
end

-- JSON text with the same value, safe for a terminal: control characters in
-- strings are escaped, and with `ascii` everything beyond ASCII.
-- There is no white space outside of strings.
function text.safe_json(s, ascii)
  if s:find(PLAIN) then return s end
  return replace_characters(s, function(character, code)
    code = code or 0xFFFD
    local escaped = is_control(code) or ESCAPED[code]
      or within(INVISIBLE, code) or ascii and code > 127
    return escaped and escape(code) or code == 0xFFFD and BAD or character
  end)
end

return text
