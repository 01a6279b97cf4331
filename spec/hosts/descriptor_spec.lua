-- SPDX-License-Identifier: MIT
-- The descriptor of a client works in every common event loop. waiting_spec
-- tests the descriptor by itself.

local children = require "spec.support.children"
local cqueues = require "cqueues"
local fixture = require "spec.support.fixture"
local loops = require "spec.support.loops"
local luma = require "luma"

local in_line, list = fixture.in_line, fixture.list

-- So long nothing happens before we believe that nothing will.
local SILENCE = 0.3

describe("the descriptor", function()
  local f = fixture.use()
  local g = f.g

  -- A job of so many ids, and what on_task and on_done of it have told.
  local function fetch(client, count, prefix)
    local heard = { ids = {}, ends = 0 }
    client:fetch(list(count, prefix), {
      on_task = function(_, id) heard.ids[#heard.ids + 1] = id end,
      on_done = function() heard.ends = heard.ends + 1 end,
    })
    return heard
  end

  local function step_until_done(client) return client:step() == 0 end

  local function check(watch)
    it("is readable in every look until all is taken", function()
      local client = f:new()
      local heard = fetch(client, 1)
      in_line(client, 3)
      local fd, looks = loops.descriptor(client), 0
      assert.equal(5, watch({ fd }, function()
        looks = looks + 1
        return looks == 5
      end, 10))
      assert.equal(3, watch({ fd }, function() client:step(0) end, SILENCE))
      assert.same({ { "id-1" }, 1 }, { heard.ids, heard.ends })
    end)

    it("wakes nobody while the gateway is silent", function()
      g:default { stall = "request" }
      local client = f:new { batch_size = 1, connections = 4 }
      local heard = fetch(client, 20)
      g:wait("stalled", 4)
      local cpu = os.clock()
      assert.equal(0, watch({ client }, step_until_done, SILENCE))
      if fixture.PLAIN then
        assert.is_true(os.clock() - cpu < SILENCE / 4, os.clock() - cpu)
      end
      assert.equal(0, #heard.ids)
    end)

    it("wakes nobody while a request waits for its repeat", function()
      g:default { status = 429, headers = { ["Retry-After"] = "30" } }
      local client = f:new()
      fetch(client, 1)
      fixture.wait_until(function()
        return client:stats().requests == 1 and client:stats().active == 0
      end)
      local cpu = os.clock()
      assert.equal(0, watch({ client }, step_until_done, SILENCE))
      if fixture.PLAIN then
        assert.is_true(os.clock() - cpu < SILENCE / 4, os.clock() - cpu)
      end
    end)

    it("wakes for what has arrived, not for every byte", function()
      g:default { body = fixture.body "abcde", drip = { seconds = 0.001 } }
      local client = f:new()
      local job = client:fetch { "a", "b", "c", "d", "e" }
      local count, ended = watch({ client }, step_until_done, 30)
      assert.is_true(ended and job:done())
      assert.is_true(count >= 1 and count <= 7, count)
    end)

    it("has one stepper for all jobs, and two clients in one loop", function()
      g:default { delay = 0.005 }
      local clients, heard = {}, {}
      for c = 1, 2 do
        clients[c] = f:new { batch_size = 2, connections = 3 }
        for j = 1, 4 do
          heard[#heard + 1] = fetch(clients[c], 10, c .. "-" .. j .. "-")
        end
      end
      local left = 2
      local _, ended = watch(clients, function(client)
        if step_until_done(client) then left = left - 1 end
        return left == 0
      end, 30)
      assert.is_true(ended)
      for _, each in ipairs(heard) do
        assert.same({ 10, 1 }, { #each.ids, each.ends })
      end
      assert.equal(40, #g:journal())
    end)

    it("keeps what came while nobody stepped, in order, in bounds", function()
      local ROOM, BATCH, COUNT = 20000, 5, 200
      local probe = f:new()
      fetch(probe, 1, "id-99")
      in_line(probe, 3)
      local most = ROOM + BATCH * probe:stats().undelivered
      g:reset()
      local client = f:new {
        max_undelivered = ROOM, batch_size = BATCH, connections = 1,
      }
      local heard = fetch(client, COUNT)
      local pauses, ended = 0, false
      while not ended do
        pauses = pauses + 1
        -- Nobody steps until no more comes: there is no room, or all is here.
        fixture.wait_until(function()
          local stats = client:stats()
          return stats.active == 0
            and (stats.undelivered >= ROOM or stats.tasks == COUNT)
        end)
        assert.is_true(client:stats().undelivered <= most)
        assert.is_true(select(2, watch({ client }, function()
          ended = client:step() == 0
          return ended or client:stats().undelivered < ROOM / 2
        end, 10)))
      end
      assert.is_true(pauses > 3, pauses)
      assert.same({ list(COUNT), 1 }, { heard.ids, heard.ends })
      assert.equal(COUNT / BATCH, #g:journal())
    end)

    -- Closes the client while the loop polls its descriptor and another's.
    local function close_in_loop(client)
      local fd, other = loops.descriptor(client), f:new()
      fetch(other, 0)
      local looks = 0
      watch({ fd, other }, function(who)
        if who == fd then looks = looks + 1 else client:close() end
        if who == other then other:step() end
        return looks == 5
      end, 10)
      return looks
    end

    it("is readable for good when its client is closed", function()
      assert.equal(5, close_in_loop(f:new()), "without a job")
      local idle, busy = f:new(), f:new()
      idle:tasks { "a" }
      assert.equal(5, close_in_loop(idle), "without work")
      g:default { stall = "request" }
      fetch(busy, 1)
      g:wait("stalled", 1)
      assert.equal(5, close_in_loop(busy), "with work")
    end)

    it("ends a loop that steps a closed client, by an error", function()
      local client = f:new()
      client:fetch({ "a", "b" }, { on_task = function() client:close() end })
      local fd = loops.descriptor(client)
      assert.error_matches(function()
        watch({ fd }, function() client:step() end, 10)
      end, "client is closed")
    end)
  end

  for _, kind in ipairs { "cqueues", "luv", "select" } do
    describe("in a loop of " .. kind, function()
      local there, name = loops.load(kind)
      if there then
        check(loops[kind])
      else
        pending("this Lua has no " .. name)
      end
    end)
  end

  it("is not to be had from a closed client", function()
    local client = f:new()
    client:close()
    for _, name in ipairs {
      "fd", "getfd", "dirty", "pollfd", "events", "timeout",
    } do
      assert.error_matches(function() client[name](client) end,
        "client is closed")
    end
  end)

  it("wakes a coroutine of cqueues that polls the client", function()
    local client, loop = f:new(), cqueues.new()
    local woken
    loop:wrap(function()
      cqueues.poll(client)
      woken = select(2, pcall(client.step, client))
    end)
    loop:wrap(function()
      cqueues.sleep(0.01)
      client:close()
    end)
    assert(loop:loop(10))
    assert.matches("client is closed", woken)
  end)

  it("may go with its client while a loop polls it", function()
    if not loops.load "luv" then return pending "this Lua has no luv" end
    g:route("/silent/luma/tasks", { stall = "request" })
    local ended = children.run {
      { "spec/programs/dropped.lua", g.http, seconds = 60 },
    }[1]
    assert.same({ "c1\nc2\nc3\n12 ticks\n", "exit", 0 },
      { ended.output, ended.kind, ended.code })
    g:wait("closed", 0)
  end)

  it("is readable at once when the thread hangs at close", function()
    local fifo = os.tmpname()
    os.remove(fifo)
    assert(os.execute("mkfifo " .. fifo))
    local client = luma.client {
      token = "token", base_url = g.https, ca_file = fifo,
    }
    fetch(client, 1)
    g:wait("connections", 1)
    local fd = loops.descriptor(client)
    fixture.within(0.1, client.close, client)
    assert.equal(1, loops.cqueues({ fd }, function() return true end, 1))
    io.open(fifo, "r+"):close() -- sets it free
    os.remove(fifo)
  end)
end)
