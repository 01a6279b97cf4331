-- SPDX-License-Identifier: MIT
-- Checks one word, and decodes one JSON string, of a text with ids.

local text = require "luma_cli.text"

local find, sub = string.find, string.sub

local literal = {
  CONSTANT = { null = true, ["true"] = true, ["false"] = true },
}

-- A word for a message, in quotes that do not occur in it.
function literal.quoted(word)
  word = #word > 40 and sub(word, 1, 40) .. "..." or word
  local quote = not find(word, "'", 1, true) and "'"
    or not find(word, '"', 1, true) and '"' or "`"
  return quote .. word .. quote
end

local BLANKS = { "\194\160", "\227\128\128" } -- U+00A0, U+3000
local INVISIBLE = { "\226\128\139", "\239\187\191" } -- U+200B, U+FEFF

-- The first bytes of BLANKS, for a character set in a pattern.
literal.BLANK_LEADS = "\194\227"

-- The length of the non-ASCII blank at `at`, or 0 if there is none.
function literal.blank_at(s, at)
  for _, blank in ipairs(BLANKS) do
    if sub(s, at, at + #blank - 1) == blank then return #blank end
  end
  return 0
end

-- The word without invisible characters: byte order marks, zero-width blanks.
function literal.without_invisible(word)
  if not find(word, "[\226\239]") then return word end
  for _, character in ipairs(INVISIBLE) do word = word:gsub(character, "") end
  return word
end

local IS_FLOAT = { -- large numbers that a program has rounded
  "^[+-]?%d+%.%d*[eE][+-]?%d+$", "^[+-]?%d+[eE]%+%d+$",
}

-- The reason why a word outside of JSON is not an id, or nil if it may be one.
-- Most of these words are from a text without ids: comments, prose, tables, or
-- another kind of file.
function literal.why_not_id(word)
  if literal.CONSTANT[word] then return word end
  if find(word, "%c") then return "a control character in a word" end
  if find(word, "^%p+$") or find(word, ":$") then return literal.quoted(word) end
  if find(word, text.BAD, 1, true) then return "damaged characters" end
  for _, pattern in ipairs(IS_FLOAT) do
    if find(word, pattern) then
      return literal.quoted(word) .. ", a rounded number"
    end
  end
end

local ESCAPES = {
  b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ["/"] = "/",
  ["\\"] = "\\", ['"'] = '"',
}

-- Decodes the JSON string `raw`, or returns nil if an escape is invalid.
function literal.unescape(raw)
  if not find(raw, "\\", 1, true) then return raw end
  local out, at = {}, 1
  while true do
    local slash = find(raw, "\\", at, true)
    out[#out + 1] = sub(raw, at, (slash or 0) - 1)
    if not slash then return table.concat(out) end
    local short = ESCAPES[sub(raw, slash + 1, slash + 1)]
    local first = raw:match("^u(%x%x%x%x)", slash + 1)
    if not (short or first) then return nil end
    local used = 1
    if first then
      local second = raw:match("^\\u(%x%x%x%x)", slash + 6)
      short, used = text.from_utf16(tonumber(first, 16),
        second and tonumber(second, 16))
    end
    out[#out + 1] = short
    at = slash + (first and 6 * used or 2)
  end
end

return literal
