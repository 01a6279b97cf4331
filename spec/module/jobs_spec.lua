-- SPDX-License-Identifier: MIT
-- A job delivers its tasks, has a result and figures, and can be cancelled.

local fixture = require "spec.support.fixture"

local ids_of, in_line = fixture.ids_of, fixture.in_line
local within, finish = fixture.within, fixture.finish

describe("a job", function()
  local f = fixture.use()
  local g = f.g

  describe("under step", function()
    it("gets what was ready at the call, and nothing newer", function()
      local client = f:new()
      local log = {}
      local function note(name) return function() log[#log + 1] = name end end
      client:fetch({ "a" }, { on_task = function()
        log[#log + 1] = "task"
        client:fetch({}, { on_done = note "newer" })
      end, on_done = note "done" })
      in_line(client, 3)
      assert.equal(1, client:step())
      assert.same({ "task", "done" }, log)
      assert.equal(0, client:step())
      assert.same({ "task", "done", "newer" }, log)
    end)

    it("gets at least one event, however small the budget", function()
      local client = f:new()
      local count = 0
      local function done() count = count + 1 end
      for i = 1, 3 do client:fetch({ "a" .. i }, { on_done = done }) end
      in_line(client, 9)
      for left = 8, 0, -1 do
        client:step(0)
        assert.equal(left, client:stats().queue)
      end
      assert.equal(3, count)
      assert.equal(0, client:step(0))
    end)

    it("gets all within a large budget, without waiting for more", function()
      local client = f:new()
      local job = client:fetch { "a" }
      in_line(client, 3)
      g:default { stall = "request" }
      local other = client:fetch { "b" }
      g:wait("stalled", 1)
      assert.equal(1, within(0.05, client.step, client, 60))
      assert.is_true(job:done() and not other:done())
    end)

    it("counts as unfinished until its end is delivered", function()
      local client = f:new()
      local one, two = client:fetch { "a" }, client:fetch { "b" }
      in_line(client, 6)
      assert.is_false(one:done() or two:done())
      assert.equal(0, client:step())
      assert.is_true(one:done() and two:done())
    end)

    it("gets its tasks in the order of arrival, across jobs", function()
      local client = f:new()
      local order = {}
      local options = { on_task = function(task, id, state)
        assert.equal(id, task.id)
        assert.equal("completed", state)
        order[#order + 1] = id
      end }
      g:queue({ stall = "request" }, {})
      client:fetch({ "late" }, options)
      g:wait("stalled", 1)
      client:fetch({ "early" }, options)
      in_line(client, 3)
      g:release()
      finish(client)
      assert.same({ "early", "late" }, order)
    end)
  end)

  describe("has a result", function()
    it("that is the same tables each time", function()
      g:default { known = { "a", "b" } }
      local job = f:new():fetch { "a", "b", "c" }
      local tasks, missing = job:result()
      assert.same({ "a", "b" }, ids_of(tasks))
      assert.same({ "c" }, missing)
      local again, same = job:result(0)
      assert.is_true(rawequal(tasks, again) and rawequal(missing, same))
      g:default { status = 400 }
      job = f:new():fetch { "a" }
      local _, err = job:result()
      assert.is_true(rawequal(err, (select(2, job:result()))))
      assert.equal("rejected", err.code)
    end)

    it("that is pending after the time, with all that is known", function()
      g:queue({}, { known = {} }, { status = 400 }, { stall = "request" })
      local client = f:new { batch_size = 1, connections = 1 }
      local job = client:fetch { "a", "b", "c", "d" }
      g:wait("stalled", 1)
      local tasks, err = within(0.05, job.result, job, 0.05)
      assert.is_nil(tasks)
      assert.equal("pending", err.code)
      assert.same({ "a" }, ids_of(err.tasks))
      assert.same({ "b" }, err.missing)
      assert.equal("rejected", err.failed.c.code)
      assert.same({ "d" }, err.pending)
      assert.same({}, err.cancelled)
      assert.is_false(job:done())
      g:release()
      tasks, err = job:result()
      assert.is_nil(tasks)
      assert.equal("rejected", err.code)
      assert.same({ "a", "d" }, ids_of(err.tasks))
      assert.same({ {}, {} }, { err.pending, err.cancelled })
    end)

    it("that is pending at once where no time is given", function()
      g:default { stall = "request" }
      local client = f:new()
      local job = client:fetch { "a" }
      g:wait("stalled", 1)
      local _, err = within(0.01, job.result, job, 0)
      assert.equal("pending", err.code)
      assert.same({ "a" }, err.pending)
      g:release()
      assert.same({ "a" }, ids_of((job:result())))
    end)

    it("that is pending although other jobs keep the client busy", function()
      g:queue { stall = "request" }
      local client = f:new { batch_size = 1, connections = 2 }
      local job = client:fetch { "a" }
      g:wait("stalled", 1)
      g:default { delay = 0.01 }
      client:fetch(fixture.list(100), { on_task = function() end })
      local _, err = within(0.1, job.result, job, 0.1)
      assert.equal("pending", err.code)
    end)

    it("at once when nothing is asked for", function()
      local job = f:new():fetch {}
      assert.is_false(job:done())
      local tasks, missing = within(0.01, job.result, job)
      assert.same({ {}, {} }, { tasks, missing })
      assert.equal(0, #g:journal())
    end)
  end)

  describe("that is cancelled", function()
    it("keeps what has arrived, delivered or not", function()
      for _, delivered in ipairs { false, true } do
        local client = f:new()
        local job = f:half(client)
        if delivered then client:step() end
        job:cancel()
        job:cancel()
        local tasks, err = job:result()
        assert.is_nil(tasks)
        assert.equal("cancelled", err.code)
        assert.same({ "a", "b" }, ids_of(err.tasks))
        assert.same({ "c", "d" }, err.cancelled)
        assert.same({ {}, {}, {} }, { err.failed, err.missing, err.pending })
        g:wait("closed", 0)
        g:reset()
      end
    end)

    it("stops before its first request, and is not asked for", function()
      g:default { stall = "request" }
      local client = f:new { connections = 1 }
      local first = client:fetch { "a" }
      g:wait("stalled", 1)
      local job = client:fetch { "b" }
      job:cancel()
      assert.same({ "b" }, select(2, job:result()).cancelled)
      assert.equal(1, #g:journal())
      assert.is_false(first:done())
    end)

    it("keeps its result when it had ended", function()
      local client = f:new()
      local job = client:fetch { "a" }
      in_line(client, 3)
      job:cancel()
      assert.same({ "a" }, ids_of((job:result())))
      job:cancel()
      assert.same({ "a" }, ids_of((job:result())))
    end)
  end)

  describe("that is dropped", function()
    it("is cancelled at the gateway", function()
      g:default { stall = "request" }
      local client = f:new()
      local job = client:fetch { "a" }
      g:wait("stalled", 1)
      assert.is_false(job:done())
      job = nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
      g:wait("closed", 0)
      finish(client)
    end)

    it("lives on when it has callbacks", function()
      g:default { stall = "request" }
      local client = f:new()
      local seen
      client:fetch({ "a" }, { on_done = function(tasks) seen = tasks end })
      g:wait("stalled", 1)
      collectgarbage()
      collectgarbage()
      g:release()
      finish(client)
      assert.same({ "a" }, ids_of(seen))
    end)
  end)

  it("has numbers for its progress, and the client for its work", function()
    local body = '[{"id":"a"},{"id":"stranger"}]'
    g:queue({ body = body }, { status = 500, body = "" }, { body = body },
      { status = 400, body = "" }, { stall = "request" })
    local client = f:new { batch_size = 1, connections = 1 }
    local job = client:fetch { "a", "b", "c", "d", "a" }
    g:wait("stalled", 1)
    in_line(client, 4)
    fixture.wait_until(function() return job:progress().requests == 5 end)
    assert.equal(0, job:progress().tasks)
    client:step()
    local p = job:progress()
    assert.same({
      ids = 4, tasks = 1, missing = 1, failed = 1, cancelled = 0,
      requests = 5, retries = 1, bytes = 2 * #body, total_bytes = 0,
    }, p)
    local s = client:stats()
    assert.same({ 5, 1, 2 * #body, 1, 3 },
      { s.requests, s.retries, s.bytes, s.tasks, s.dropped })
    assert.same({ 1, 0, 0 }, { s.active, s.queue, s.undelivered })
    job:cancel()
    job:result()
    assert.equal(1, job:progress().cancelled)
    assert.equal(0, client:stats().active)
  end)

  it("of a closed client has nothing that is on its way", function()
    g:queue({}, { stall = "request" })
    local client = f:new { batch_size = 1, connections = 1 }
    client:fetch({ "a", "b" }, { on_task = print })
    g:wait("stalled", 1)
    in_line(client, 1)
    local s = client:stats()
    assert.equal(1, s.active)
    assert.is_true(s.undelivered > 0)
    client:close()
    s = client:stats()
    assert.same({ 0, 0, 0 }, { s.active, s.queue, s.undelivered })
  end)
end)
