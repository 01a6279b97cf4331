-- SPDX-License-Identifier: MIT
-- Lua states on several threads, and several clients in one state, do not
-- disturb each other. A client may be closed while others poll its descriptor.

local cjson = require "cjson"
local cqueues = require "cqueues"
local fixture = require "spec.support.fixture"
local lfs = require "lfs"
local luma = require "luma"
local process = require "spec.support.process"
local program = require "spec.support.program"

local unpack = table.unpack or unpack -- luacheck: ignore

describe("at once", function()
  local f = fixture.use()
  local g = f.g

  describe("eight states on threads", function()
    local STATES, ROUNDS, IDS = 8, 3, 50
    local host, remove

    setup(function() host, remove = program.host "several" end)
    teardown(function() remove() end)

    -- How often each id was asked for on the path that answers.
    local function asked()
      local counts = {}
      for _, request in ipairs((g:journal())) do
        if request.path == "/luma/tasks" then
          for _, id in ipairs(cjson.decode(request.body).ids) do
            counts[id] = (counts[id] or 0) + 1
          end
        end
      end
      return counts
    end

    for _, scheme in ipairs { "http", "https" } do
      it("get their own, and leave in eight ways, over " .. scheme, function()
        g:route("/silent/luma/tasks", { stall = "request" })
        local ended = process.run {
          host, "spec/programs/several.lua", g[scheme], g.ca,
        }
        assert.same({
          output = ("raised by 6\n"):rep(ROUNDS) .. "0 threads\n", code = 0,
        }, ended)
        local counts = asked()
        for state = 1, STATES do
          for i = 1, IDS do
            assert.equal(ROUNDS, counts[state .. "-" .. i])
          end
        end
        g:wait("closed", 0)
      end)
    end
  end)

  describe("fifty clients in one state", function()
    local IDS = 20

    local function threads()
      local n = 0
      for _ in lfs.dir "/proc/self/task" do n = n + 1 end
      return n
    end

    -- A job of ids that nobody else asks for, and what comes of it.
    local function fetch(client, name)
      local outcome = { ids = fixture.list(IDS, name), tasks = {} }
      client:fetch(outcome.ids, {
        on_task = function(task, id) outcome.tasks[id] = task.id end,
        on_done = function(tasks, missing)
          outcome.missing = assert(tasks and missing, missing)
        end,
      })
      return outcome
    end

    local function check(outcome)
      for _, id in ipairs(outcome.ids) do
        assert.equal(id, outcome.tasks[id])
      end
      assert.same({}, outcome.missing)
    end

    -- Steps those that are ready, until none has a job that goes on.
    local function finish(clients)
      local busy = { unpack(clients) }
      while busy[1] do
        assert(cqueues.poll(unpack(busy)))
        for i = #busy, 1, -1 do
          if busy[i]:step() == 0 then table.remove(busy, i) end
        end
      end
    end

    it("get their own, also when half of them go in mid-flight", function()
      g:route("/silent/luma/tasks", { stall = "request" })
      local before, good, bad, outcomes = threads(), {}, {}, {}
      for i = 1, 25 do
        good[i] = f:new { batch_size = 5, connections = 2 }
        bad[i] = luma.client {
          token = "token", base_url = g.http .. "/silent", connections = 2,
        }
        outcomes[i] = fetch(good[i], "a" .. i .. "-")
        fetch(bad[i], "silent-" .. i .. "-")
      end
      g:wait("stalled", 25)
      local all = threads()
      assert.is_true(all >= before + 50) -- a sanitizer may have its own
      for i = 1, 25, 2 do bad[i]:close() end
      bad = nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
      finish(good)
      for i = 1, 25 do check(outcomes[i]) end
      fixture.wait_until(function() return threads() == all - 25 end,
        "the threads of those that stay")
      for i = 1, 25 do outcomes[i] = fetch(good[i], "b" .. i .. "-") end
      finish(good)
      for i = 1, 25 do check(outcomes[i]) end
      assert.equal(25 + 2 * 25 * IDS / 5, #g:journal())
    end)
  end)

  describe("a poll and the end of its client", function()
    it("on a thread, which is woken", function()
      g:default { stall = "request" }
      local host, remove = program.host "polled"
      local ended = process.run {
        host, "spec/programs/polled.lua", g.http, 20,
      }
      remove()
      assert.same({
        output = ("woken\twoken\treadable\treadable\n"):rep(20), code = 0,
      }, ended)
      g:wait("closed", 0)
    end)

    for _, kind in ipairs { "idle", "working" } do
      it("in a loop, which is woken by close, " .. kind, function()
        g:default { stall = "request" }
        local loop, client = cqueues.new(), f:new()
        local job, polls, ready, ok, why
        if kind == "working" then
          job = client:fetch { "a" }
          g:wait("stalled", 1)
        end
        loop:wrap(function()
          polls = true
          ready = cqueues.poll(client, 10) == client
          ok, why = pcall(client.step, client)
        end)
        loop:wrap(function()
          while not polls do cqueues.sleep(0) end
          client:close()
        end)
        assert(loop:loop(20))
        assert.is_true(ready)
        assert.is_false(ok)
        assert.matches("client is closed", why)
        assert.is_true(not job or job:done())
      end)
    end

    it("in a loop, which keeps the client that it polls", function()
      g:default { stall = "request" }
      local loop, state = cqueues.new(), nil
      do
        local client = luma.client { token = "token", base_url = g.http }
        client:fetch({ "a" }, { on_task = function(_, _, s) state = s end })
        g:wait("stalled", 1)
        loop:wrap(function()
          repeat cqueues.poll(client, 10) until client:step() == 0
          client:close()
        end)
      end
      loop:wrap(function()
        collectgarbage()
        collectgarbage()
        g:release()
      end)
      assert(loop:loop(20))
      assert.equal("completed", state)
    end)
  end)
end)
