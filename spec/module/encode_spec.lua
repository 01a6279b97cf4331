-- SPDX-License-Identifier: MIT
-- Tables become the JSON of request bodies as lua-cjson writes it, and what
-- cannot be JSON is refused.

local cjson = require "cjson"
local fixture = require "spec.support.fixture"
local luma = require "luma"

local PATH = "/luma/generations"
local HAS_INTEGERS = math.type ~= nil and math.type(1) == "integer"

local oracle = cjson.new()

local function nested(depth, key)
  local value = {}
  for _ = 2, depth do value = { [key] = value } end
  return value
end

local function cyclic()
  local value = {}
  value.again = { value }
  return value
end

describe("the body of a request", function()
  local f = fixture.use()
  local g = f.g

  -- The texts that were sent for these tables, false where one was refused;
  -- and the messages of those.
  local function sent_for(tables)
    local client, jobs, texts, messages = f:new(), {}, {}, {}
    g:route(PATH, { body = "1" })
    for i, value in ipairs(tables) do
      local ok, job = pcall(client.request, client, "POST",
        PATH .. "?" .. i, value)
      texts[i] = false
      if ok then jobs[#jobs + 1] = job else messages[i] = job end
    end
    for _, job in ipairs(jobs) do assert(job:result()) end
    for _, request in ipairs((g:journal())) do
      texts[tonumber(request.path:match "%?(%d+)$")] = request.body
    end
    return texts, messages
  end

  -- The text of one value, without the array around it.
  local function text_of(value)
    return sent_for({ { value } })[1]:match "^%[(.*)%]$"
  end

  -- lua-cjson's text, or false. It reads no text back that is deeper than
  -- 1000, nor is that needed.
  local function agrees(tables)
    local texts, messages = sent_for(tables)
    for i, value in ipairs(tables) do
      local ok, expected = pcall(oracle.encode, value)
      if not ok then
        assert.is_false(texts[i], expected)
      else
        assert.is_string(texts[i], messages[i] or expected)
        assert.same(oracle.decode(expected), oracle.decode(texts[i]))
      end
    end
  end

  it("is what lua-cjson writes, or refused where it refuses", function()
    local null = cjson.null
    agrees {
      {}, { {} }, { { {} }, {} }, { a = {} },
      { 1, 2, 3 }, { 1, "a", true, false, null }, { luma.null },
      { a = 1, b = { c = "d" } }, { a = null }, { [1] = "x", a = 1 },
      { 1, nil, 3 }, { nil, nil, 3 }, { [2] = 1 }, { [10] = 1 },
      { [11] = 1 }, { { [11] = 1 } }, { a = { [1] = 1, [1000] = 2 } },
      { 1, 2, 3, 4, 5, [11] = 1 }, { 1, 2, 3, 4, 5, [12] = 1 },
      { 1, 2, 3, 4, 5, [13] = 1 }, { 1, 2, 3, 4, 5, 6, [14] = 1 },
      { [0] = 1 }, { [-1] = 1 }, { [0] = 1, 2 }, { [1.5] = 1 },
      { 1, 2, [2.5] = 3 }, { [-0.5] = 1 }, { ["1"] = "a" },
      { [1e12] = 1, a = 2 }, { [math.huge] = 1 }, { [math.huge] = 1, a = 2 },
      { [true] = 1 }, { [print] = 1 }, { [{}] = 1 }, { 1, [true] = 2 },
      { [null] = 1 }, { a = { [false] = 1 } },
      { print }, { a = { b = { print } } }, { coroutine.create(print) },
      { io.stdout }, { 0 / 0 }, { 1 / 0 }, { -1 / 0 },
      nested(1000, 1), nested(1001, 1), nested(1000, "k"), nested(1001, "k"),
      nested(5000, 1), cyclic(),
      setmetatable({}, { __index = { 1, 2 }, __len = function() return 2 end,
        __pairs = function() return next, { 1 } end }),
      setmetatable({ a = 1 }, { __tostring = function() return "x" end }),
    }
  end)

  it("is what lua-cjson writes, for any table", function()
    local chance = math.random
    local function text(length)
      local bytes = {}
      for i = 1, length do bytes[i] = string.char(chance(0, 127)) end
      return table.concat(bytes)
    end
    local value
    local makers = {
      function() return chance(-1000, 1000) end,
      function() return chance(-1000000, 1000000) / 1000 end,
      function() return text(chance(0, 8)) end,
      function() return chance(2) == 1 end,
      function() return cjson.null end,
      function(depth) -- an array, perhaps with holes
        local list = {}
        for i = 1, chance(0, 16) do
          if chance(8) > 1 then list[i] = value(depth + 1) end
        end
        return list
      end,
      function(depth) -- an object
        local object = {}
        for _ = 1, chance(0, 6) do
          local key = chance(4) == 1 and chance(-20, 40) / 2
            or text(chance(0, 6))
          object[key] = value(depth + 1)
        end
        return object
      end,
    }
    function value(depth)
      return makers[chance(depth > 4 and 5 or #makers)](depth)
    end
    local tables = {}
    for i = 1, 400 do tables[i] = { value(1), x = value(1) } end
    agrees(tables)
  end)

  it("has exact integers", function()
    for number, text in pairs {
      [0] = "0", [3.0] = "3", [-7] = "-7", [2^53] = "9007199254740992",
      [-2^53] = "-9007199254740992", [1e15] = "1000000000000000",
      [2^60] = "1152921504606846976",
    } do
      assert.equal(text, text_of(number))
    end
    for _, pair in ipairs {
      { 2^53, '"9007199254740992":1' }, { -7.0, '"-7":1' },
    } do
      local text = text_of { [pair[1]] = 1, a = 2 }
      assert.truthy(text:find(pair[2], 1, true), text)
    end
  end)

  it("has integers of 64 bits where Lua has them", function()
    if not HAS_INTEGERS then return pending "this Lua has no integers" end
    local least = math.mininteger
    for _, integer in ipairs { 1234567890123456789, math.maxinteger, least,
      -1, 9007199254740993 } do
      assert.equal(("%d"):format(integer), text_of(integer))
      local text = text_of { [integer] = 1, a = 2 }
      assert.truthy(text:find(('"%d":1'):format(integer), 1, true), text)
    end
  end)

  it("has floats with the fewest digits that are read back the same",
    function()
      for number, text in pairs {
        [0.5] = "0.5", [0.1] = "0.1", [-0.25] = "-0.25",
        [1 / 3] = "0.3333333333333333", [0.1 + 0.2] = "0.30000000000000004",
        [1e300] = "1e+300", [5e-324] = "5e-324", [1e-7] = "1e-7",
        [2^63] = "9.223372036854776e+18",
        [1.7976931348623157e308] = "1.7976931348623157e+308",
      } do
        assert.equal(text, text_of(number))
      end
      assert.equal("-0", text_of(-0.0))
      local numbers = {}
      for i = 1, 500 do
        numbers[i] = (math.random() - 0.5) * 10 ^ math.random(-300, 300)
      end
      local i = 0
      for text in sent_for({ numbers })[1]:gmatch "[^%[%],]+" do
        i = i + 1
        assert.equal(numbers[i], tonumber(text))
      end
      assert.equal(500, i)
    end)

  it("has strings with all their bytes", function()
    local bytes = {}
    for i = 0, 127 do bytes[i + 1] = string.char(i) end
    local text = table.concat(bytes)
    assert.equal(text, oracle.decode(text_of { text })[1])
    assert.equal('"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\127é\255"',
      text_of "\"\\/\b\f\n\r\t\0\31\127é\255")
    assert.equal('{"a\\"\\n":1}', text_of { ["a\"\n"] = 1 })
  end)

  it("tells what cannot be written, and where it stands", function()
    local _, messages = sent_for {
      { assets = { 1, { url = print } } },
      { a = { ["b c"] = { [0] = io.stdout } } },
      { x = { 0, 1 / 0 } },
      { x = { [{}] = 1 } },
      { list = { [100] = 1 } },
      { print },
      cyclic(),
    }
    for i, words in ipairs {
      "%(assets%[2%]%.url: a value of type function cannot be",
      '%(a%["b c"%]%[0%]: a value of type userdata cannot be',
      "%(x%[2%]: NaN and infinity cannot be",
      "%(x: a key of type table cannot be",
      "%(list: excessively sparse array",
      "%(%[1%]: a value of type function cannot be",
      "more than 1000 tables inside one another",
    } do
      assert.truthy(messages[i]:find("bad argument #4", 1, true), messages[i])
      assert.truthy(messages[i]:find(words), messages[i])
    end
  end)

  it("may be large", function()
    local list = {}
    for i = 1, 20000 do list[i] = { n = i, text = ("x"):rep(50) } end
    assert.same(list, oracle.decode(sent_for({ list })[1]))
  end)
end)
