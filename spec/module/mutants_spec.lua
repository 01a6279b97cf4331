-- SPDX-License-Identifier: MIT
-- What lua-cjson reads, luma reads as well, and gives the same values: over
-- 20,000 mutated texts (spec/mutants), or as many as LUMA_ROUNDS says.
-- Where they differ by intent is listed at the end.

local cjson = require "cjson"
local difference = require "spec.support.difference"
local fixture = require "spec.support.fixture"

local ROUNDS = tonumber(os.getenv "LUMA_ROUNDS" or "")
  or (fixture.PLAIN and 20000 or 1000)
local PROGRAM = os.getenv "LUMA_BUILD" .. "/mutants"
local BATCH = 500

-- luma allows 128 levels, of which two are around a row's member.
local LEVELS = 126

-- A reader that refuses what JSON does not allow and luma does not take, as far
-- as lua-cjson can be told.
local strict = cjson.new()
strict.decode_invalid_numbers(false)
strict.decode_max_depth(LEVELS)

-- What it reads and cannot be told to refuse: numbers such as 1. and -.5, a NUL
-- behind the value, and under a Turkish locale -Infinity.
local function is_lenient(text)
  local bare = text:gsub("\\.", ""):gsub('"[^"]*"', "s")
  return bare:find "%.%D" or bare:find "%.$" or bare:find "%D%."
    or bare:find "I"
    or text:find "[^\1-\255]"
end

-- An iterator over the numbers and the texts of the program.
local function mutants(first, count)
  local pipe = assert(io.popen(
    ("%s spec/support/json-corpus.txt write %d %d"):format(PROGRAM, first,
      count)))
  local number = first - 1
  return function()
    local line = pipe:read "*l"
    if not line then
      assert(pipe:close(), "the program failed")
      return nil
    end
    local len = tonumber(line)
    number = number + 1
    return number, len == 0 and "" or pipe:read(len)
  end
end

describe("a mutated text", function()
  local f = fixture.use { token = "sk-test", batch_size = BATCH,
    connections = 1, attempts = 1 }
  local g = f.g
  local ids = {}
  for i = 1, BATCH do ids[i] = ("%d"):format(i) end

  -- In one of three ways. (Lua 5.1 cannot format a text with a NUL.)
  local function row(i, text)
    if i % 3 == 0 then return '{"v":' .. text .. ',"id":"' .. i .. '"}' end
    if i % 3 == 1 then return '{"id":"' .. i .. '","v":' .. text .. "}" end
    return ' { "id": "' .. i .. '", "v": ' .. text .. " } "
  end

  -- Luma's tasks with the texts, as rows of one reply; nil if one is refused,
  -- for what luma asks again then is not found.
  local function read(client, texts)
    local rows, asked = {}, {}
    for i, text in ipairs(texts) do
      rows[i] = row(i, text)
      asked[i] = ids[i]
    end
    g:default { body = "[]" }
    g:queue { body = "[" .. table.concat(rows, ",") .. "]" }
    local tasks = client:tasks(asked)
    return tasks and #tasks == #texts and tasks or nil
  end

  -- One of these texts is refused, which hides all that come after it.
  local function find_refused(client, texts, numbers, wrong)
    for i, text in ipairs(texts) do
      if not read(client, { text }) then
        wrong[#wrong + 1] = ("%d is refused: %q"):format(numbers[i], text)
      end
    end
  end

  local function compare(client, nulls, texts, numbers, wrong)
    local tasks = read(client, texts)
    if not tasks then
      return find_refused(client, texts, numbers, wrong)
    end
    for i, task in ipairs(tasks) do
      assert.equal(ids[i], task.id)
      wrong[#wrong + 1] = difference({ v = task.v },
        { v = strict.decode(texts[i]) }, nulls, numbers[i])
    end
  end

  it("that lua-cjson reads is read by luma, with the same values", function()
    local clients = { f:new { nulls = true }, f:new { nulls = false } }
    local texts, numbers, wrong, accepted = {}, {}, {}, 0
    local function flush()
      local nulls = accepted % (2 * BATCH) == 0
      compare(clients[nulls and 1 or 2], nulls, texts, numbers, wrong)
      texts, numbers = {}, {}
    end
    g:record(false)
    for number, text in mutants(0, ROUNDS) do
      if pcall(strict.decode, text) and not is_lenient(text) then
        accepted = accepted + 1
        texts[#texts + 1], numbers[#numbers + 1] = text, number
        if #texts == BATCH then flush() end
      end
      if #wrong > 5 then break end
    end
    if #texts > 0 then flush() end
    assert.same({}, wrong)
    assert.is_true(accepted > ROUNDS / 4, accepted .. " texts")
  end)

  -- By intent. `theirs` and `ours` are the values, nil where it is refused.
  local BROKEN = "\239\191\189" -- U+FFFD
  local deep = ("["):rep(LEVELS + 1) .. ("]"):rep(LEVELS + 1)
  for what, case in pairs {
    ["a NUL in a string"] = { '"a\0b"', nil, "a\0b" },
    ["the first half of a pair"] = { '"\\ud83d"', nil, BROKEN },
    ["the second half of a pair"] = { '"x\\ude00"', nil, "x" .. BROKEN },
    ["two first halves"] = { '"\\ud83d\\ud83d"', nil, BROKEN .. BROKEN },
    ["more than 126 levels in a row"] = { deep, cjson.decode(deep), nil },
    ["infinity"] = { "infinity", math.huge, nil },
    ["minus inf"] = { "-inf", -math.huge, nil },
    ["a hexadecimal number"] = { "0x1F", 31, nil },
    ["a zero before a number"] = { "012", 12, nil },
    ["a point without a fraction"] = { "1.", 1, nil },
    ["a point without a fraction, but with an exponent"] =
      { "1.e2", 100, nil },
    ["a NUL behind the value"] = { "[]\0", {}, nil },
    ["a point without an integer"] = { "-.5", -0.5, nil },
  } do
    it(("is read by one of them: %s"):format(what), function()
      local text, theirs, ours = case[1], case[2], case[3]
      local ok, value = pcall(cjson.decode, text)
      assert.equal(theirs ~= nil, ok)
      if ok then assert.same(theirs, value) end
      local tasks = read(f:new(), { text })
      assert.equal(ours, tasks and tasks[1].v)
    end)
  end

  it("is read by one of them: NaN", function()
    local value = cjson.decode "NaN"
    assert.is_true(value ~= value)
    assert.is_nil(read(f:new(), { "NaN" }))
  end)

  it("is read by one of them: a byte order mark", function()
    local body = '\239\187\191[{"id":"1"}]'
    assert.is_false((pcall(cjson.decode, body)))
    g:queue { body = body }
    assert.equal(1, #assert(f:new():tasks "1"))
  end)

  it("may have other values: null members, and integers", function()
    local text = '{"a":null,"b":[null],"n":9007199254740993}'
    local theirs = cjson.decode(text)
    local ours = read(f:new(), { text })[1].v
    assert.equal(cjson.null, theirs.a)
    assert.is_nil(ours.a)
    assert.equal(cjson.null, ours.b[1])
    assert.equal(9007199254740992, theirs.n)
    if tostring(1.0) == "1.0" then -- Lua has integers
      assert.equal("9007199254740993", tostring(ours.n))
    end
  end)
end)
