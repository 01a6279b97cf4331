-- SPDX-License-Identifier: MIT
-- Responses of every known shape give the same tasks to the functions that read
-- them.

local cjson = require "cjson"
local luma = require "luma"
local fixture = require "spec.support.fixture"

local null = luma.null

-- As research into gateways found them; the words of a row's `status` and of
-- a Luma object's `state`, in every case.
local WORDS = {
  pending = { "pending", "queued", "NOT_START", "SUBMITTED", "QUEUED" },
  processing = {
    "processing", "dreaming", "IN_PROGRESS", "GENERATING", 0,
    "a word of tomorrow", 4, -1, 1.5,
  },
  completed = { "completed", "SUCCESS", "succeeded", "finished", 1 },
  failed = {
    "failed", "FAILURE", "CREATE_TASK_FAILED", "GENERATE_FAILED", 2, 3,
    "error", "rejected", "CANCEL", "cancelled", "canceled", "not_found",
  },
}

-- What says nothing about a state.
local SILENT = { "", "UNKNOWN", "unknown", null, true, {} }

-- A word in every case, and a number as lua-cjson gives it.
local function spellings(word)
  if type(word) == "number" then return { word, word + 0.0 } end
  return { word, word:upper(), word:lower(),
    word:sub(1, 1):upper() .. word:sub(2):lower() }
end

local NO_TASKS = {
  luma.null, false, true, 0, 1.5, print, coroutine.create(print), io.stdout,
}

