-- SPDX-License-Identifier: MIT
-- With many jobs and little room, memory stays bounded and every job goes on.

local cqueues = require "cqueues"
local fixture = require "spec.support.fixture"

local within, ids_of = fixture.within, fixture.ids_of
local wait_until = fixture.wait_until

describe("with little room for what is undelivered", function()
  local f = fixture.use()
  local g = f.g

  -- Numbers from 1 to n in an order that depends on the seed only.
  local function shuffled(n, seed)
    local list = {}
    for i = 1, n do
      seed = (seed * 1103515245 + 12345) % 2147483648
      local j = 1 + math.floor(seed / 65536) % i
      list[i] = list[j]
      list[j] = i
    end
    return list
  end

  -- Waits until the gateway has been asked so often, and all is answered.
  local function quiet(client, requests)
    g:wait("requests", requests)
    wait_until(function()
      local stats = client:stats()
      return stats.active == 0 and stats.requests >= requests
    end, "the end of the requests")
    return #g:journal()
  end

  for _, room in ipairs { 1, 6000 } do
    for seed = 1, 2 do
      it(("takes 100 jobs' results in any order (%d bytes, seed %d)")
        :format(room, seed), function()
          local client = f:new {
            max_undelivered = room, batch_size = 1, connections = 2,
          }
          local jobs = {}
          for i = 1, 100 do
            jobs[i] = client:fetch(fixture.list(3, i .. "-"))
          end
          for turn, i in ipairs(shuffled(100, seed)) do
            local tasks = within(10, jobs[i].result, jobs[i])
            assert.same(fixture.list(3, i .. "-"), ids_of(tasks))
            if turn % 10 == 0 then cqueues.sleep(0.002) end -- a slow taker
          end
          assert.equal(0, client:stats().undelivered)
        end)
    end
  end

  it("takes 100 jobs' tasks by loops that take turns", function()
    local client = f:new {
      max_undelivered = 1, batch_size = 1, connections = 2,
    }
    local loops, left, count = {}, 100, 0
    for i = 1, 100 do
      loops[i] = client:fetch(fixture.list(3, i .. "-")):each()
    end
    while left > 0 do
      for _, i in ipairs(shuffled(100, left)) do
        local task = loops[i] and within(10, loops[i])
        if task then
          count = count + 1
        elseif loops[i] then
          loops[i], left = nil, left - 1
        end
      end
    end
    assert.equal(300, count)
  end)

  it("asks for no more than is on its way while nobody takes", function()
    for _, connections in ipairs { 1, 4 } do
      local client = f:new {
        max_undelivered = 1, batch_size = 1, connections = connections,
      }
      local job = client:fetch(fixture.list(40))
      assert.equal(connections, quiet(client, connections))
      job:each()()
      client:step()
      assert.is_true(quiet(client, connections) < 3 * connections)
      local tasks = within(10, job.result, job)
      assert.equal(39, #tasks)
      assert.equal(40, #g:journal())
      g:reset()
    end
  end)

  it("goes on when half of the room is free again", function()
    local client = f:new {
      max_undelivered = 20000, batch_size = 1, connections = 1,
    }
    local job = client:fetch(fixture.list(40))
    local before = quiet(client, 2)
    assert.is_true(before > 2 and before < 40, before)
    assert.is_true(client:stats().undelivered >= 20000)
    local count = 0
    for _ in job:each() do
      count = count + 1
      if client:stats().undelivered < 9000 then break end
    end
    g:wait("requests", before + 1)
    assert.equal(40 - count, #within(10, job.result, job))
  end)

  it("lets one job go on while another is held back", function()
    local client = f:new {
      max_undelivered = 1, batch_size = 1, connections = 2,
    }
    local held = client:fetch(fixture.list(20, "held-"))
    held:each()()
    local before = quiet(client, 1)
    assert.equal(30, #within(10, client.tasks, client, fixture.list(30)))
    assert.is_true(#g:journal() - before - 30 <= 2)
    assert.is_false(held:done())
    assert.equal(19, #within(10, held.result, held))
  end)

  it("ends a job that is held back when it is cancelled", function()
    local client = f:new { max_undelivered = 1, batch_size = 1 }
    local job = client:fetch(fixture.list(40))
    job:each()()
    job:cancel()
    local _, err = within(10, job.result, job)
    assert.equal("cancelled", err.code)
    assert.equal(39, #err.tasks + #err.cancelled)
    assert.equal(40, job:progress().tasks + job:progress().cancelled)
  end)
end)
