-- SPDX-License-Identifier: MIT
-- The same text for luma.decode and for lua-cjson 2.1. What both accept has the
-- same value. What only one accepts is a text of these kinds:
--
--   luma:   a byte order mark; a NUL in a string; half of a surrogate pair
--   cjson:  numbers that JSON does not have, such as 0x1F, 01, +1, 1. and nan;
--           more than 128 levels; a NUL behind the value, and what follows it
--
-- Integers are exact to 64 bits in luma, and are floats in cjson.

local cjson = require "cjson"
local luma = require "luma"

local NULLS = { nulls = true }
local LEVELS = 128

local function same(a, b)
  if math.type(a) == "integer" then a = a + 0.0 end
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

-- Calls f(string) for each string, with its quotes, and g(between) for the
-- texts between them.
local function scan(text, f, g)
  local at = 1
  while at <= #text do
    local first = text:find('"', at, true) or #text + 1
    g(text:sub(at, first - 1))
    local last = first + 1
    while last < #text and text:sub(last, last) ~= '"' do
      last = last + (text:sub(last, last) == "\\" and 2 or 1)
    end
    f(text:sub(first, last))
    at = last + 1
  end
end

local function has_half_pair(s)
  local half = false
  s = s:gsub("\\[^u]", "."):gsub("\\u[dD][89abAB]%x%x\\u[dD][c-fC-F]%x%x", "")
  s:gsub("\\u[dD][89a-fA-F]%x%x", function() half = true end)
  return half
end

local function is_number(word)
  local rest = word:gsub("^-", "")
  rest = rest:find "^0" and rest:sub(2) or rest:match "^[1-9]%d*(.*)$"
  if not rest then return false end
  rest = rest:gsub("^%.%d+", ""):gsub("^[eE][+-]?%d+", "")
  return rest == ""
end

local WORDS = { ["true"] = true, ["false"] = true, ["null"] = true }

-- What is odd about a text, as a set.
local function kinds_of(text)
  local kinds = { mark = text:find "^\239\187\191" ~= nil,
    nul = text:find("\0", 1, true) ~= nil }
  local level, deepest = 0, 0
  scan(text, function(s)
    kinds.half = kinds.half or has_half_pair(s)
  end, function(s)
    for word in s:gmatch "[%w.+-]+" do
      kinds.number = kinds.number or not (WORDS[word] or is_number(word))
    end
    for bracket in s:gmatch "[%[%]{}]" do
      level = level + (bracket:find "[%[{]" and 1 or -1)
      deepest = math.max(deepest, level)
    end
  end)
  kinds.deep = deepest > LEVELS
  return kinds
end

return function(text)
  local ours, why = luma.decode(text, NULLS)
  local accepted, theirs = pcall(cjson.decode, text)
  if ours == nil and not accepted then
    assert(why.code == "argument", "an error has a code")
    return
  end
  local kinds = kinds_of(text)
  if ours == nil then
    assert(kinds.number or kinds.deep or kinds.nul, "only cjson accepts it")
    return
  end
  assert(not kinds.number and not kinds.deep, "luma accepts what is no JSON")
  if accepted then
    assert(same(ours, theirs), "the values differ")
  else
    assert(kinds.mark or kinds.nul or kinds.half, "only luma accepts it")
  end
end
