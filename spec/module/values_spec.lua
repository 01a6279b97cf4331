-- SPDX-License-Identifier: MIT
-- The JSON of a response becomes Lua tables: plain, exact, and without nulls.

local cjson = require "cjson"
local luma = require "luma"
local collectors = require "spec.support.collectors"
local fixture = require "spec.support.fixture"

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"

-- Where two values differ, in their numbers' types too; nil: nowhere.
local function difference(a, b, path)
  path = path or "it"
  if type(a) ~= "table" or type(b) ~= "table" then
    local same = a == b and math.type(a) == math.type(b)
    return not same and ("%s: %s, %s"):format(path, a, b) or nil
  end
  for key in pairs(b) do
    if a[key] == nil then return path .. "." .. tostring(key) .. ": absent" end
  end
  for key, value in pairs(a) do
    local found = difference(value, b[key], path .. "." .. tostring(key))
    if found then return found end
  end
end

local function exactly(expected, actual)
  assert.is_nil(difference(expected, actual))
end

local function each_table(value, f)
  if type(value) ~= "table" then return end
  f(value)
  for _, item in pairs(value) do each_table(item, f) end
end

-- The reference task by lua-cjson: integers made integers, which is all that
-- has no fraction there, and null members taken out unless told.
local function reference(nulls)
  local function convert(value)
    if type(value) == "number" then return math.tointeger(value) or value end
    if type(value) ~= "table" then return value end
    local copy = {}
    for key, item in pairs(value) do
      if nulls or item ~= cjson.null then copy[key] = convert(item) end
    end
    return copy
  end
  return convert(cjson.decode(fixture.read "spec/stub/tasks-200.json")[1])
end

