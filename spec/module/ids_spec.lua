-- SPDX-License-Identifier: MIT
-- Ids are found as people type them and as gateways return them. None that is
-- given to luma is dropped without a word.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

describe("an id", function()
  local f = fixture.use()
  local g = f.g

  local LOWER = "4665a07c-7641-4809-a133-10786201bb56"

  for what, id in pairs {
    ["in capital letters"] = LOWER:upper(),
    ["with a blank before it"] = " " .. LOWER,
    ["with a line's end behind it"] = LOWER .. "\r\n",
    ["with all of these"] = "\t" .. LOWER:upper() .. " ",
  } do
    it(what .. " is found", function()
      g:default { texts = { [id] = '{"id":"' .. LOWER .. '"}' } }
      local seen
      local client = f:new()
      local job = client:fetch({ "a", id, "b" }, {
        on_task = function(task, as_asked)
          if task.id == LOWER then seen = as_asked end
        end,
      })
      assert.same({ {}, {} }, { job:result() })
      assert.equal(id, seen)
      assert.equal(id, g:journal()[1].ids[2])
    end)
  end

  it("is another where it differs in more than case and blanks", function()
    g:default { body = '[{"id":"ab c"},{"id":"abd"},{"id":"a\\u00e9"}]' }
    assert.same({ {}, { "abc", "ABE", "A\195\137" } },
      { f:new():tasks { "abc", "ABE", "A\195\137" } })
  end)

  it("goes to the exact one first, and to nobody where two would do",
    function()
      g:queue({ body = '[{"id":"Ab","n":1},{"id":"cd","n":2}]' },
        { body = "[]" })
      local tasks, missing = f:new():tasks { "AB", "Ab", "Cd", "cD" }
      assert.same({ { id = "Ab", n = 1 } }, tasks)
      assert.same({ "AB", "Cd", "cD" }, missing)
    end)

  it("goes to the one that is left when the exact one is taken", function()
    g:default { body = '[{"id":"ab"}]' }
    local tasks = assert(f:new():tasks { "ab", "AB" })
    assert.same({ "ab", "ab" }, fixture.ids_of(tasks))
    assert.equal(2, #g:journal())
  end)

  it("goes to the exact one, whichever comes first", function()
    local alike, exact = '{"id":"ab","n":1}', '{"id":"AB","n":2}'
    g:queue({ body = ("[%s,%s]"):format(alike, exact) },
      { body = ("[%s,%s]"):format(exact, alike) })
    for _ = 1, 2 do
      assert.same({ { id = "AB", n = 2 } }, f:new():tasks "AB")
    end
  end)

  it("does not get the second copy of another's row", function()
    g:queue({ body = '[{"id":"ab","n":1},{"id":"ab","n":1}]' },
      { body = '[{"id":"AB","n":2}]' })
    assert.same({ { id = "ab", n = 1 }, { id = "AB", n = 2 } },
      (f:new():tasks { "ab", "AB" }))
  end)

  it("has one outcome if its row comes twice: the first", function()
    for _, verb in ipairs { "fetch", "watch" } do
      g:default { body = '[{"id":"a","state":"failed","n":1},'
        .. '{"id":"a","state":"processing","n":2},{"id":"b","state":"failed"}]' }
      local seen = {}
      local client = f:new()
      local job = client[verb](client, { "a", "b" }, {
        on_task = function(task, id) seen[#seen + 1] = id .. (task.n or "") end,
      })
      assert.same({ {}, {} }, { job:result() })
      assert.same({ "a1", "b" }, seen)
      assert.same({ 2, 1 }, { job:progress().tasks, client:stats().dropped })
    end
  end)

  it("does not get the row of another where one could not be read", function()
    g:queue({ body = '[{"id":"ab","n":1},{"id":"c","n":NaN}]' },
      { texts = { AB = '{"id":"AB","n":2}' } },
      { texts = { AB = '{"id":"AB","n":2}' } })
    local tasks = assert(f:new():tasks { "AB", "c" })
    assert.same({ id = "AB", n = 2 }, tasks[1])
    assert.equal("c", tasks[2].id)
  end)

  it("goes to nobody where two rows look like it", function()
    g:default { body = '[{"id":"ab","n":1},{"id":" Ab","n":2}]' }
    assert.same({ {}, { "AB" } }, { f:new():tasks "AB" })
  end)

  it("may stand behind an id of something else", function()
    g:default { body = '[{"id":"a","data":{"id":"upstream"}},'
      .. '{"id":7,"data":{"id":"up"}}]' }
    local tasks, missing = f:new():tasks { "a", "7" }
    assert.equal("a", tasks[1].id)
    assert.same({ "7" }, missing) -- the number of a row of a database
  end)

  it("that is not UTF-8 fails alone, before anything is sent", function()
    local bad = "caf\233"
    local tasks, err = f:new():tasks { "a", bad, "caf\195\169", "b" }
    assert.is_nil(tasks)
    assert.same({ "a", "caf\195\169", "b" }, fixture.ids_of(err.tasks))
    assert.same({ "argument", nil, false }, { err.failed[bad].code,
      err.failed[bad].status, err.failed[bad].retryable })
    assert.truthy(err.failed[bad].message:find("UTF-8", 1, true))
    assert.same({ { "a", "caf\195\169", "b" } }, { g:journal()[1].ids })
    assert.equal(1, #g:journal())
  end)

  it("that is not UTF-8 needs no request at all", function()
    local _, err = f:new():watch({ "\255", "\192\175", "\237\160\128" })
      :result()
    assert.equal("argument", err.code)
    assert.truthy(err.message:find("3 of 3 ids failed", 1, true))
    assert.equal(0, #g:journal())
  end)
end)

describe("a list of ids", function()
  local f = fixture.use()
  local g = f.g

  -- A list that is not in the table itself.
  local function proxy(list, events)
    local meta = {}
    if events.index then meta.__index = list end
    if events.len then meta.__len = function() return #list end end
    return setmetatable({}, meta)
  end

  it("is refused if it has more than an array shows", function()
    local client = f:new()
    for _, case in ipairs {
      { "ids[2]: string expected, got nil", { [1] = "a", [3] = "c" } },
      { "ids[1]: string expected, got nil", { [2] = "b" } },
      { "ids[3]: string expected, got nil", { "a", "b", nil, "d" } },
      { "without other keys", { "a", x = "b" } },
      { "without other keys", { "a", n = "b" } },
      { "without other keys", { "a", [1.5] = "b" } },
      { "without other keys", { "a", [2 ^ 53] = "b" } },
      { "without other keys", { a = true } },
      { "without a metatable for", proxy({ "a" }, { index = true }) },
      { "without a metatable for", proxy({ "a" }, { index = true, len = true }) },
    } do
      for _, verb in ipairs { "fetch", "watch", "tasks" } do
        local message = errors.misuse(client[verb], client, case[2])
        assert.truthy(message:find(case[1], 1, true), message)
        assert.truthy(message:find("bad argument #2", 1, true)
          or message:find("bad argument #1", 1, true), message)
      end
    end
    assert.equal(0, #g:journal())
  end)

  it("may have what Lua itself puts beside a list", function()
    local client = f:new()
    local class = { __index = { first = function() end } }
    for _, ids in ipairs {
      { n = 2, "a", "b" }, { [0] = "program", [-1] = "lua", "a", "b" },
      setmetatable({ "a", "b" }, class),
    } do
      assert.same({ "a", "b" }, fixture.ids_of(assert(client:tasks(ids))))
    end
    assert.same({}, client:tasks(setmetatable({}, class)))
  end)
end)
