-- SPDX-License-Identifier: MIT
-- A row that is not JSON costs only the ids in that row.

local cjson = require "cjson"
local fixture = require "spec.support.fixture"

local list = fixture.list

-- Rows that no JSON reader takes; %s is the id.
local BAD = {
  ["NaN"] = '{"id":"%s","progress":NaN}',
  ["Infinity"] = '{"id":"%s","progress":-Infinity}',
  ["undefined"] = '{"id":"%s","video":undefined}',
  ["single quotes"] = "{'id':'%s'}",
  ["a name without quotes"] = '{id:"%s"}',
  ["a comma too many"] = '{"id":"%s",}',
  ["a comma too few"] = '{"id":"%s" "state":"completed"}',
  ["an escape that is none"] = '{"id":"%s","prompt":"\\x41"}',
  ["an escape that is cut"] = '{"id":"%s","prompt":"\\u12"}',
  ["a number that is none"] = '{"id":"%s","progress":010}',
  ["quotes in a text"] = '{"id":"%s","prompt":"he said "hi", twice"}',
  ["a quote in a text"] = '{"id":"%s","prompt":"5" tall"}',
  ["a text without its end"] = '{"id":"%s","prompt":"no end}',
  ["a bracket too few"] = '{"id":"%s","video":{"url":"x"}',
  ["a bracket too many"] = '{"id":"%s","list":[1,2]]}',
}