local function tests()
  local f = fixture.use { token = "sk-test", attempts = 1 }
  local g, client = f.g, nil

  local function connect(options)
    client = f:new(options)
    return client
  end

  -- The value of a JSON text that stands in a task.
  local function value_of(text, options)
    g:queue { body = '[{"id":"x","v":' .. text .. "}]" }
    local tasks = assert(connect(options):tasks "x")
    client:close()
    assert.equal("x", tasks[1].id)
    return tasks[1].v
  end

  describe("the reference task", function()
    it("is what lua-cjson makes of it, without nulls", function()
      local task = connect():tasks(REFERENCE)[1]
      exactly(reference(), task)
      exactly(task, reference())
      assert.is_nil(task.last_frame.palette)
      assert.is_nil(task.artifact.last_frame.palette)
    end)

    it("has integers for sizes and a float for the duration", function()
      local task = connect():tasks(REFERENCE)[1]
      local widths, durations = 0, 0
      each_table(task, function(t)
        for key, value in pairs(t) do
          if key == "width" or key == "height" then
            widths = widths + 1
            assert.equal("integer", math.type(value))
            assert.equal(key == "width" and 1360 or 752, value)
          elseif key == "duration" then
            durations = durations + 1
            assert.equal("float", math.type(value))
            assert.equal(5.041667, value)
          else
            assert.is_nil(math.type(value))
          end
        end
      end)
      assert.same({ 16, 2 }, { widths, durations })
    end)

    it("keeps every null as luma.null when told", function()
      local task = connect { nulls = true }:tasks(REFERENCE)[1]
      exactly(reference(true), task)
      exactly(task, reference(true))
      assert.equal(cjson.null, luma.null)
      assert.equal(luma.null, task.last_frame.palette)
      assert.equal(luma.null, task.artifact.last_frame.palette)
    end)

    it("has no metatables", function()
      for _, nulls in ipairs { false, true } do
        local tasks, missing = connect { nulls = nulls }:tasks { REFERENCE,
          "a" }
        local count = 0
        local function plain(t)
          count = count + 1
          assert.is_nil(debug.getmetatable(t))
        end
        each_table(tasks, plain)
        each_table(missing, plain)
        assert.equal(2 + 2 * 13, count)
        client:close()
      end
    end)

    it("is the caller's own: another call gives another table", function()
      connect()
      local one, two = client:tasks(REFERENCE)[1], client:tasks(REFERENCE)[1]
      one.video.url, one.request = "mine", nil
      assert.equal("cat dance", two.request.prompt)
      assert.not_equal("mine", two.video.url)
    end)
  end)

  describe("a null", function()
    it("as a member is absent", function()
      local v = value_of '{"a":null,"b":{"c":null},"d":false,"":null}'
      assert.same({ b = {}, d = false }, v)
      assert.is_nil(value_of "null")
    end)

    it("as a member is luma.null when told", function()
      local null = luma.null
      local v = value_of('{"a":null,"b":{"c":null},"":null}',
        { nulls = true })
      assert.same({ a = null, b = { c = null }, [""] = null }, v)
      assert.equal(null, value_of("null", { nulls = true }))
    end)

    it("in an array is luma.null in its place", function()
      local null = luma.null
      for _, nulls in ipairs { false, true } do
        local v = value_of("[null,1,null,[null],{\"a\":[2,null]},null]",
          { nulls = nulls })
        assert.equal(6, #v)
        exactly({ null, 1, null, { null }, { a = { 2, null } }, null }, v)
      end
    end)
  end)

  describe("a number", function()
    local INTEGERS = {
      ["0"] = 0, ["-0"] = 0, ["1"] = 1, ["-1"] = -1,
      ["9007199254740993"] = 9007199254740993,
      ["-9007199254740993"] = -9007199254740993,
      ["9223372036854775807"] = 9223372036854775807,
      ["-9223372036854775808"] = -9223372036854775807 - 1,
      ["1000000000000000001"] = 1000000000000000001,
    }
    local FLOATS = {
      ["9223372036854775808"] = 2.0 ^ 63,
      ["-9223372036854775809"] = -2.0 ^ 63,
      ["18446744073709551615"] = 2.0 ^ 64,
      ["100000000000000000000000"] = 1e23,
      ["1.0"] = 1.0, ["-0.0"] = -0.0, ["1e2"] = 100.0, ["1E+2"] = 100.0,
      ["5.041667"] = 5.041667, ["0.1"] = 0.1, ["-2.5e-3"] = -0.0025,
      ["1.7976931348623157e308"] = 1.7976931348623157e308,
      ["5e-324"] = 5e-324, ["2.2250738585072011e-308"]
        = 2.2250738585072011e-308,
      ["123456789.123456789123456789"] = 123456789.12345679,
    }

    local function all(numbers)
      local texts, expected = {}, {}
      for text, value in pairs(numbers) do
        texts[#texts + 1] = text
        expected[#expected + 1] = value
      end
      return "[" .. table.concat(texts, ",") .. "]", expected
    end

    it("without fraction and exponent is an integer up to 64 bits",
      function()
        local text, expected = all(INTEGERS)
        exactly(expected, value_of(text))
      end)

    it("else is the nearest float", function()
      local text, expected = all(FLOATS)
      exactly(expected, value_of(text))
      assert.equal(-math.huge, 1 / value_of "-0.0")
    end)

    it("is read the same where a comma is the decimal point", function()
      local before = os.setlocale(nil)
      assert(os.setlocale "de_DE.UTF-8")
      local text, expected = all(FLOATS)
      local numeric = os.setlocale(nil, "numeric")
      local ok, v = pcall(value_of, text)
      local progress = luma.progress { progress = "12.5%" }
      os.setlocale(before)
      assert.equal("de_DE.UTF-8", numeric)
      assert(ok, v)
      exactly(expected, v)
      assert.equal(12.5, progress)
    end)
  end)

  describe("an object", function()
    it("with a name twice has the last of its values", function()
      exactly({ a = 2 }, value_of '{"a":1,"a":2}')
      exactly({ a = 2 }, value_of '{"a":{"b":1},"\\u0061":2}')
      exactly({ a = { c = 1 } }, value_of '{"a":{"b":1},"a":{"c":1}}')
    end)

    it("with a name twice has nothing when the last is null", function()
      local text = '{"a":1,"b":3,"a":null}'
      exactly({ b = 3 }, value_of(text))
      exactly({ a = 4 }, value_of '{"a":1,"a":null,"a":4}')
      exactly({ a = luma.null, b = 3 }, value_of(text, { nulls = true }))
    end)

    it("has text for names, also of digits", function()
      exactly({ ["1"] = 1, ["02"] = 2, [""] = 3, ["null"] = 4, ["a\0"] = 5 },
        value_of '{"1":1,"02":2,"":3,"null":4,"a\\u0000":5}')
    end)

    it("or array without contents is an empty table", function()
      local v = value_of '{"o":{},"a":[],"n":[[],{}]}'
      exactly({ o = {}, a = {}, n = { {}, {} } }, v)
      assert.is_nil(getmetatable(v.o) or getmetatable(v.a))
    end)

    it("may have 300 members", function()
      g:default { members = 300, state = "pending" }
      local expected = reference()
      expected.state = "pending"
      for i = 1, 300 do expected["member_" .. i] = "value " .. i end
      for _, task in ipairs(connect():tasks { "a", "b" }) do
        expected.id = task.id
        exactly(expected, task)
      end
    end)

    it("may be 126 levels deep in a row, and no deeper", function()
      local function nest(levels)
        return ("[{\"d\":"):rep(levels / 2) .. "1" .. ("}]"):rep(levels / 2)
      end
      local v = value_of(nest(126))
      for _ = 1, 63 do v = v[1].d end
      assert.equal(1, v)
      g:default { body = '[{"id":"x","v":' .. nest(128)
        .. '},{"id":"y","v":1}]' }
      local tasks, err = connect():tasks { "x", "y" }
      assert.is_nil(tasks)
      assert.equal("too_large", err.failed.x.code)
      assert.is_nil(err.failed.y)
      exactly({ { id = "y", v = 1 } }, err.tasks)
    end)

    it("that is too deep fails with what is known of its reply", function()
      g:queue { body = '[{"id":"x","v":' .. ("["):rep(200) .. ("]"):rep(200)
        .. "}]" }
      local _, err = connect():tasks "x"
      assert.same({ "too_large", 200, 1, "stub-1" }, { err.code, err.status,
        err.attempts, err.request_id })
    end)
  end)

  describe("a string", function()
    it("has its escapes undone", function()
      assert.equal("\"\\/\b\f\n\r\tA\0é€😀\244\143\191\191",
        value_of([["\"\\\/\b\f\n\r\t\u0041\u0000\u00e9\u20AC]]
          .. [[\uD83D\uDE00\udbff\udfff"]]))
    end)

    it("keeps bytes above 127 as they are", function()
      local text = "café 中文 😀\127\255\192\175"
      assert.equal(text, value_of('"' .. text .. '"'))
    end)

    it("may be long and stand in many places", function()
      local long = ("0123456789abcdef"):rep(2000)
      local v = value_of(('{"a":"%s","b":["%s","%s!"],"%s":"%s"}'):format(
        long, long, long, long, long))
      exactly({ a = long, b = { long, long .. "!" }, [long] = long }, v)
    end)

    it("may be one of more than 1,000 in a task", function()
      local names, expected = {}, {}
      for i = 1, 1000 do
        names[i] = ('"k%d":"v%d"'):format(i, i % 300)
        expected["k" .. i] = "v" .. i % 300
      end
      exactly(expected, value_of("{" .. table.concat(names, ",") .. "}"))
    end)
  end)
end

for name, use in pairs(collectors.kinds) do
  describe("values, the collector " .. name .. ":", function()
    setup(use)
    teardown(collectors.usual)
    tests()
  end)
end