describe("a reply", function()
  local f = fixture.use { unknown = { "nobody" }, token = "sk-test",
    attempts = 1 }
  local g, client = f.g, nil

  local function fetch(ids, body)
    if body then g:queue { body = body } end
    client = f:new()
    return client:tasks(ids)
  end

  it("may be an array of Luma objects", function()
    local tasks, missing = fetch { "b", "nobody", "a" }
    assert.same({ "b", "a" }, { tasks[1].id, tasks[2].id })
    assert.same({ "nobody" }, missing)
    assert.equal("completed", tasks[1].state)
  end)

  it("may be an envelope of rows", function()
    g:default { shape = "B", states = { b = "processing" } }
    local tasks, missing = fetch { "b", "nobody", "a" }
    assert.same({ "b", "a" }, { tasks[1].task_id, tasks[2].task_id })
    assert.same({ "nobody" }, missing)
    assert.equal("IN_PROGRESS", tasks[1].status)
    assert.equal("integer", math.type(tasks[1].id))
    assert.equal("b", tasks[1].data.id)
    assert.equal("cat dance", tasks[2].data.request.prompt)
  end)

  it("may be the one object alone", function()
    g:default { shape = "single" }
    local tasks, missing = fetch "a"
    assert.same({ "a", nil }, { tasks[1].id, tasks[2] })
    assert.same({}, missing)
  end)

  it("of one object is asked for the other ids again", function()
    g:default { shape = "single" }
    local tasks = fetch { "a", "b", "c" }
    assert.same({ "a", "b", "c" }, { tasks[1].id, tasks[2].id, tasks[3].id })
    assert.equal(3, #g:journal())
  end)

  local ROW = '{"task_id":"x","id":7,"status":"SUCCESS","progress":"100%",'
    .. '"data":{"id":"x","state":"completed"}}'
  local OBJECT = '{"id":"x","state":"completed","more":[1]}'
  local one = {
    ["a bare row"] = ROW,
    ["a bare row whose data is null"] =
      '{"task_id":"x","status":"SUCCESS","data":null}',
    ["a bare row whose id stands inside"] =
      '{"id":7,"status":"SUCCESS","data":{"id":"x","state":"completed"}}',
    ["an envelope around one row"] =
      '{"code":"success","message":"","data":' .. ROW .. "}",
    ["an envelope around one object"] =
      '{"code":200,"data":' .. OBJECT .. "}",
    ["an envelope without a code"] = '{"data":[' .. ROW .. "]}",
    ["an envelope of nothing but data"] = '{"data":' .. OBJECT .. "}",
    ["an array of rows"] = "[" .. ROW .. "]",
    ["an envelope of objects"] = '{"code":0,"data":[' .. OBJECT .. "]}",
    ["rows that come before the code"] =
      '{"data":[' .. ROW .. '],"message":"ok","code":"success"}',
    ["values beside the rows that are no tasks"] =
      "[null,1,\"x\",[],{},{\"id\":null}," .. OBJECT .. ",true]",
    ["fields nobody knows"] = '{"trace":{"id":"y"},"code":"success",'
      .. '"error":null,"detail":null,"time":1.5,"data":['
      .. OBJECT:gsub("^{", '{"owner":{"task_id":"z"},') .. '],"n":[[{}]]}',
  }
  for what, body in pairs(one) do
    it("may be " .. what, function()
      local tasks, missing = fetch("x", body)
      assert(tasks, tostring(missing))
      assert.same({}, missing)
      assert.same({ "x", "completed" },
        { luma.id(tasks[1]), luma.state(tasks[1]) })
      assert.is_nil(tasks[2])
      assert.equal(1, #g:journal())
    end)
  end

  for _, code in ipairs { '"success"', '"SUCCESS"', "0", "200", '"200"',
    "null" } do
    it("may say code " .. code, function()
      assert.equal("x", fetch("x", '{"code":' .. code
        .. ',"message":"fine","data":[' .. OBJECT .. "]}")[1].id)
    end)
  end

  for what, body in pairs {
    ["null"] = "null", ["an empty array"] = "[]",
    ["data: null"] = '{"code":"success","message":"","data":null}',
    ["data: null alone"] = '{"data":null}',
    ["data: []"] = '{"code":0,"data":[]}',
  } do
    it("of " .. what .. " says that the ids are missing", function()
      local tasks, missing = fetch({ "x", "y" }, body)
      assert.same({}, tasks)
      assert.same({ "x", "y" }, missing)
      assert.equal(1, #g:journal())
    end)
  end

  for what, body in pairs {
    ["an error's code"] = '{"code":"get_tasks_failed","message":"db"'
      .. ',"data":null}',
    ["a number for an error's code"] = '{"code":500,"data":[]}',
    ["an error member"] = '{"error":{"message":"db"},"data":[]}',
    ["no success"] = '{"success":false,"message":"db","data":null}',
  } do
    it("with " .. what .. " never says that ids are missing", function()
      local tasks, err = fetch({ "x", "y" }, body)
      assert.is_nil(tasks)
      assert.same({ "gateway", 200 }, { err.code, err.status })
      assert.same({}, err.missing)
      assert.same({ "gateway", "gateway" },
        { err.failed.x.code, err.failed.y.code })
    end)
  end

  for what, body in pairs {
    ["a number"] = "1", ["a text"] = '"ok"', ["true"] = "true",
    ["an object that is no task"] = '{"status":"ok"}',
    ["data that is no task"] = '{"code":0,"data":"none"}',
    ["nothing"] = "", ["a web page"] = "<!doctype html><title>x</title>",
  } do
    it("of " .. what .. " never says that ids are missing", function()
      local tasks, err = fetch("x", body)
      assert.is_nil(tasks)
      assert.same({ "reply", 200 }, { err.code, err.status })
      assert.same({}, err.missing)
      assert.equal("reply", err.failed.x.code)
    end)
  end

  it("says the state of each task in the gateway's words", function()
    local ids, rows, expected = {}, {}, {}
    for state, words in pairs(WORDS) do
      for _, word in ipairs(words) do
        if math.type(word) ~= "float" then
          local id = "id-" .. #ids + 1
          local text = cjson.encode(word)
          local row = #ids % 2 == 0 and '{"id":"%s","state":%s}'
            or '{"task_id":"%s","status":%s,"data":{"state":"failed"}}'
          ids[#ids + 1], rows[#rows + 1] = id, row:format(id, text)
          expected[id] = state
        end
      end
    end
    local seen = {}
    fetch {}
    g:queue { body = "[" .. table.concat(rows, ",") .. "]" }
    for task, id, state in client:fetch(ids):each() do
      seen[id] = state
      assert.equal(state, luma.state(task))
    end
    assert.same(expected, seen)
  end)
end)

describe("luma.state", function()
  local f = fixture.use()

  for state, words in pairs(WORDS) do
    for _, first in ipairs(words) do
      it(("takes %s for %s"):format(first, state), function()
        for _, word in ipairs(spellings(first)) do
          assert.equal(state, luma.state { state = word })
          assert.equal(state, luma.state { status = word })
          assert.equal(state, luma.state { data = { state = word } })
          assert.equal(state, luma.state { status = word, state = "failed",
            data = { state = "completed" } })
          for _, silent in ipairs(SILENT) do
            assert.equal(state, luma.state { status = silent,
              data = { state = word } })
            assert.equal(state, luma.state { status = silent,
              state = word, data = { state = silent } })
          end
        end
      end)
    end
  end

  it("takes a task that says nothing for processing", function()
    assert.equal("processing", luma.state { id = "a" })
    for _, silent in ipairs(SILENT) do
      assert.equal("processing", luma.state { task_id = "a", status = silent,
        state = silent, data = { state = silent } })
      assert.equal("processing", luma.state { id = 7, data = silent })
    end
    assert.equal("processing", luma.state { state = "unknown" })
  end)

  it("answers nil for what is no task", function()
    f.g:default { status = 500 }
    local _, err = f:new { attempts = 1 }:tasks { "a", "b" }
    assert.equal(500, err.status)
    for _, value in ipairs { {}, err, err.failed.a, { 1 }, { data = {} },
      { status = 200 }, { status = "" }, { id = "" } } do
      assert.same({ nil, n = 1 }, table.pack(luma.state(value)))
    end
    assert.equal("completed", luma.state { status = 1 })
    for _, value in ipairs(NO_TASKS) do
      assert.same({ nil, n = 1 }, table.pack(luma.state(value)))
    end
    assert.same({ nil, n = 1 }, table.pack(luma.state "completed"))
    assert.same({ nil, n = 1 }, table.pack(luma.state(nil)))
  end)
end)