describe("a row that is not JSON", function()
  local f = fixture.use()
  local g = f.g

  -- Asks for a hundred ids in one batch, of which these have bad rows. All
  -- others must come; gives the number of requests.
  local function ask(bad, row, more)
    local texts, ids = {}, list(100)
    for _, id in ipairs(bad) do texts[id] = row:format(id) end
    g:reset()
    local behaviour = { texts = texts }
    for key, value in pairs(more or {}) do behaviour[key] = value end
    g:default(behaviour)
    local tasks, err = f:new({ attempts = 2 }):tasks(ids)
    assert.is_nil(tasks)
    assert.equal(100 - #bad, #err.tasks)
    assert.same({}, err.missing)
    for _, id in ipairs(bad) do
      local failure = err.failed[id]
      -- a last text without its end looks as if the reply had none
      assert.is_true(failure.code == "reply"
        or failure.code == "truncated" and row:find "no end" ~= nil)
      assert.equal(200, failure.status)
      err.failed[id] = nil
    end
    assert.same({}, err.failed)
    return #g:journal()
  end

  for what, row in pairs(BAD) do
    it("with " .. what .. " costs its own id", function()
      for _, id in ipairs { "id-1", "id-50", "id-100" } do
        local requests = ask({ id }, row)
        -- 1 + 2 log2(100) + 2
        assert.is_true(requests <= 16, requests .. " requests")
      end
    end)
  end

  it("hides nothing of what comes before it", function()
    local seen = {}
    g:queue({ body = '[{"id":"a","n":1},{"id":"b","n":NaN},{"id":"c"}]' },
      { stall = "request" })
    local client = f:new { connections = 1 }
    local job = client:fetch({ "a", "b", "c" }, {
      on_task = function(task) seen[task.id] = task.n end,
    })
    fixture.wait_until(function()
      client:step()
      return seen.a
    end)
    assert.same({ a = 1 }, seen)
    job:cancel()
  end)

  -- A text in it that looks like a row is none, whatever its brackets say.
  for what, row in pairs {
    ["a text with quotes"] =
      '{"id":"b","prompt":"say "x}, {"id":"c","state":"failed"}, y" ok"}',
    ["a bracket too many"] =
      '{"id":"b","tags":[1]],{"id":"c","state":"failed"}}',
    ["brackets that do not match"] =
      '{"id":"b","old":[{"id":"p"}}},{"id":"c","state":"failed"}]}',
  } do
    it("with " .. what .. " gives no task of another id", function()
      g:default { texts = { b = row } }
      local _, err = f:new():tasks { "a", "b", "c" }
      assert.same({ "a", "c" }, fixture.ids_of(err.tasks))
      assert.equal("completed", err.tasks[2].state)
      assert.equal("reply", err.failed.b.code)
    end)
  end

  it("may be one of several", function()
    local bad = { "id-1", "id-2", "id-40", "id-77", "id-100" }
    local requests = ask(bad, BAD.NaN)
    assert.is_true(requests <= 1 + 14 * #bad, requests .. " requests")
    requests = ask(bad, BAD["a text without its end"])
    assert.is_true(requests <= 1 + 14 * #bad, requests .. " requests")
  end)

  it("may be every second one", function()
    local bad = {}
    for i = 2, 100, 2 do bad[#bad + 1] = "id-" .. i end
    assert.is_true(ask(bad, BAD["a text without its end"]) < 200)
  end)

  it("may close the list too early", function()
    ask({ "id-50" }, '{"id":"%s","list":[1,2]]]}')
    g:default { texts = { ["id-1"] = '{"id":"id-1"}]' } }
    assert.equal(100, #assert(f:new():tasks(list(100))))
  end)

  it("costs ids that are missing nothing", function()
    g:default { texts = { b = BAD.NaN:format "b" }, unknown = { "a", "c" } }
    local _, err = f:new():tasks { "a", "b", "c" }
    assert.same({ "a", "c" }, err.missing)
    assert.equal("reply", err.failed.b.code)
  end)

  it("does not make a storm where every row is one", function()
    g:default { body = ("[%s]"):format(BAD["single quotes"]:format "x") }
    local tasks, err = f:new():tasks(list(1000))
    assert.is_nil(tasks)
    assert.same({ "reply", {}, {} }, { err.code, err.tasks, err.missing })
    -- ten batches, their halves, and those of 64 of these
    assert.is_true(#g:journal() <= 10 + 20 + 2 * 64, #g:journal())
  end)

  it("is asked for again where it is the only id", function()
    g:queue({ body = "[" .. BAD.NaN:format "a" .. "]" }, {})
    assert.equal("a", assert(f:new():tasks "a")[1].id)
  end)

  it("is in doubt in a watch, like an id that is left out", function()
    local moves = { '{"id":"a","state":"pending"}' }
    for _ = 1, 12 do moves[#moves + 1] = BAD.NaN:format "a" end
    moves[#moves + 1] = '{"id":"a","state":"failed"}'
    g:default { moves = { a = moves } }
    local tasks = f:new():watch("a", { interval = 0.01,
      max_interval = 0.01 }):result()
    assert.equal("failed", assert(tasks)[1].state)
    assert.equal(14, #g:journal())
  end)

  it("ends its id's watch after missing_grace", function()
    g:default { texts = { a = BAD.NaN:format "a" } }
    local tasks, err = f:new():watch({ "a", "b" }, { interval = 0.01,
      max_interval = 0.01, missing_grace = 0.1 }):result()
    assert.is_nil(tasks)
    assert.equal("b", err.tasks[1].id)
    assert.equal("reply", err.failed.a.code)
  end)
end)

describe("a text that JSON does not quite allow", function()
  local f = fixture.use()
  local g = f.g

  local BROKEN = "\239\191\189" -- U+FFFD

  for raw, value in pairs {
    ["\\ud83d"] = BROKEN, ["x\\ude00y"] = "x" .. BROKEN .. "y",
    ["\\ud83d\\ud83d\\ude00"] = BROKEN .. "\240\159\152\128",
    ["\\ud83dA\\n"] = BROKEN .. "A\n", ["\\ud83d\\n"] = BROKEN .. "\n",
    ["\\ud83d\\u0041"] = BROKEN .. "A", ["\\ude00\\ud83d"] = BROKEN .. BROKEN,
    ["a\tb\nc\1"] = "a\tb\nc\1", ["\27[31m"] = "\27[31m",
    ["\\ud83d\r\n"] = BROKEN .. "\r\n",
  } do
    it(("is taken: %q"):format(raw), function()
      g:default { texts = { ["id-7"] =
        '{"id":"id-7","prompt":"' .. raw .. '"}' } }
      local tasks = assert(f:new():tasks(list(100)))
      assert.equal(100, #tasks)
      assert.equal(value, tasks[7].prompt)
      assert.equal(1, #g:journal())
    end)
  end

  it("is JSON when it is handed to decode", function()
    g:default { body = '[{"id":"a","prompt":"1\t2\n\1"}]' }
    local client = f:new { decode = cjson.decode }
    assert.equal("1\t2\n\1", assert(client:tasks "a")[1].prompt)
    client = f:new { decode = function(text) return text end }
    assert.equal('{"id":"a","prompt":"1\\u00092\\u000a\\u0001"}',
      assert(client:tasks "a")[1])
    g:default { body = '[{"id":"a","prompt":"\\ud83d \\ud83d\\ude00"}]' }
    client = f:new { decode = cjson.decode }
    assert.equal(BROKEN .. " \240\159\152\128",
      assert(client:tasks "a")[1].prompt)
  end)
end)
