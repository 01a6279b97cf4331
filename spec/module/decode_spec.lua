-- SPDX-License-Identifier: MIT
-- The option `decode` hands each task's own JSON text to the user's function.

local cjson = require "cjson"
local luma = require "luma"
local fixture = require "spec.support.fixture"

local REFERENCE = "4665a07c-7641-4809-a133-10786201bb56"

local function verbatim(text) return text end

-- JSON without the white space between its tokens, by itself.
local function minify(text)
  local out, at = {}, 1
  while at <= #text do
    local from, to, _ = text:find('^"[^"\\]*', at)
    if from then -- a string, up to the quote that is not escaped
      while text:sub(to + 1, to + 1) == "\\" do
        _, to = text:find('^[^"\\]*', to + 3)
      end
      to = to + 1
    else
      from, to = text:find('^[^"%s]+', at)
    end
    if from then out[#out + 1] = text:sub(from, to) end
    at = (to or at) + 1
  end
  return table.concat(out)
end

describe("decode", function()
  local f = fixture.use { token = "sk-test", attempts = 1 }
  local g, client = f.g, nil

  local function connect(decode)
    client = f:new { decode = decode }
    return client
  end

  local function reply(body) g:queue { body = body } end

  it("as cjson.decode gives exactly what lua-cjson gives", function()
    local task = connect(cjson.decode):tasks(REFERENCE)[1]
    local expected = cjson.decode(fixture.read "spec/stub/tasks-200.json")[1]
    assert.same(expected, task)
    assert.equal(cjson.null, task.last_frame.palette)
    assert.equal(math.type(1.0), math.type(task.video.width))
  end)

  it("is given the gateway's tokens without white space between", function()
    local text = fixture.read "spec/stub/tasks-200.json"
    local task = connect(verbatim):tasks(REFERENCE)[1]
    assert.equal(minify(text):sub(2, -2), task)
    assert.is_nil(task:find "\n")
    assert.truthy(task:find('"prompt":"cat dance"', 1, true))
  end)

  it("is given every token as it was spelled", function()
    local odd = ' { "id" :\t"x" ,\n"n":[ 1.50e+02 , -0 , 1E5, '
      .. '123456789012345678901234567890 ],"n" : null,"s":"\\u0041 \\/ \\" '
      .. '\\\\" , "u": "\195\169 \255","t" : [ true , false, { } , [ ] ] } '
    reply("[ " .. odd .. " , " .. odd:gsub('"x"', '"y"') .. " ]")
    local tasks = connect(verbatim):tasks { "x", "y" }
    assert.equal(minify(odd), tasks[1])
    assert.equal(minify((odd:gsub('"x"', '"y"'))), tasks[2])
    assert.truthy(tasks[1]:find('"\\u0041 \\/ \\" \\\\"', 1, true))
  end)

  it("is given the whole row of an envelope", function()
    local row = '{ "task_id" : "x", "status": "SUCCESS", "data" : '
      .. '{ "id": "x" , "data": [ 1 , { "data" : null } ] }, "n" : 1 }'
    reply('{ "code": "success", "data" : [ ' .. row .. ' ] , "message": "" }')
    reply('{ "data" : ' .. row .. ', "code": 200 }')
    reply(" " .. row .. " ")
    connect(verbatim)
    for _ = 1, 3 do
      assert.equal(minify(row), client:tasks("x")[1])
    end
  end)

  it("is given a Luma object that stands alone or in an envelope", function()
    local object = '{ "id" : "x" , "state" : "completed", "video": null }'
    reply(object)
    reply('{"first" : [ 1, 2 ], "code": 0, "data":\n' .. object
      .. ', "last" : { "a" : 1 } }')
    connect(verbatim)
    for _ = 1, 2 do
      assert.equal(minify(object), client:tasks("x")[1])
    end
  end)

  for _, shape in ipairs { "A", "B", "single" } do
    it("is given the text in any cut, in shape " .. shape, function()
      local plain = { shape = shape }
      local cut = { shape = shape, slices = { 1, 7, 2, 100, 3 } }
      local bytes = { shape = shape, drip = { bytes = 1, seconds = 0 } }
      g:queue(plain, cut, bytes)
      connect(verbatim)
      local whole = client:tasks("x")[1]
      assert.equal("string", type(whole))
      assert.equal(whole, client:tasks("x")[1])
      assert.equal(whole, client:tasks("x")[1])
      assert.equal("x", luma.id(cjson.decode(whole)))
    end)
  end

  it("gives callbacks and loops its value, with id and state", function()
    g:default { shape = "B", states = { b = "failed" } }
    connect(function(text) return { #text } end)
    local seen = {}
    local function note(value, id, state)
      assert.equal("number", type(value[1]))
      seen[#seen + 1] = id .. " " .. state
    end
    client:fetch({ "a", "b" }, { on_task = note }):result()
    for value, id, state in client:fetch({ "a", "b" }):each() do
      note(value, id, state)
    end
    assert.same({ "a completed", "b failed", "a completed", "b failed" },
      seen)
  end)

  it("may give any value but nil", function()
    local values = { a = false, b = 0, c = "" }
    connect(function(text) return values[text:match '"id":"(.-)"'] end)
    local tasks, missing = client:tasks { "a", "b", "c" }
    assert.equal(3, #tasks)
    assert.same({ false, 0, "" }, tasks)
    assert.same({}, missing)
    local seen = 0
    for value, id in client:fetch({ "a", "b", "c" }):each() do
      assert.equal(values[id], value)
      seen = seen + 1
    end
    assert.equal(3, seen)
  end)

  describe("that fails", function()
    local function picky(text)
      local id = text:match '"id":"(.-)"'
      if id == "raises" then error("not this one", 0) end
      if id == "throws" then error {} end
      if id == "nothing" then return nil end
      return id
    end

    local IDS = { "a", "raises", "b", "nobody", "throws", "c", "nothing" }

    local function check(err)
      assert.same({ "nobody" }, err.missing)
      assert.same({}, err.cancelled)
      assert.same({}, err.pending)
      assert.equal("decode", err.code)
      local ids = {}
      for id, failure in pairs(err.failed) do
        assert.equal("decode", failure.code)
        assert.is_false(failure.retryable)
        ids[id] = failure.message
      end
      assert.truthy(ids.raises:find("not this one", 1, true))
      assert.truthy(ids.throws:find("table", 1, true))
      assert.truthy(ids.nothing:find("nil", 1, true))
      ids.raises, ids.throws, ids.nothing = nil, nil, nil
      assert.is_nil(next(ids))
    end

    before_each(function() g:default { unknown = { "nobody" } } end)

    it("fails that id and keeps the others", function()
      local tasks, err = connect(picky):tasks(IDS)
      assert.is_nil(tasks)
      assert.same({ "a", "b", "c" }, err.tasks)
      check(err)
    end)

    it("costs no other request", function()
      connect(picky):tasks(IDS)
      local requests = g:journal()
      assert.equal(2, #requests) -- the second is for the missing one
      assert.same({ "nobody" }, requests[2].ids)
    end)

    it("keeps those ids from on_task and counts them", function()
      local seen = {}
      local job = connect(picky):fetch(IDS, { on_task = function(_, id)
        seen[#seen + 1] = id
      end })
      local tasks, err = job:result()
      local progress = job:progress()
      assert.is_nil(tasks)
      check(err)
      assert.same({ "a", "b", "c" }, seen)
      assert.same({ 7, 3, 1, 3 }, { progress.ids, progress.tasks,
        progress.missing, progress.failed })
    end)

    it("does not stop a loop", function()
      local seen = {}
      local job = connect(picky):fetch(IDS)
      for _, id in job:each() do seen[#seen + 1] = id end
      local tasks, err = job:result()
      assert.is_nil(tasks)
      check(err)
      assert.same({ "a", "b", "c" }, seen)
    end)

    it("by yielding fails like any other", function()
      connect(function() coroutine.yield() end)
      local run = coroutine.wrap(function() return client:tasks "a" end)
      local tasks, err = run()
      assert.is_nil(tasks)
      assert.equal("decode", err.failed.a.code)
    end)

    it("is no business of the next call", function()
      connect(picky):tasks(IDS)
      assert.same({ "b", "a" }, client:tasks { "b", "a" })
    end)
  end)
end)
