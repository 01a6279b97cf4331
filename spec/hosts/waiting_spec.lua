-- SPDX-License-Identifier: MIT
-- `wait` returns when something is ready or the time is up. The descriptor of a
-- client is readable until everything has been taken.

local cqueues = require "cqueues"
local fixture = require "spec.support.fixture"

local in_line, within, now = fixture.in_line, fixture.within, fixture.now

describe("waiting for a client", function()
  local f = fixture.use()
  local g = f.g

  -- Whether the descriptor is readable, as poll sees it.
  local function readable(fd, seconds)
    local pollable = { pollfd = fd, events = "r" }
    return cqueues.poll(pollable, seconds or 0) == pollable
  end

  describe("with wait", function()
    it("ends when something is ready, and delivers nothing", function()
      local client = f:new()
      local job = client:fetch { "a" }
      assert.is_true(client:wait())
      assert.is_true(client:wait(60))
      assert.equal(0, job:progress().tasks)
      assert.is_false(job:done())
    end)

    it("ends when the time is up", function()
      g:default { stall = "request" }
      local client = f:new()
      local job = client:fetch { "a" }
      g:wait("stalled", 1)
      local start = now()
      assert.is_false(within(0.1, client.wait, client, 0.12))
      assert.is_true(now() - start >= 0.12)
      assert.is_false(within(0.01, client.wait, client, 0))
      assert.is_false(job:done())
    end)

    it("does not block where nothing is unfinished", function()
      local client = f:new()
      assert.is_false(within(0.01, client.wait, client))
      client:tasks { "a" }
      assert.is_false(within(0.01, client.wait, client))
      assert.is_false(within(0.01, client.wait, client, 60))
    end)

    it("sleeps for another descriptor, also without jobs", function()
      local client, other = f:new(), f:new()
      local start = fixture.now()
      assert.same({ false, false }, { client:wait(0.2, other:fd()) })
      assert.is_true(fixture.now() - start >= 0.19)
    end)

    it("ends when another descriptor is readable", function()
      g:queue({ stall = "request" }, {})
      local client, other = f:new(), f:new()
      local job = client:fetch { "a" }
      g:wait("stalled", 1)
      assert.same({ false, false }, { client:wait(0.05, other:fd()) })
      local second = other:fetch { "b" }
      assert.same({ false, true },
        { within(1, client.wait, client, 60, other:fd()) })
      g:release()
      in_line(client, 1)
      assert.same({ true, true }, { client:wait(60, other:fd()) })
      assert.is_false(job:done() or second:done())
      assert.equal(1, select("#", client:wait(0)))
      for _, fd in ipairs { -1, 0.5, 2 ^ 40, "0", true } do
        assert.is_false(pcall(client.wait, client, 0, fd))
      end
    end)

    it("sees the end of a job that asks for nothing", function()
      local client = f:new()
      local job = assert(client:fetch {})
      assert.is_true(within(0.01, client.wait, client))
      assert.equal(0, client:step())
      assert.is_true(job:done())
    end)

    it("lets hooks run every 50 ms, also while tasks arrive", function()
      g:default { delay = 0.02 }
      local client = f:new { batch_size = 1, connections = 1 }
      local job = client:fetch(fixture.list(50))
      local last, longest = now(), 0
      debug.sethook(function()
        longest = math.max(longest, now() - last)
        last = now()
      end, "", 1)
      job:result()
      debug.sethook()
      assert.is_true(longest < (fixture.PLAIN and 0.5 or 10), longest)
      assert.equal(50, job:progress().tasks)
    end)
  end)

  describe("with the descriptor", function()
    it("finds it readable until all is taken, and quiet then", function()
      local client = f:new()
      local fd = client:fd()
      assert.same({ fd, fd, "r" },
        { client:getfd(), client:pollfd(), client:events() })
      assert.is_nil(client:timeout())
      assert.is_false(readable(fd) or client:dirty())
      local job = client:fetch { "a" }
      in_line(client, 3)
      for _ = 1, 3 do
        assert.is_true(readable(fd, 10) and client:dirty())
        assert.is_false(job:done())
        client:step(0)
      end
      assert.is_true(job:done())
      assert.is_false(client:dirty())
      assert.is_false(readable(fd))
    end)

    it("finds it quiet after a step that had time enough", function()
      local client = f:new()
      for _, budget in ipairs { false, 0.5 } do
        local job = client:fetch { "a", "b" }
        in_line(client, 4)
        assert.is_true(readable(client:fd(), 10))
        if budget then client:step(budget) else client:step() end
        -- A checker runs one thread at a time, and may stop the other one
        -- between an event and its signal, which comes late then.
        if not fixture.PLAIN and readable(client:fd()) then
          assert.equal(0, client:step())
        end
        assert.is_false(readable(client:fd()))
        assert.is_true(job:done())
      end
    end)

    it("finds it quiet under each, however much waits unbuilt", function()
      local client = f:new()
      local job = f:half(client)
      assert.equal("a", job:each()().id)
      assert.equal(1, client:step())
      assert.is_false(job:done() or client:dirty())
      assert.is_false(readable(client:fd()))
      g:release()
      assert.is_true(readable(client:fd(), 10))
      assert.equal(3, #job:result())
    end)

    it("drives jobs from a cqueues loop, without spinning", function()
      local client = f:new { batch_size = 2, connections = 3 }
      local loop = cqueues.new()
      local got, steps, ticks, finished = 0, 0, 0, false
      g:default { delay = 0.01 }
      for i = 1, 5 do
        client:fetch(fixture.list(20, i .. "-"), { on_task = function()
          got = got + 1
        end })
      end
      loop:wrap(function()
        repeat
          cqueues.poll(client)
          steps = steps + 1
        until client:step() == 0
        finished = true
      end)
      loop:wrap(function()
        while not finished do
          cqueues.sleep(0.005)
          ticks = ticks + 1
        end
      end)
      assert(loop:loop(30))
      assert.equal(100, got)
      assert.is_true(ticks > 1)
      -- 50 answers and as many looks at an empty line, if each came alone; and
      -- more where a sanitizer slows the thread down while it puts one in.
      assert.is_true(steps <= (fixture.PLAIN and 100 or 250), steps)
    end)

    it("lets other coroutines wait for the stepper's signal", function()
      local condition = require "cqueues.condition"
      local client = f:new()
      local loop = cqueues.new()
      local results, left = {}, 3
      for i = 1, 3 do
        loop:wrap(function()
          local done = condition.new()
          local tasks
          client:fetch({ "a" .. i }, { on_done = function(list)
            tasks = list
            done:signal()
          end })
          while not tasks do done:wait() end
          results[i] = tasks[1].id
          left = left - 1
        end)
      end
      loop:wrap(function()
        while left > 0 do
          cqueues.poll(client, 0.01)
          client:step()
        end
      end)
      assert(loop:loop(30))
      assert.same({ "a1", "a2", "a3" }, results)
    end)
  end)
end)
