-- SPDX-License-Identifier: MIT
-- luma retries what may succeed, waits as told, and gives up in time: measured
-- by the stub's journal, that is, by what a gateway sees.

local errors = require "spec.support.errors"
local fixture = require "spec.support.fixture"

local TOKEN = errors.TOKEN
local now = fixture.now
local sanitized = not fixture.PLAIN

local BODY = '[{"id":"a","state":"completed"},{"id":"b","state":"completed"}]'
local HALF = 40 -- bytes of it, in the midst of b

-- Within ten times what was promised, where nothing slows us down.
local function assert_soon(promised, seconds)
  assert.is_true(sanitized or seconds < 10 * promised,
    ("%.3f s, promised %.3f"):format(seconds, promised))
end

describe("a repeat", function()
  local f = fixture.use { token = TOKEN }
  local g = f.g

  local function new(options) return f:new(options) end

  local function failure(client, ids, options)
    local from = now()
    local tasks, err = client:tasks(ids, options)
    assert.is_nil(tasks)
    return errors.check(err), now() - from
  end

  describe("of a failed request", function()
    -- A job for each number of attempts, all at the same time, and how often
    -- each of them was sent. Each is answered so often with 500. (More than
    -- three attempts are in schedule_retry_test.c, which has no pauses.)
    local function jobs_of(failures)
      local jobs, sends = {}, {}
      for attempts = 1, 3 do
        local base, answers = "/attempts" .. attempts, {}
        for i = 1, failures(attempts) do answers[i] = { status = 500 } end
        answers[#answers + 1] = {}
        g:route(base .. "/luma/tasks", table.unpack(answers))
        jobs[attempts] = new { base_url = g.http .. base,
          attempts = attempts }:fetch { "a", "b" }
        sends[attempts] = 0
      end
      for _, job in ipairs(jobs) do job:result() end
      for _, request in ipairs((g:journal())) do
        local attempts = tonumber(request.path:match "%d")
        sends[attempts] = sends[attempts] + 1
      end
      return jobs, sends
    end

    it("succeeds when the gateway is well again", function()
      local jobs, sends = jobs_of(function(attempts) return attempts - 1 end)
      for attempts, job in ipairs(jobs) do
        local tasks = assert(job:result())
        assert.same({ "a", "b" }, { tasks[1].id, tasks[2].id })
        local progress = job:progress()
        assert.same({ attempts, attempts - 1 },
          { progress.requests, progress.retries })
      end
      assert.same({ 1, 2, 3 }, sends)
    end)

    it("ends with the attempts that are allowed", function()
      local jobs, sends = jobs_of(function(attempts) return attempts end)
      for attempts, job in ipairs(jobs) do
        local tasks, err = job:result()
        assert.is_nil(tasks)
        assert.same({ "server", attempts }, { err.code, err.attempts })
        errors.check(err)
      end
      assert.same({ 1, 2, 3 }, sends)
    end)

    it("survives a gateway that is away for a while", function()
      local ids = {}
      for i = 1, 100 do ids[i] = "id" .. i end
      g:default { close = true }
      local job = new { batch_size = 1 }:fetch(ids)
      g:wait("requests", 1)
      local from = now()
      fixture.wait_until(function() return now() - from >= 1.5 end)
      g:default {}
      assert.equal(100, #assert(job:result()))
      assert.is_true(#g:journal() <= 100 + 35)
    end)

    it("does not hold failures against later requests that were repeated well",
      function()
        local client = new { attempts = 2 }
        for i = 1, 101 do
          if i <= 20 then g:queue { status = 500 } end
          assert(client:tasks { "id" .. i })
        end
        g:queue { status = 500 }
        assert(client:tasks { "last" })
        assert.equal(21, client:stats().retries)
      end)

    it("counts for each batch alone", function()
      local client = new { attempts = 2 }
      for i = 1, 3 do
        g:queue({ status = 500 }, {})
        assert.equal(1, #assert(client:tasks { "a" }))
        local stats = client:stats()
        assert.same({ 2 * i, i }, { stats.requests, stats.retries })
      end
      assert.equal(6, #g:journal())
    end)

    it("asks for open ids only", function()
      g:queue({ status = 500 }, { body = BODY, cut = HALF }, {})
      assert.equal(2, #assert(new():tasks { "a", "b" }))
      local requests = g:journal()
      assert.same({ { "a", "b" }, { "a", "b" }, { "b" } },
        { requests[1].ids, requests[2].ids, requests[3].ids })
    end)

    it("is stopped early when very much fails", function()
      g:default { status = 500 }
      local ids, said = {}, 0
      for i = 1, 300 do ids[i] = "id" .. i end
      local client = new { batch_size = 1, attempts = 2 }
      local err = failure(client, ids)
      local most = 300 + 35 -- what the budget holds
      local count = #g:journal()
      assert.is_true(count > 300 and count <= most, count)
      assert.equal(count, client:stats().requests)
      for _, id in ipairs(ids) do
        local one = err.failed[id]
        assert.same({ "server", 500, true },
          { one.code, one.status, one.retryable })
        assert.is_true(one.attempts <= 2)
        if one.attempts < 2 then
          assert.truthy(one.message:find("too much failed", 1, true))
          said = said + 1
        end
      end
      assert.is_true(said > 250)
    end)
  end)

  describe("that libcurl makes by itself", function()
    -- Leaves `count` connections in the pool, each of which will end with
    -- `how` at its next request.
    local function fill_pool(client, count, how)
      local before = select(2, g:journal()).open
      how.stall = "request"
      g:default(how)
      local ids = {}
      for i = 1, count do ids[i] = "warm" .. i end
      local job = client:fetch(ids)
      g:wait("stalled", count)
      g:release()
      assert.equal(count, #assert(job:result()))
      assert.equal(before + count, select(2, g:journal()).open)
    end

    it("costs an attempt, but for the first one", function()
      local clients, jobs, sends = {}, {}, 0
      for attempts = 1, 5 do
        clients[attempts] = new { batch_size = 1, attempts = attempts }
        fill_pool(clients[attempts], 8, {})
      end
      g:default { close = true }
      for attempts, client in ipairs(clients) do
        jobs[attempts] = client:fetch "a"
      end
      for attempts, job in ipairs(jobs) do
        local err = errors.check(select(2, job:result()))
        assert.same({ "network", attempts }, { err.code, err.attempts })
        assert.equal(8 + 1 + attempts, clients[attempts]:stats().requests)
        sends = sends + 8 + 1 + attempts
      end
      assert.equal(sends, #g:journal())
    end)

    it("leaves the dead connections of the pool", function()
      for _, count in ipairs { 1, 2, 8 } do
        g:reset()
        local client = new { batch_size = 1, attempts = 1 }
        fill_pool(client, count, { silent_close = true })
        g:default {}
        local job = client:fetch "a"
        assert.equal("a", assert(job:result())[1].id)
        assert.equal(count + 1, #g:journal())
        assert.equal(2, job:progress().requests)
      end
    end)

    it("does not run out", function()
      local client = new { attempts = 1, connections = 1 }
      g:default { silent_close = true }
      for i = 1, 20 do
        local job = client:fetch("a" .. i)
        assert.equal("a" .. i, assert(job:result())[1].id)
        assert.equal(i == 1 and 1 or 2, job:progress().requests)
      end
      assert.equal(20, #g:journal())
    end)

    it("never happens to a request that is sent only once", function()
      local client = new { batch_size = 1 }
      fill_pool(client, 8, { silent_close = true })
      g:route("/v1/make", { close = true })
      local job = client:request("POST", "/v1/make", {})
      local value, err = job:result()
      assert.is_nil(value)
      errors.check(err)
      assert.same({ "network", 1 }, { err.code, err.attempts })
      assert.equal(8 + 1, #g:journal())
      assert.equal(1, job:progress().requests)
    end)
  end)

  describe("after Retry-After", function()
    local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
      "Sep", "Oct", "Nov", "Dec" }
    local PAST = "Sun, 06 Nov 1994 08:49:37 GMT"
    -- value, the reply's Date, seconds waited at least, a bad hint
    local hints = {
      { "0", nil, 0 },
      { PAST, nil, 0 },
      { "1", nil, 1 },
      { "Sun, 06 Nov 1994 08:49:38 GMT", PAST, 1 },
      { "Sunday, 06-Nov-94 08:49:38 GMT", PAST, 1 },
      { "Sun Nov  6 08:49:38 1994", PAST, 1 },
      { "soon", nil, 0, true },
      { "-1", nil, 0, true },
      { "1.5", nil, 0, true },
      { "0x10", nil, 0, true },
      { "120abc", nil, 0, true },
      { "Sun, 99 Nov 1994 08:49:38 GMT", PAST, 0, true },
      { "99999999999999999999999", nil, 0, true },
    }

    it("waits as long as it says, and no hint is a disaster", function()
      local clients, jobs = {}, {}
      for i, hint in ipairs(hints) do
        local base = "/hint" .. i
        g:route(base .. "/luma/tasks", { status = 429,
          headers = { ["Retry-After"] = hint[1], Date = hint[2] } }, {})
        clients[i] = new { base_url = g.http .. base }
        jobs[i] = clients[i]:fetch "a"
      end
      local at = {}
      for i in ipairs(jobs) do assert(jobs[i]:result()) end
      for _, request in ipairs((g:journal())) do
        local i = tonumber(request.path:match "%d+")
        at[i] = at[i] or {}
        table.insert(at[i], request.at)
      end
      for i, hint in ipairs(hints) do
        assert.equal(2, #at[i])
        local waited = at[i][2] - at[i][1]
        assert.is_true(waited >= hint[3] - 0.01, hint[1] .. ": " .. waited)
        assert_soon(hint[3] > 0 and hint[3] or 1, waited)
        assert.equal(hint[4] and 1 or 0, clients[i]:stats().bad_hints)
      end
    end)

    it("fails at once where the wait is too long", function()
      local at = os.time() + 9999
      local soon = os.date("!*t", at)
      local late = ("Sun, %02d %s %d %02d:%02d:%02d GMT"):format(soon.day,
        MONTHS[soon.month], soon.year, soon.hour, soon.min, soon.sec)
      for _, status in ipairs { 429, 503, 500, 502, 408 } do
        for _, value in ipairs { "61", "9999999999", late } do
          g:reset()
          g:default { status = status, headers = { ["Retry-After"] = value } }
          local err, seconds = failure(new(), "a")
          assert.equal(status == 429 and "rate_limit"
            or status == 408 and "rejected" or "server", err.code)
          assert.is_true(err.retryable)
          assert.equal(1, err.attempts)
          assert.is_true(math.abs(err.retry_after
            - (tonumber(value) or at - os.time())) <= 2)
          assert.equal(1, #g:journal())
          assert_soon(0.05, seconds)
        end
      end
    end)

    it("is told with a response that is no answer", function()
      g:default { body = '{"id":"other","state":"completed"}',
        headers = { ["Retry-After"] = "120" } }
      local err = failure(new(), "a")
      assert.same({ "reply", 120, 1 }, { err.code, err.retry_after,
        err.attempts })
      assert.matches("the server asks to wait 120 s", err.message, 1, true)
    end)

    it("fails at once where the deadline is nearer", function()
      g:default { status = 429, headers = { ["Retry-After"] = "30" } }
      local err, seconds = failure(new(), "a", { deadline = 20 })
      assert.same({ "rate_limit", 30, 1 },
        { err.code, err.retry_after, err.attempts })
      assert_soon(0.05, seconds)
    end)

    it("lets others have the connection meanwhile", function()
      g:queue { status = 503, headers = { ["Retry-After"] = "1" } }
      local client = new { connections = 1 }
      local patient = client:fetch "a"
      g:wait("requests", 1)
      assert(client:tasks { "b" })
      assert.is_false(patient:done())
      assert(patient:result())
      local requests = g:journal()
      assert.same({ { "a" }, { "b" }, { "a" } },
        { requests[1].ids, requests[2].ids, requests[3].ids })
    end)
  end)

  describe("within a deadline", function()
    it("keeps what came and ends in time", function()
      g:queue({}, { stall = "request" })
      local client = new { batch_size = 1, connections = 1 }
      local err, seconds = failure(client, { "a", "b", "c" },
        { deadline = 0.3 })
      assert.equal("deadline", err.code)
      assert.is_true(seconds >= 0.3 and (sanitized or seconds < 0.8), seconds)
      assert.same({ "a" }, { err.tasks[1].id, err.tasks[2] })
      assert.same({ "deadline", "deadline" },
        { err.failed.b.code, err.failed.c.code })
      assert.same({ {}, {}, {} }, { err.missing, err.cancelled, err.pending })
    end)

    it("keeps the part of a reply that came", function()
      g:queue { body = BODY, cut = HALF, ["then"] = "stall" }
      local err, seconds = failure(new(), { "a", "b" }, { deadline = 0.2 })
      assert.equal("deadline", err.code)
      assert.is_true(seconds >= 0.2 and (sanitized or seconds < 0.7), seconds)
      assert.same({ "a" }, { err.tasks[1].id, err.tasks[2] })
    end)

    it("tells what had failed before", function()
      g:queue { status = 500 }
      g:default { stall = "request" }
      local err = failure(new(), "a", { deadline = 0.3 })
      assert.same({ "deadline", 500 }, { err.code, err.status })
      assert.matches("deadline passed; last error: the server failed",
        tostring(err))
    end)

    it("counts all attempts together", function()
      g:default { stall = "request" }
      local client = new { timeout = { attempt = 0.1 }, attempts = 5 }
      local err, seconds = failure(client, "a", { deadline = 0.3 })
      assert.is_true(err.code == "deadline" or err.code == "attempt_timeout")
      assert.is_true(sanitized or seconds < 0.8, seconds)
      local count = #g:journal()
      assert.is_true(count >= 2 and count <= 3, count)
    end)
  end)
end)
