-- SPDX-License-Identifier: MIT
-- Each wait for a slow or silent gateway has its own limit and its own code,
-- and delays nothing else.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"
local folder = require "spec.support.folder"

local now = fixture.now
local sanitized = not fixture.PLAIN

local BODY = '[{"id":"a","state":"completed"}]'

describe("a timeout", function()
  local f = fixture.use { token = errors.TOKEN }
  local g, client = f.g, nil

  local function new(options)
    client = f:new(options)
    return client
  end

  -- Two attempts that end after `each` seconds, and the wait between them.
  local function fails_twice(options, code, phase, each)
    options.attempts = 2
    local from = now()
    local tasks, err = new(options):tasks "a"
    local seconds = now() - from
    assert.is_nil(tasks)
    errors.check(err)
    assert.same({ code, phase, 2, true },
      { err.code, err.phase, err.attempts, err.retryable })
    assert.is_true(seconds >= 2 * each, seconds)
    assert.is_true(sanitized or seconds < 20 * each, seconds)
    return err
  end

  it("of the connection: the handshake is never answered", function()
    g:accept({ stall = true }, { stall = true })
    fails_twice({ base_url = g.https,
      timeout = { connect = 0.2 } }, "connect_timeout", "connect", 0.2)
    assert.same({}, (g:journal()))
  end)

  it("of the attempt: bytes come all the time, but never enough", function()
    g:default { body = BODY, drip = { bytes = 1, seconds = 0.05 } }
    fails_twice({ timeout = { attempt = 0.3, stall = 5 } },
      "attempt_timeout", "body", 0.3)
    g:default { stall = "request" }
    fails_twice({ timeout = { attempt = 0.2, stall = 5 } },
      "attempt_timeout", "wait", 0.2)
  end)

  it("of the attempt: it is shorter than that of the connection", function()
    g:accept({ stall = true }, { stall = true })
    fails_twice({ base_url = g.https, timeout = { connect = 5, attempt = 0.2 } },
      "attempt_timeout", "connect", 0.2)
    assert.same({}, (g:journal()))
  end)

  -- The first connection ends when the second request is sent on it, and the
  -- next one is never made.
  it("of the connection that a request is sent again on", function()
    local dir = folder.new()
    g:accept({}, { stall = true }, {}, { stall = true })
    g:queue({}, { close = true })
    g:file("/clip", {}, { close = true })
    new { base_url = g.https, attempts = 1,
      timeout = { connect = 0.3, attempt = 5 } }
    local function check(job, sends)
      local result, err = job:result()
      assert.is_nil(result)
      assert.same({ "connect_timeout", sends },
        { errors.check(err).code, job:progress().requests })
    end
    assert(client:tasks "a")
    check(client:fetch "b", 1)
    local function file(timeout)
      return client:download(g.https .. "/clip", { path = dir:at "clip",
        allow_private = true, sync = false, timeout = timeout })
    end
    assert(file():result())
    check(file(), 1)
    g:accept { stall = true } -- a file has no time for the attempt
    check(file { connect = 0.3, attempt = 0.1 }, 0)
    dir:remove()
  end)

  it("of the silence: before, within and after the head", function()
    for _, place in ipairs { "request", "head", "body" } do
      g:default { stall = place }
      fails_twice({ timeout = { stall = 0.2 } }, "stall_timeout",
        place == "request" and "wait" or "body", 0.2)
    end
    g:default { body = BODY, drip = { bytes = 16, seconds = 1 } }
    fails_twice({ timeout = { stall = 0.2 } }, "stall_timeout", "body", 0.2)
    assert.equal(8, #g:journal())
  end)

  it("is none while bytes keep coming", function()
    g:default { body = BODY, drip = { bytes = 4, seconds = 0.1 } }
    local from = now()
    local tasks = assert(new { timeout = { stall = 0.4 } }:tasks "a")
    assert.equal("a", tasks[1].id)
    assert.is_true(now() - from > 0.65)
    assert.equal(1, #g:journal())
  end)

  it("is none while lines of the head keep coming", function()
    local more = {}
    for i = 1, 5 do more["X-More-" .. i] = ("x"):rep(20) end
    g:default { body = BODY, headers = more,
      drip_head = { bytes = 30, seconds = 0.1 } }
    local from = now()
    local tasks = assert(new { timeout = { stall = 0.5 } }:tasks "a")
    assert.equal("a", tasks[1].id)
    assert.is_true(now() - from > 0.55)
    assert.equal(1, #g:journal())
  end)

  it("leaves what came before it", function()
    local body = BODY:sub(1, -2) .. "," .. BODY:sub(2)
    g:default { body = body, cut = 50, ["then"] = "stall" }
    local tasks, err = new { attempts = 1, timeout = { stall = 0.2 } }
      :tasks { "a", "b" }
    assert.is_nil(tasks)
    errors.check(err)
    assert.equal("stall_timeout", err.code)
    assert.same({ "a" }, { err.tasks[1].id, err.tasks[2] })
    assert.equal("stall_timeout", err.failed.b.code)
  end)

  it("of one job is none of another's", function()
    g:queue { stall = "request" }
    new { batch_size = 1, connections = 2, timeout = { stall = 0.5 },
      attempts = 1 }
    local silent = client:fetch "silent"
    g:wait("stalled", 1)
    local ids, from = {}, now()
    for i = 1, 50 do ids[i] = "id" .. i end
    assert.equal(50, #assert(client:tasks(ids)))
    assert.is_true(sanitized or now() - from < 0.5)
    assert.is_true(sanitized or not silent:done())
    local tasks, err = silent:result()
    assert.is_nil(tasks)
    assert.equal("stall_timeout", errors.check(err).code)
  end)

  it("ends a wait for a result, and the job goes on", function()
    g:queue { stall = "request" }
    local job = new({}):fetch "a"
    g:wait("stalled", 1)
    for _, seconds in ipairs { 0, 0.001, 0.2 } do
      local from = now()
      local tasks, err = job:result(seconds)
      local took = now() - from
      assert.is_nil(tasks)
      assert.equal("pending", errors.check(err).code)
      assert.same({ "a" }, err.pending)
      assert.is_true(took >= seconds)
      assert.is_true(sanitized or took < seconds + 0.1, took)
    end
    g:release()
    assert.equal("a", assert(job:result())[1].id)
  end)
end)
